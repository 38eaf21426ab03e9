/** The claims beside the live values: our file, and ufw's. Pure. */
import { valueOr } from "../../facts/probe.ts";
import { packages, paths } from "../../platform.ts";
import { type Claim, claimsOf, rootFile } from "../claim.ts";
import { ownPath } from "./probes.ts";
import type { SysctlInput } from "./state.ts";

const claim = claimsOf("sysctl");

export function desired(input: SysctlInput): readonly Claim[] {
  const { blind, ownContent } = input.view;
  if (blind) return [];
  const own = rootFile(ownPath, ownContent());
  return [claim("the values come back at each boot, and for each new interface", own), ...ufwFile(input)];
}

/** Before ufw is installed its file is announced, for plans in which another control installs it. */
function ufwFile({ facts, view: { usesUfw, ufwContent } }: SysctlInput): readonly Claim[] {
  const { mode, owner, group } = valueOr(facts.ufwFile, rootFile("", "absent"));
  const content = ufwContent();
  if (usesUfw && content === undefined) return [];
  const resource = rootFile(paths.ufwSysctls, content ?? "after install", { mode, owner, group });
  const wanted = claim("ufw sets these values each time it starts", resource);
  return [usesUfw ? wanted : { ...wanted, onlyWith: `package:${packages.ufw}` }];
}
