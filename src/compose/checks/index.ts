/** Every check of compose files and Dockerfiles, in the order in which they are told. */
import { objectCheck } from "../../checks/object.ts";
import type { ComposeCheck, ComposeRow } from "../check.ts";
import { fileChecks } from "./files.ts";
import { hostChecks } from "./host.ts";
import { imageChecks } from "./images.ts";
import { keptChecks } from "./kept.ts";
import { limitChecks } from "./limits.ts";
import { networkChecks } from "./networks.ts";
import { privilegeChecks } from "./privileges.ts";
import { secretChecks } from "./secrets.ts";

const all: readonly ComposeRow[] = [
  ...privilegeChecks,
  ...hostChecks,
  ...fileChecks,
  ...limitChecks,
  ...networkChecks,
  ...secretChecks,
  ...keptChecks,
  ...imageChecks,
];

export const composeChecks = all.map(objectCheck<ComposeCheck>);
