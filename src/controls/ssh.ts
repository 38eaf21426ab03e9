/** ssh: only keys open a login, few tries, and nobody is shut out by it. */

import { defineControl } from "./define.ts";
import { checks } from "./ssh/checks.ts";
import { describe } from "./ssh/describe.ts";
import { desired } from "./ssh/desired.ts";
import { findings, guard, guardUndo } from "./ssh/guard.ts";
import { keptAt } from "./ssh/kept-at.ts";
import { sshSchema } from "./ssh/params.ts";
import { sshProbes } from "./ssh/probes.ts";
import { viewOf } from "./ssh/view.ts";

export const ssh = defineControl({
  id: "ssh",
  title: "Let people in by key, and nobody by a guess",
  layer: "host",
  criteria: ["CC6.1"],
  rationale:
    "Passwords are guessed all day long, keys are not. What sshd really does is read from sshd itself, for the logins in use and for every Match block, since the first of several files wins.",
  schema: sshSchema,
  probes: sshProbes,
  view: viewOf,
  guardsWayIn: true,
  keptAt,
  desired,
  describe,
  guard,
  takes: guardUndo,
  findings,
  checks,
});
