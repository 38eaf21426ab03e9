/** What a reset would take with it: the journal of a run above all, without which nothing rolls back. Pure. */
import type { Finding } from "../checks/finding.ts";
import { findingsOf } from "../checks/finding.ts";
import { type Fact, type Facts, type Probe, readFact } from "../facts/probe.ts";
import { isPassing, type Lost, lostAt, type Place, storage, storageOf } from "../facts/storage.ts";
import type { inputOf } from "./input.ts";
import type { Managed } from "./managed.ts";

const say = findingsOf("host", {
  storage: ["block", "Files of the profile lie where the next boot may not have them"],
  "way-back": [
    "block",
    "A reset would lose the journal of a run or its units, so that nothing would roll back",
  ],
});

export const findings = say.records;

const journal = "/var/lib/harden";
const units = "/etc/systemd/system";

/** Where a run keeps what rolls it back, also after a reset: its journal, and its units. */
const wayBack = [
  ["", "/runs", "/pending", "/rolling", "/confirmed", "/rolled-back"].map((name) => `${journal}${name}`),
  ["", "/sysinit.target.wants", "/multi-user.target.wants"].map((name) => `${units}${name}`),
];

const folderOf = (path: string) => path.slice(0, path.lastIndexOf("/")) || "/";

/** The storage of a run's journal and units, and of all folders that these probes of the controls read. */
export function storageProbes(ofControls: readonly Probe<unknown>[]): readonly Probe<readonly Place[]>[] {
  const read = ofControls.flatMap(({ collector, args: [path = ""] }) =>
    collector === "file" ? [folderOf(path)] : collector === "glob" ? [path] : [],
  );
  return [...new Set([...wayBack.flat(), ...read])].map(storageOf);
}

/** Each boot empties it, and may fill it again. */
const passed = (path: string): readonly Lost[] =>
  isPassing(path) ? [{ fate: "unsure", why: `each boot makes ${folderOf(path)} anew` }] : [];

/** A folder of its own, whose other files are read as well. */
const isOwn = (folder: string) => folder.lastIndexOf("/") > 0;

/** What a reset would do to a path, or to anything else in its folder. */
function lostNear(fact: StorageFact, path: string): readonly Lost[] {
  const at = lostAt(fact, path);
  if (at !== undefined || fact.state !== "present") return at === undefined ? [] : [at];
  const folder = folderOf(path);
  if (!isOwn(folder)) return [];
  return fact.value.flatMap(({ path, lost }) => (lost && path.startsWith(`${folder}/`) ? [lost] : []));
}

type StorageFact = Fact<readonly Place[]>;
type AnyInput = ReturnType<typeof inputOf>;
type AnyControl = Managed["control"];

/** What a control has read, where there is something, and what it wants to be. */
function pathsOf(control: AnyControl, input: AnyInput, facts: Facts): readonly string[] {
  const read = Object.values(control.probes(input.params, input.access.visit)).flatMap((probe) => {
    const [path = ""] = probe.args;
    if (readFact(facts, probe).state === "absent") return [];
    return probe.collector === "file" ? [path] : probe.collector === "glob" ? [`${path}/`] : [];
  });
  const wanted = control
    .desired(input)
    .flatMap(({ resource }) => ("path" in resource ? [resource.path] : []));
  return [...read, ...wanted].filter((path) => !isPassing(path));
}

const unique = (all: readonly Lost[]) => [...new Map(all.map((lost) => [lost.why, lost])).values()];

/** As on nearly every host: what is left to look at costs a tenth of a plan. */
function lastsEverywhere(facts: Facts): boolean {
  const fact = readFact(facts, storage);
  return fact.state === "present" && fact.value.every(({ path }) => isPassing(`${path}/`));
}

/** What a reset would take of a control; `only` of what one check is about beside that. */
export interface Losses {
  readonly ofAll: readonly Lost[];
  readonly ofCheck: (check: AnyControl["checks"][number]) => readonly Lost[];
}

export function lossesOf({ control }: Pick<Managed, "control">, input: AnyInput, facts: Facts): Losses {
  const isPlain = lastsEverywhere(facts);
  const fact = readFact(facts, storage);
  const near = (path: string) => (isPlain || isPassing(path) ? passed(path) : lostNear(fact, path));
  const keptAt = (of: Pick<AnyControl, "keptAt">) => unique((of.keptAt?.(input) ?? []).flatMap(near));
  return {
    ofAll: unique([...(isPlain ? [] : pathsOf(control, input, facts).flatMap(near)), ...keptAt(control)]),
    ofCheck: keptAt,
  };
}

/** What of the controls to be applied would not be so after a reset: it blocks where that shuts the host, or opens it. */
export function storageFindings(
  active: readonly { readonly control: AnyControl; readonly input: AnyInput }[],
  facts: Facts,
): readonly Finding[] {
  const byWhy = new Map<string, { readonly controls: string[]; blocks: boolean }>();
  for (const { control, input } of active) {
    const { ofAll, ofCheck } = lossesOf({ control }, input, facts);
    for (const { why, fate } of unique([...ofAll, ...control.checks.flatMap(ofCheck)])) {
      const entry = byWhy.get(why) ?? { controls: [], blocks: false };
      byWhy.set(why, entry);
      entry.controls.push(control.id);
      entry.blocks ||= control.guardsWayIn === true && fate === "gone";
    }
  }
  return [...byWhy].flatMap(([why, { controls, blocks }]) =>
    say.at(
      blocks ? "block" : "warn",
      "storage",
      `The next boot may lack what ${controls.join(", ")} would set: ${why}.`,
      "Have these files on a disk that each boot mounts, by /etc/fstab or a unit.",
    ),
  );
}

/** Nothing would roll back after a reset. */
export function wayBackFindings(facts: Facts): readonly Finding[] {
  const fact = readFact(facts, storage);
  const whys = wayBack.flatMap((paths) => paths.flatMap((path) => lostAt(fact, path)?.why ?? []).slice(0, 1));
  return say(
    "way-back",
    whys.length > 0 &&
      `A reset would lose the journal of a run, or its units, so that nothing could roll back: ${[...new Set(whys)].join("; ")}.`,
    `Have ${journal} and ${units} on a disk that each boot mounts, by /etc/fstab or a unit.`,
  );
}
