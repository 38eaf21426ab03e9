/** What the running sshd jail does, as the profile's section says it. Pure. */
import { valueOr } from "../../facts/probe.ts";
import type { Described } from "../../plan/control.ts";
import { formatDuration } from "../../profile/duration.ts";
import { parseNetwork } from "../../profile/network.ts";
import { sparing } from "./jail.ts";
import type { FailInput } from "./state.ts";

export function describe({ view, facts, access }: FailInput): Described {
  if (valueOr(facts.package, undefined)?.installed !== true) return { why: "fail2ban is not installed" };
  const { jail, wanted } = view;
  if (jail === undefined) return { why: "its sshd jail doesn't run" };
  if (jail.banTime < 0) return { why: "it bans for ever" };
  // Whom the host itself, access.from and others' files spare needs no word; this run is spared while it lasts.
  const known = new Set([...wanted.ignoreIp, access.caller]);
  const ignoreIp = sparing(jail.ignoreIp).filter(
    (each) => parseNetwork(each) !== undefined && !known.has(each),
  );
  return {
    params: {
      maxRetry: jail.maxRetry,
      findTime: formatDuration(jail.findTime),
      banTime: formatDuration(jail.banTime),
      ignoreIp,
    },
  };
}
