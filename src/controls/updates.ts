/** Security updates by themselves, from the lists that this host really has. */
import { defineControl } from "./define.ts";
import { checks } from "./updates/checks.ts";
import { describe } from "./updates/describe.ts";
import { desired } from "./updates/desired.ts";
import { findings, guard } from "./updates/guard.ts";
import { pendingChecks } from "./updates/pending.ts";
import { probes } from "./updates/probes.ts";
import { viewOf } from "./updates/state.ts";
import { schema } from "./updates/wanted.ts";

export const updates = defineControl({
  id: "updates",
  title: "Install security updates by themselves",
  layer: "host",
  criteria: ["CC8.1"],
  rationale:
    "Most break-ins use a hole that has an update already. The origins are matched against the package lists of the host itself, since a pattern that matches nothing looks just like one that works: no update ever comes, and nobody is told.",
  schema,
  probes: () => probes,
  view: viewOf,
  desired,
  describe,
  guard,
  findings,
  checks: [...checks, ...pendingChecks],
});
