/** The profile's section `ssh`. */
import { z } from "zod";
import { flag, port } from "../../profile/types.ts";

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
  usePam: flag(true, "Accounts and sessions through PAM (UsePAM)"),
  clientAliveInterval: z
    .int()
    .min(0)
    .max(86_400)
    .default(300)
    .describe(
      "Seconds of silence after which the client is asked whether it lives, 0 for never (ClientAliveInterval)",
    ),
  clientAliveCountMax: z
    .int()
    .min(0)
    .max(1000)
    .default(2)
    .describe("Unanswered questions that end a session, 0 for never (ClientAliveCountMax)"),
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
