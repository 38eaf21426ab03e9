/** privileges: the inventory of who may become root and what runs as root. Nothing of it is changed. */
import { defineControl } from "./define.ts";
import { checks } from "./privileges/checks.ts";
import { inventoryOf } from "./privileges/inventory.ts";
import { kindNames } from "./privileges/kind-names.ts";
import { schema } from "./privileges/params.ts";
import { privilegesProbes } from "./privileges/probes.ts";
import { viewOf } from "./privileges/view.ts";

export const privileges = defineControl({
  id: "privileges",
  title: "Know who may become root, and what runs as root",
  layer: "host",
  criteria: ["CC6.1", "CC7.1"],
  rationale:
    "Whoever was root once leaves a way back: a second account with its number, a key, a rule of sudo, a job, a changed program. Here each of them is an entry, and what neither the distribution's packages nor the profile explain is named. Nothing is changed.",
  schema,
  probes: privilegesProbes,
  view: viewOf,
  adds: kindNames.map((kind) => `accepted.${kind}`),
  // What is meant to be there is a person's to say.
  describe: () => ({ params: {} }),
  inventory: inventoryOf,
  checks,
});
