/** Every check of compose files and Dockerfiles, in the order in which they are told. */
import type { ComposeCheck } from "../check.ts";
import { aliveChecks } from "./alive.ts";
import { authChecks } from "./auth.ts";
import { fileChecks } from "./files.ts";
import { hostChecks } from "./host.ts";
import { imageChecks } from "./images.ts";
import { keptChecks } from "./kept.ts";
import { limitChecks } from "./limits.ts";
import { networkChecks } from "./networks.ts";
import { privilegeChecks } from "./privileges.ts";
import { secretChecks } from "./secrets.ts";

export const composeChecks: readonly ComposeCheck[] = [
  ...Object.values(privilegeChecks),
  ...Object.values(hostChecks),
  ...Object.values(fileChecks),
  ...Object.values(limitChecks),
  ...Object.values(aliveChecks),
  ...Object.values(networkChecks),
  ...Object.values(authChecks),
  ...Object.values(secretChecks),
  ...Object.values(keptChecks),
  ...Object.values(imageChecks),
];
