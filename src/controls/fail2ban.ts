/** fail2ban: an address that guesses at ssh is shut out for a while. */

import { defineControl } from "./define.ts";
import { checks } from "./fail2ban/checks.ts";
import { describe } from "./fail2ban/describe.ts";
import { desired } from "./fail2ban/desired.ts";
import { findings, guard } from "./fail2ban/guard.ts";
import { schema } from "./fail2ban/jail.ts";
import { probes } from "./fail2ban/probes.ts";
import { viewOf } from "./fail2ban/state.ts";

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
