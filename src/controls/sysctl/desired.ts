/** The claims beside the live values: our file, and ufw's. Pure. */

import { type Claim, claimsOf, rootFile } from "../../plan/claim.ts";
import { packages, paths } from "../../platform.ts";
import { ownPath } from "./probes.ts";
import { type SysctlInput, ufwFormat } from "./state.ts";

const claim = claimsOf("sysctl");

export function desired(input: SysctlInput): readonly Claim[] {
  const { blind, ownContent } = input.view;
  if (blind) return [];
  const own = rootFile(ownPath, ownContent());
  return [claim("the values come back at each boot, and for each new interface", own), ...ufwFile(input)];
}

/** Before ufw is installed its file is announced, for plans in which another control installs it. */
function ufwFile({ view: { usesUfw, ufwEdits } }: SysctlInput): readonly Claim[] {
  const set = ufwEdits();
  if (usesUfw && set.length === 0) return [];
  return [
    claim("ufw sets these values each time it starts", {
      ...{ kind: "edit", path: paths.ufwSysctls, format: ufwFormat, set, unset: [] },
      ...{ missing: "skip", package: packages.ufw, mode: "0644", owner: "root", group: "root" },
    }),
  ];
}
