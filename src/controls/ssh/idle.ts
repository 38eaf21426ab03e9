/** Shells that nobody uses, where sshd is too old to end them: TMOUT, as bash(1) has it. Pure. */
import { type FileFact, file } from "../../facts/files.ts";
import { type Fact, valueOr } from "../../facts/probe.ts";
import { type Claim, claimsOf, rootFile } from "../../plan/claim.ts";
import type { CheckResult } from "../../plan/control.ts";
import { result } from "../verdict.ts";
import type { KnownKeywords } from "./keywords/keyword.ts";
import type { SshParams } from "./params.ts";

export const idlePath = "/etc/profile.d/harden-tmout.sh";
export const idleProbe = file(idlePath);

interface Seen {
  readonly params: SshParams;
  readonly known: KnownKeywords;
}

/** ChannelTimeout came with 9.2 (its release notes), and UnusedConnectionTimeout, which `sshd -T` always prints, too. */
const isNeeded = ({ params: { idleTimeout }, known: { effective } }: Seen) =>
  idleTimeout > 0 && effective !== undefined && !effective.has("unusedconnectiontimeout");

const linesOf = ({ idleTimeout }: SshParams) =>
  `# Written by harden. An interactive shell that gets no input for ${idleTimeout} seconds ends.\nTMOUT=${idleTimeout}\nreadonly TMOUT\nexport TMOUT\n`;

export function idleClaims(seen: Seen): readonly Claim[] {
  if (!isNeeded(seen)) return [];
  const reason = "this sshd can't end a shell that nobody uses; the shell does so itself";
  return [claimsOf("ssh")(reason, rootFile(idlePath, Buffer.from(linesOf(seen.params))))];
}

/** Undefined where sshd itself sees to it. */
export function idleResult(seen: Seen, fact: Fact<FileFact>): CheckResult | undefined {
  if (!isNeeded(seen)) return undefined;
  const expected = `TMOUT=${seen.params.idleTimeout} in ${idlePath}, for this sshd has no ChannelTimeout`;
  if (fact.state === "unknown") return result("error", expected, fact.why);
  const same = valueOr(fact, undefined)?.content?.toString("utf8") === linesOf(seen.params);
  return result(same ? "pass" : "fail", expected, same ? "as expected" : "not there");
}
