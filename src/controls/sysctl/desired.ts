/** The claims: our file, ufw's, and the live value of every key. Pure. */
import { valueOr } from "../../facts/probe.ts";
import type { Resource } from "../../kinds/index.ts";
import { packages, paths } from "../../platform.ts";
import type { Claim } from "../claim.ts";
import { ownPath } from "./probes.ts";
import { dotted, settings } from "./settings.ts";
import { pathsOf, type SysctlInput } from "./state.ts";

export function desired(input: SysctlInput): readonly Claim[] {
  const { impossible, unreadable, ownContent } = input.view;
  if (impossible !== undefined || unreadable !== undefined) return [];
  return [
    claim("the values come back at each boot, and for each new interface", {
      kind: "file",
      path: ownPath,
      content: ownContent(),
      mode: "0644",
      owner: "root",
      group: "root",
    }),
    ...ufwFile(input),
    ...live(input),
  ];
}

const claim = (reason: string, resource: Resource): Claim => ({ control: "sysctl", resource, reason });

/** Before ufw is installed its file is announced, for plans in which another control installs it. */
function ufwFile({ facts, view: { usesUfw, ufwContent } }: SysctlInput): readonly Claim[] {
  const now = valueOr(facts.ufwFile, undefined);
  const content = ufwContent();
  if (usesUfw && content === undefined) return [];
  const { mode, owner, group } = now ?? { mode: "0644", owner: "root", group: "root" };
  const resource: Resource = {
    kind: "file",
    path: paths.ufwSysctls,
    content: content ?? "after install",
    mode,
    owner,
    group,
  };
  const wanted = claim("ufw sets these values each time it starts", resource);
  return [usesUfw ? wanted : { ...wanted, onlyWith: `package:${packages.ufw}` }];
}

function live({ params, view: { values } }: SysctlInput): readonly Claim[] {
  return settings(params).flatMap((setting) =>
    pathsOf(setting, values).map((path) =>
      claim(setting.why, {
        kind: "sysctl",
        key: dotted(path),
        value: setting.value,
        found: values.get(path)!,
      }),
    ),
  );
}
