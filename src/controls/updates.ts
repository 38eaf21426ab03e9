/** Security updates by themselves, from the lists that this host really has. */

import { defineControl } from "./define.ts";
import { about } from "./updates/about.ts";
import { describe } from "./updates/describe.ts";
import { desired } from "./updates/desired.ts";
import { guard } from "./updates/guard.ts";
import { pendingChecks } from "./updates/pending.ts";
import { probes } from "./updates/probes.ts";
import { checks, rules } from "./updates/rules.ts";
import { viewOf } from "./updates/state.ts";
import { schema } from "./updates/wanted.ts";

export const updates = defineControl({
  id: "updates",
  title: "Install security updates by themselves",
  rationale:
    "Most break-ins use a hole that has an update already. The origins are matched against the package lists of the host itself, since a pattern that matches nothing looks just like one that works: no update ever comes, and nobody is told.",
  about,
  schema,
  probes: () => probes,
  view: viewOf,
  rules,
  desired,
  describe,
  guard,
  checks: [...checks, ...pendingChecks],
});
