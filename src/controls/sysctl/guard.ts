/** What keeps the values from coming true, and which interfaces are left alone. */
import { valueOr } from "../../facts/probe.ts";
import type { Finding } from "../../plan/plan.ts";
import { dotted, effective, isManaged, pathOf, settings } from "./settings.ts";
import { atBoot, interfacesOf, pathsOf, type SysctlInput } from "./state.ts";

export function guard(input: SysctlInput): readonly Finding[] {
  const { impossible: never, unreadable: why } = input.view;
  if (never !== undefined) return [finding("not-applicable", "note", `Nothing is set here: ${never}.`)];
  if (why !== undefined)
    return [
      finding(
        "unreadable",
        "block",
        `The kernel's network settings could not be read: ${why}.`,
        "Run as root, or as a login that may use sudo.",
      ),
    ];
  return [...overridden(input), ...leftAlone(input)];
}

function finding(id: string, level: Finding["level"], message: string, hint?: string): Finding {
  return {
    control: "sysctl",
    id: `sysctl.${id}`,
    level,
    message,
    ...(hint === undefined ? {} : { hint }),
  };
}

/** Files that sort after ours, or the one that ufw was told to read instead of its own. */
function overridden({ params, view }: SysctlInput): readonly Finding[] {
  const { values } = view;
  const boot = view.bootPlanned();
  const linesOf = new Map<string, Set<string>>();
  for (const setting of settings(params))
    for (const path of pathsOf(setting, values))
      for (const each of atBoot(boot, setting, path).filter(({ value }) => value !== setting.value))
        linesOf.set(
          each.file,
          (linesOf.get(each.file) ?? new Set()).add(`${each.key} = ${each.value} (line ${each.line})`),
        );
  return [...linesOf].map(([path, lines]) =>
    finding(
      "overridden",
      "warn",
      `${path} sets ${[...lines].join(", ")} against the profile, and wins at the next boot: until then the profile's values hold.`,
      "Take these lines out, or change the profile.",
    ),
  );
}

/** Effective values of interfaces that a container manager set up; `all` decides with them. */
function leftAlone(input: SysctlInput): readonly Finding[] {
  const { values } = input.view;
  const other = settings(input.params).flatMap((setting) => {
    if (setting.combination === undefined) return [];
    return interfacesOf(setting, values)
      .filter(isManaged)
      .map((name) => pathOf(setting, name))
      .filter(
        (path) =>
          effective(setting, Number(setting.value), Number(values.get(path))) !== Number(setting.value),
      );
  });
  if (other.length === 0) return [];
  const boot = valueOr(input.facts.boot, undefined);
  const shown = other.slice(0, 10).map((path) => `${dotted(path)} = ${values.get(path)}`);
  const rest = other.length > shown.length ? ` and ${other.length - shown.length} more` : "";
  return [
    finding(
      "left-alone",
      "note",
      `Interfaces of containers and virtual machines are left to what made them: ${shown.join(", ")}${rest}.${boot ? " New ones get the profile's values." : ""}`,
    ),
  ];
}
