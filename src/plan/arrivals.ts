/** All that an installation brings along, named in the plan before it happens. Pure. */
import type { Finding } from "../checks/finding.ts";
import { type FindingRecord, findingOf } from "../checks/finding.ts";
import { type Arrival, installation } from "../facts/installation.ts";
import { type Facts, type Probe, probeKey, readFact, unknown } from "../facts/probe.ts";
import type { Change } from "./plan.ts";

const asked = (changes: readonly Change[]) =>
  changes.flatMap(({ steps }) => steps.flatMap((step) => (step.verb === "install" ? step.packages : [])));

/** What must be asked of the host for a plan with these changes; empty where nothing is to be installed. */
export function arrivalProbes(changes: readonly Change[]): readonly Probe<unknown>[] {
  const names = asked(changes);
  return names.length === 0 ? [] : [installation(names)];
}

/** The changes with one for each package that comes along, and the first installation held to them. */
export function withArrivals(
  changes: readonly Change[],
  facts: Facts,
): { readonly changes: readonly Change[]; readonly findings: readonly Finding[] } {
  const names = asked(changes);
  const at = changes.findIndex(({ action }) => action === "install");
  const first = changes[at];
  if (first === undefined) return { changes, findings: [] };
  const probe = installation(names);
  const fact = facts.has(probeKey(probe)) ? readFact(facts, probe) : unknown("the host was not asked");
  if (fact.state !== "present")
    return { changes, findings: [notKnown(first, names, "why" in fact ? fact.why : "there is no apt-get")] };
  const { arrivals, removals } = fact.value;
  if (removals.length > 0) return { changes, findings: [wouldRemove(first, names, removals)] };
  const held = { ...first, steps: first.steps.map((step) => hold(step, arrivals)) };
  const more = arrivals.filter(({ name }) => !names.includes(name)).map((each) => alongWith(first, each));
  return { changes: [...changes.slice(0, at), held, ...more, ...changes.slice(at + 1)], findings: [] };
}

const hold = (step: Change["steps"][number], arrivals: readonly Arrival[]) =>
  step.verb === "install" ? { ...step, announced: arrivals.map(({ name }) => name) } : step;

function alongWith({ control }: Change, { name, version, from }: Arrival): Change {
  const common = {
    address: `${control}/package:${name}`,
    control,
    kind: "package",
    after: version,
    effect: "now",
    stage: "prepare",
    steps: [],
  } as const;
  return from === undefined
    ? { ...common, action: "install", reason: "Packages of this plan depend on it.", undo: "full" }
    : {
        ...common,
        action: "update",
        before: from,
        reason: "Packages of this plan need a newer version of it.",
        undo: "none",
      };
}

export const packagesUnknown: FindingRecord = {
  id: "plan.packages-unknown",
  level: "warn",
  about: "What comes along with a package is not known yet",
};

const notKnown = (first: Change, names: readonly string[], why: string): Finding =>
  findingOf(
    packagesUnknown,
    first.control,
    `What comes along with ${names.join(", ")} is not known: ${why.replace(/\.+$/, "")}.`,
    hints.find(([cause]) => cause.test(why))![1],
  );

/** What to do next, by why it is not known. */
const hints: readonly (readonly [RegExp, string])[] = [
  [
    /^an earlier installation\b/,
    "An apply is refused until they are installed, or purged: dpkg --configure -a; dpkg --audit says more.",
  ],
  [
    /\bheld packages\b/i,
    "Packages are on hold, and an apply is refused while they are: apt-mark showhold names them, apt-mark unhold PACKAGE lets it go.",
  ],
  [
    /^/,
    "apt-get update on the host gives the plan what it needs; an apply does that by itself, and installs without naming it first.",
  ],
];

const wouldRemove = (first: Change, names: readonly string[], removals: readonly string[]): Finding =>
  findingOf(
    { id: "plan.package", level: "block" },
    first.control,
    `To install ${names.join(", ")} apt would remove ${removals.join(", ")}.`,
    "Sort the packages out on the host, then plan again.",
  );
