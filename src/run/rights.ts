/** A login that has no root's rights: one cause, said once, with what gives them. */
import type { Finding } from "../checks/finding.ts";
import { findingsOf } from "../checks/finding.ts";
import { HardenError } from "../errors.ts";
import { asRoot } from "../facts/probe.ts";
import type { HostIdentity, Transport } from "../transports/transport.ts";

const say = findingsOf("host", {
  "no-rights": ["block", "The login is not root, and may not become root"],
});

export const findings = say.records;

interface Lacking {
  /** Without its full stop. */
  readonly message: string;
  readonly hint: string;
}

function lacking({ login, privilege }: HostIdentity): Lacking | undefined {
  if (privilege.level !== "none") return undefined;
  const message = `The login ${login} is not root on this host, and ${privilege.why}`;
  return privilege.wantsPassword === true
    ? {
        message,
        hint: "Give sudo's password: -K (--ask-sudo-password) asks for it once, --sudo-password-file FILE reads it; for hosts with different ones --ask-sudo-passwords, --sudo-passwords FILE.",
      }
    : { message, hint: "Log in as root, or as a login that may use sudo." };
}

/** For what only root can read or do. Throws HardenError `host`. */
export function needRoot({ identity }: Pick<Transport, "identity">): void {
  const lack = lacking(identity);
  if (lack === undefined) return;
  throw new HardenError("host", `${lack.message}.`, { hint: lack.hint, hostState: "nothing was changed" });
}

/** In place of all that could not be read for want of rights. */
export function oneCauseOfRights(
  all: readonly Finding[],
  { identity }: Pick<Transport, "identity">,
): readonly Finding[] {
  const lack = lacking(identity);
  if (lack === undefined) return all;
  const { message, hint } = lack;
  const explained = all.filter((finding) => finding.hint === asRoot);
  const sections = [...new Set(explained.map(({ control }) => control))].filter((each) => each !== "host");
  const of = sections.length === 0 ? "" : ` of ${sections.join(", ")}`;
  const cause = say(
    "no-rights",
    `${message}: what only root may read${of} is not in here, and an apply would be refused.`,
    hint,
  );
  const [first] = cause;
  return [...cause, ...all.filter((finding) => !explained.includes(finding) && finding.id !== first?.id)];
}
