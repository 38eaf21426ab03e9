/** What keeps the values from coming true, and which interfaces are left alone. */
import type { Finding } from "../../checks/finding.ts";
import { findingsOf } from "../../checks/finding.ts";
import { hintOfWhy } from "../../facts/probe.ts";
import { some } from "../guard-words.ts";
import { shownValue } from "./boot.ts";
import { crossings } from "./crossings.ts";
import { dotted, effective, isManaged, pathOf, settings } from "./settings.ts";
import { atBoot, interfacesOf, pathsOf, type SysctlInput } from "./state.ts";

const say = findingsOf("sysctl", {
  "not-applicable": ["note", "The kernel's settings can't be set here, as in a container"],
  unreadable: ["block", "The kernel's network settings could not be read"],
  overridden: ["warn", "A file sets other values at the next boot"],
  "left-alone": ["note", "Interfaces of containers and virtual machines are left to what made them"],
});

export const findings = say.records;

export function guard(input: SysctlInput): readonly Finding[] {
  const { impossible: never, unreadable: why } = input.view;
  if (never !== undefined) return say("not-applicable", `Nothing is set here: ${never}.`);
  if (why !== undefined)
    return say("unreadable", `The kernel's network settings could not be read: ${why}.`, hintOfWhy(why));
  return [...crossings(input), ...overridden(input), ...leftAlone(input)];
}

/** Files that sort after ours, or the one that ufw was told to read instead of its own. */
function overridden({ params, view }: SysctlInput): readonly Finding[] {
  const { values } = view;
  const boot = view.bootPlanned();
  const lines = settings(params).flatMap((setting) =>
    pathsOf(setting, values)
      .flatMap((path) => atBoot(boot, setting, path))
      .filter(({ value }) => value !== setting.value),
  );
  const texts = (path: string) => {
    const all = lines.filter(({ file }) => file === path);
    return [...new Set(all.map((each) => `${each.key} = ${shownValue(each)} (line ${each.line})`))].join(
      ", ",
    );
  };
  return say(
    "overridden",
    [...new Set(lines.map(({ file }) => file))].map(
      (path) =>
        `${path} sets ${texts(path)} against the profile, and wins at the next boot: until then the profile's values hold.`,
    ),
    "Take these lines out, or change the profile.",
  );
}

/** Effective values of interfaces that a container manager set up; `all` decides with them. */
function leftAlone(input: SysctlInput): readonly Finding[] {
  const { values } = input.view;
  const hasFiles = input.facts.boot.state === "present";
  const other = settings(input.params).flatMap((setting) => {
    if (setting.combination === undefined) return [];
    const wanted = Number(setting.value);
    return interfacesOf(setting, values)
      .filter(isManaged)
      .map((name) => pathOf(setting, name))
      .filter((path) => effective(setting, wanted, Number(values.get(path))) !== wanted);
  });
  const texts = other.map((path) => `${dotted(path)} = ${values.get(path)}`);
  return say(
    "left-alone",
    other.length > 0 &&
      `Interfaces of containers and virtual machines are left to what made them: ${some(texts, 10)}.${hasFiles ? " New ones get the profile's values, and so do these whenever systemd-sysctl runs again. A rollback of the run that sets the values gives these back what they had." : ""}`,
  );
}
