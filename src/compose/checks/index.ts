/** Every check of compose files and Dockerfiles, in the order in which they are told. */
import { withCriteria } from "../../controls/criteria.ts";
import type { ComposeCheck } from "../check.ts";
import { builtSecrets, builtTags, builtUser } from "./built.ts";
import { fileChecks } from "./files.ts";
import { hostChecks } from "./host.ts";
import { imageChecks } from "./images.ts";
import { keptChecks } from "./kept.ts";
import { limitChecks } from "./limits.ts";
import { networkChecks } from "./networks.ts";
import { privilegeChecks } from "./privileges.ts";
import { secretChecks } from "./secrets.ts";

/** What is asked of services and of Dockerfiles alike. */
const alsoBuilt: Readonly<Record<string, ComposeCheck["built"]>> = {
  "containers.user": builtUser,
  "containers.image-tag": builtTags,
  "secrets.found": builtSecrets,
};

const all: readonly ComposeCheck[] = [
  ...privilegeChecks,
  ...hostChecks,
  ...fileChecks,
  ...limitChecks,
  ...networkChecks,
  ...secretChecks,
  ...keptChecks,
  ...imageChecks,
];

export const composeChecks: readonly ComposeCheck[] = all.map(withCriteria).map((check) => {
  const built = alsoBuilt[check.id];
  return built === undefined ? check : { ...check, built };
});
