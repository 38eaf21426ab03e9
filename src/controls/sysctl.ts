/** Network settings of the kernel: forged, redirected and self-routed packets are not believed. */

import { defineControl } from "./define.ts";
import { checks } from "./sysctl/checks.ts";
import { findings as ofCrossings } from "./sysctl/crossings.ts";
import { describe } from "./sysctl/describe.ts";
import { desired } from "./sysctl/desired.ts";
import { findings, guard } from "./sysctl/guard.ts";
import { probes } from "./sysctl/probes.ts";
import { schema } from "./sysctl/settings.ts";
import { viewOf } from "./sysctl/state.ts";

export const sysctl = defineControl({
  id: "sysctl",
  title: "Don't believe forged, redirected and self-routed packets",
  layer: "host",
  criteria: ["CC6.6"],
  rationale:
    "The kernel's defaults suit a router in a friendly network. Each value is set for all interfaces, for those to come, and for each that is there, since the kernel combines them differently for each setting; ufw's own file, which sets some of them back whenever ufw starts, is changed with them. ip_forward is left alone: Docker needs it.",
  schema,
  probes: () => probes,
  view: viewOf,
  desired,
  describe,
  guard,
  findings: [...findings, ...ofCrossings],
  checks,
});
