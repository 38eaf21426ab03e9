/** How a connection ended before the login: `negotiated` tells whether there had been a handshake. */
import { HardenError } from "../errors.ts";
import { oneLine } from "../text.ts";
import { knownName } from "./known-hosts.ts";
import { refusedLogin } from "./refused.ts";
import type { SshHost } from "./ssh-config.ts";
export type Loss = {
  readonly host: SshHost;
  readonly negotiated: unknown;
} & (
  | { readonly kind: "timeout" }
  | { readonly kind: "closed" }
  | { readonly kind: "error"; readonly error: Error & { level?: string }; readonly offered: number }
);

const limited =
  "sshd may be limiting this address (PerSourcePenalties, MaxStartups) or fail2ban has banned it: wait some minutes, then try once. From a console: does /etc/hosts.deny name it?";

/** After a handshake sshd also hangs up where PAM's account phase says no: pam_nologin, pam_access, an expired account. */
const refused =
  "PAM may refuse this account (/etc/nologin, pam_access, an expired account), or sshd limits this address: see the host's log from a console (journalctl -u ssh).";

const hintOf = ({ negotiated }: Loss) => (negotiated === undefined ? limited : refused);

/** One sentence and one hint for a link that was lost before it was of use. */
export function explainLoss(loss: Loss): HardenError {
  const name = knownName({ hostname: loss.host.hostname, port: loss.host.port });
  const step = loss.negotiated === undefined ? "the ssh handshake" : "the login";
  switch (loss.kind) {
    case "timeout":
      return new HardenError(
        "connect",
        `${name} did not finish ${step} within ${loss.host.connectTimeoutMs / 1000} s.`,
        {
          hint:
            loss.negotiated === undefined ? "Is it sshd that listens there?" : "The host may be overloaded.",
        },
      );
    case "closed":
      return new HardenError("connect", `${name} closed the connection during ${step}.`, {
        hint: hintOf(loss),
      });
    case "error":
      return explainError(name, step, loss);
  }
}

function explainError(name: string, step: string, loss: Extract<Loss, { kind: "error" }>): HardenError {
  const { error } = loss;
  const said = oneLine(error.message);
  const mismatch = /no matching (.*)/.exec(said);
  if (mismatch !== null) {
    return new HardenError("connect", `${name} and this tool have no ${mismatch[1]} in common.`, {
      hint: "Allow one more on the host, for example curve25519-sha256, aes256-gcm@openssh.com and ssh-ed25519.",
      cause: error,
    });
  }
  if (/too many authentication failures/i.test(said)) {
    return refusedLogin(
      `${name} gave up after ${loss.offered} keys (MaxAuthTries).`,
      "Name the right key with --identity, so that it is offered first.",
      error,
    );
  }
  if (error.level === "client-socket" || /connection lost|ECONNRESET/i.test(said)) {
    return new HardenError("connect", `${name} closed the connection during ${step}.`, {
      hint: hintOf(loss),
      cause: error,
    });
  }
  return new HardenError("connect", `${name} broke off ${step}: ${said}.`, {
    hint: loss.negotiated === undefined ? "Is it sshd that listens there?" : limited,
    cause: error,
  });
}
