/** The profile's section `ssh`. */
import { z } from "zod";
import { duration, flag, port } from "../../profile/types.ts";

const max = 200;

/** Literal names only: `+`, `-` and `^` would make a list depend on the host's release. */
const algorithms = (what: string) =>
  z
    .array(
      z
        .string()
        .max(max)
        .regex(/^[A-Za-z0-9][A-Za-z0-9@.-]*$/, {
          error: "must be the name of an algorithm, such as curve25519-sha256",
        }),
    )
    .min(1)
    .optional()
    .describe(`${what}, best first; what sshd has by itself where it is left out`);

const patterns = (kind: "user" | "group") => {
  const name = "[A-Za-z0-9_.*?][A-Za-z0-9_.*?-]*";
  const host = kind === "user" ? "(@[A-Za-z0-9.:*?/_-]+)?" : "";
  return z
    .array(
      z
        .string()
        .max(max)
        .regex(new RegExp(`^${name}${host}$`), {
          error: `must be a ${kind} name, possibly with * and ?${kind === "user" ? ", and @HOST" : ""}`,
        }),
    )
    .min(1)
    .optional();
};

export const sshSchema = z.strictObject({
  layout: z
    .enum(["auto", "dropin", "whole"])
    .default("auto")
    .describe(
      "dropin writes sshd_config.d/00-harden.conf, whole writes our lines at the top of sshd_config; auto takes the drop-in where sshd reads it before everything else",
    ),
  port: port.optional().describe("The only port that sshd listens on; left as it is where not given"),
  passwordAuthentication: flag(false, "Logins with a password (PasswordAuthentication)"),
  pubkeyAuthentication: flag(true, "Logins with a key (PubkeyAuthentication)"),
  permitRootLogin: z
    .enum(["no", "forced-commands-only", "prohibit-password", "yes"])
    .default("prohibit-password")
    .describe("How root may log in (PermitRootLogin)"),
  maxAuthTries: z
    .int()
    .min(1)
    .max(100)
    .default(3)
    .describe("Failed tries a connection, each key of an agent being one (MaxAuthTries)"),
  keyboardInteractive: flag(
    false,
    "Questions by PAM, which include the password (KbdInteractiveAuthentication, before 8.7 ChallengeResponseAuthentication)",
  ),
  gssapiAuthentication: flag(false, "Logins with a Kerberos ticket (GSSAPIAuthentication)"),
  hostbasedAuthentication: flag(false, "Logins by the word of another host (HostbasedAuthentication)"),
  permitEmptyPasswords: flag(false, "Logins of accounts whose password is empty (PermitEmptyPasswords)"),
  ignoreRhosts: flag(true, "Users' .rhosts and .shosts don't count (IgnoreRhosts)"),
  usePam: flag(true, "Accounts and sessions through PAM (UsePAM)"),
  clientAliveInterval: duration({ min: 0, max: 86_400 })
    .prefault("5m")
    .describe("Silence after which the client is asked whether it lives, 0 for never (ClientAliveInterval)"),
  clientAliveCountMax: z
    .int()
    .min(0)
    .max(1000)
    .default(2)
    .describe("Unanswered questions that end a session, 0 for never (ClientAliveCountMax)"),
  idleTimeout: duration({ min: 0, max: 86_400 })
    .prefault("10m")
    .describe(
      "Idle time after which a shell ends, and a connection without a session, a tunnel that nobody uses among them; 0 for never (ChannelTimeout session:shell and UnusedConnectionTimeout; before sshd 9.2 TMOUT of the shell)",
    ),
  x11Forwarding: flag(false, "Windows of the host on the screens of those who come (X11Forwarding)"),
  agentForwarding: flag(false, "Agents of those who come can be used from the host (AllowAgentForwarding)"),
  logLevel: z
    .enum(["QUIET", "FATAL", "ERROR", "INFO", "VERBOSE"])
    .default("VERBOSE")
    .describe("What sshd logs; VERBOSE says which key opened a login (LogLevel)"),
  allowUsers: patterns("user").describe("Only these may log in (AllowUsers); anybody where left out"),
  allowGroups: patterns("group").describe(
    "Only members of these may log in (AllowGroups); anybody where left out",
  ),
  kexAlgorithms: algorithms("Key exchanges (KexAlgorithms)"),
  ciphers: algorithms("Ciphers (Ciphers)"),
  macs: algorithms("Message authentication codes (MACs)"),
  hostKeyAlgorithms: algorithms("Signatures of host keys (HostKeyAlgorithms)"),
});

export type SshParams = z.output<typeof sshSchema>;

/** Of a user or a group, in a list of sshd's: no pattern. */
export const isLiteral = (name: string) => !/[*?]/.test(name);

/** Whom `allowUsers` names without a wildcard, wherever they are to come from. */
export const literalUsers = ({ allowUsers = [] }: Pick<SshParams, "allowUsers">): readonly string[] =>
  allowUsers.map((entry) => entry.replace(/@.*$/, "")).filter(isLiteral);
