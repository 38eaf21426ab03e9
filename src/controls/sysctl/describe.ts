/** What the kernel goes by, as the profile's section says it: one value for all interfaces, or none. Pure. */
import type { Described } from "../../plan/control.ts";
import { dotted, type Params, settingOf, table } from "./settings.ts";
import { pathsOf, type SysctlInput } from "./state.ts";

export function describe({ view, params }: SysctlInput): Described {
  const { impossible, unreadable, values } = view;
  const why = impossible ?? unreadable;
  if (why !== undefined) return { why };
  const found = new Map<keyof Params, Set<string>>();
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
