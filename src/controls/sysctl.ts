/** Network settings of the kernel: forged, redirected and self-routed packets are not believed. */
import { type Claim, claimsOf, rootFile } from "../plan/claim.ts";
import type { DescribedControl } from "../plan/control.ts";
import { packages, paths } from "../platform.ts";
import { defineControl } from "./define.ts";
import { checks } from "./sysctl/checks.ts";
import { findings as ofCrossings } from "./sysctl/crossings.ts";
import { findings, guard } from "./sysctl/guard.ts";
import { ownPath, probes } from "./sysctl/probes.ts";
import { dotted, type SysctlParams, schema, settingOf, table } from "./sysctl/settings.ts";
import { pathsOf, type SysctlInput, ufwFormat, viewOf } from "./sysctl/state.ts";

const claim = claimsOf("sysctl");

/** The claims beside the live values: our file, and ufw's. */
function desired(input: SysctlInput): readonly Claim[] {
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
      kind: "edit",
      path: paths.ufwSysctls,
      format: ufwFormat,
      set,
      unset: [],
      missing: "skip",
      package: packages.ufw,
      mode: "0644",
      owner: "root",
      group: "root",
    }),
  ];
}

/** What the kernel goes by, as the profile's section says it: one value for all interfaces, or none. */
function describe({ view, params }: SysctlInput): DescribedControl {
  const { impossible, unreadable, values } = view;
  const why = impossible ?? unreadable;
  if (why !== undefined) return { why };
  const found = new Map<keyof SysctlParams, Set<string>>();
  for (const row of table) {
    const own = pathsOf(settingOf(row, params), values).map((path) => values.get(path)!);
    const all = new Set([...(found.get(row.of) ?? []), ...own]);
    if (all.size > 1) return { why: `${dotted(row.path)} is ${[...all].sort().join(" here and ")} there` };
    found.set(row.of, all);
  }
  const all = [...found].flatMap(([name, [value]]) =>
    value === undefined ? [] : [[name, typeof params[name] === "number" ? Number(value) : switched(value)]],
  );
  return { params: Object.fromEntries(all) };
}

const switched = (value: string): unknown => (value === "0" || value === "1" ? value === "1" : value);

export const sysctl = defineControl({
  id: "sysctl",
  title: "Don't believe forged, redirected and self-routed packets",
  layer: "host",
  criteria: ["CC6.6"],
  rationale:
    "The kernel's defaults suit a router in a friendly network. Each value is set for all interfaces, for those to come, and for each that is there, since the kernel combines them differently for each setting; ufw's own file, which sets some of them back whenever ufw starts, is changed with them. ip_forward is left alone: Docker needs it.",
  schema,
  probes: () => probes,
  view: viewOf,
  desired,
  describe,
  guard,
  findings: [...findings, ...ofCrossings],
  checks,
});
