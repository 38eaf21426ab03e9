/** fail2ban: an address that guesses at ssh is shut out for a while. */
import { valueOr } from "../facts/probe.ts";
import type { DescribedControl } from "../plan/control.ts";
import { formatDuration } from "../profile/duration.ts";
import { parseNetwork } from "../profile/network.ts";
import { defineControl } from "./define.ts";
import { checks } from "./fail2ban/checks.ts";
import { desired } from "./fail2ban/desired.ts";
import { findings, guard } from "./fail2ban/guard.ts";
import { schema, sparing } from "./fail2ban/jail.ts";
import { probes } from "./fail2ban/probes.ts";
import { type FailInput, viewOf } from "./fail2ban/state.ts";

/** What the running sshd jail does, as the profile's section says it. */
function describe({ view, facts, access }: FailInput): DescribedControl {
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

export const fail2ban = defineControl({
  id: "fail2ban",
  title: "Ban addresses that guess at ssh",
  layer: "host",
  cause: "fail2ban",
  criteria: ["CC6.6"],
  rationale:
    "Whoever fails to log in again and again is guessing. The jail follows the port that sshd really uses, reads the log where this host really writes it, and spares the networks that administrators come from. How a ban is done stays the distribution's choice (iptables on Debian 12, nftables on Debian 13): both come before ufw's rules.",
  schema,
  probes: () => probes,
  view: viewOf,
  desired,
  describe,
  guard,
  findings,
  checks,
});
