/** Debian packages: installed, with nothing of theirs started before our configuration is there. */
import { debianPackage } from "../facts/files.ts";
import { type Facts, type Probe, readFact } from "../facts/probe.ts";
import {
  blocked,
  type ChangeOutcome,
  change,
  type DiffInput,
  defineKind,
  heldBy,
  same,
  type Undoing,
  valueLine,
} from "./kind.ts";
import aside from "./package/aside.sh";
import download from "./package/download.sh";
import loses from "./package/loses.sh";
import masks from "./package/masks.sh";
import purge from "./package/purge.sh";
import undo from "./package/undo.sh";
import wanted from "./package/wanted.sh";
import shell from "./package.sh";

declare module "../facts/probe.ts" {
  interface KindCollectors {
    purge_loses: true;
  }
}

export interface PackageResource {
  readonly kind: "package";
  readonly name: string;
  /** What it brings, for the plan before it is there. */
  readonly brings: string;
}

export type PackageStep =
  /** Downloaded before the dead-man is armed, installed with their services masked. */
  | {
      readonly verb: "install";
      readonly packages: readonly string[];
      /** All that the plan's packages bring along, in the first such step: apt may install nothing else. */
      readonly announced?: readonly string[];
    }
  /** After the confirm; until then their services are stopped. What was there before `run`, which brought them, stays. */
  | { readonly verb: "purge"; readonly run: string; readonly packages: readonly string[] };

export interface PackageUndo {
  readonly kind: "package";
  readonly run: string;
  readonly names: readonly string[];
  /** Of these, what the profile had asked for; the rest came along. */
  readonly asked: readonly string[];
  /** Of these, what is wanted whatever becomes of the others. */
  readonly stay?: readonly string[];
}

const namesIn = (text: string): readonly string[] => text.trim().split(/\s+/);

export const debian = defineKind<PackageResource, PackageStep, PackageUndo>({
  name: "package",
  address: ({ name }) => name,
  probes: ({ name }) => [debianPackage(name)],
  diff,
  holds: ({ name }, read) =>
    heldBy(read(debianPackage(name)), "installed", ({ installed, version, status }) => ({
      so: installed,
      found: `${version} (${status})`,
    })),
  line: ({ action, before = "", after }, name) =>
    action === "purge"
      ? `purge ${before}: after the confirm, unless needed by then`
      : `${action} ${name}${after === undefined ? "" : `: ${after}`}`,
  // What comes along has no step of its own.
  together: {
    key: ({ draft: { steps } }) => (steps.length === 0 ? "along" : undefined),
    line: (all) => {
      const list = all.map(({ name, draft }) => valueLine(draft, name)).join(", ");
      return `${all[0].draft.action} what they need: ${list}`;
    },
  },
  words: {
    install: ({ packages, announced }) => [packages.join(" "), announced?.join(" ") ?? "-"],
    purge: ({ run, packages }) => [run, ...packages],
  },
  shell: [shell, aside, download, masks, loses, purge, wanted, undo],
  undo: {
    words: ["install"],
    fromJournal: ([{ object, before }], run) =>
      before === "-" ? undefined : { kind: "package", run, names: namesIn(before), asked: namesIn(object) },
    fromManifest: (names, run) => ({ kind: "package", run, names, asked: names }),
    join: (older, newer) => ({
      ...older,
      names: [...new Set([...older.names, ...newer.names])],
      asked: [...new Set([...older.asked, ...newer.asked])],
    }),
    probes: (undo) => [
      ...undo.names.flatMap((name) => [debianPackage(name), wantedSince(name, undo)]),
      losses(undo),
    ],
    changes,
    lookBack: (undo) => undo,
    after: ["service", "sysctl"],
    atBoot: "late",
  },
  lasting: {
    purge: {
      record: {
        id: "undo.purged",
        level: "block",
        about: "A run has purged a package, and a rollback installs nothing",
      },
      message: ({ object }, { id }) => `Run ${id} has purged ${object}, and a rollback installs nothing.`,
      hint: "To have all of it again, apply a profile that wants it, as the one before this run did.",
      // It wasn't there before the run that had installed it.
      moot: ({ object }, older) => {
        const brought = older
          .filter(({ verb }) => verb === "install")
          .flatMap(({ before }) => namesIn(before));
        return namesIn(object).every((name) => brought.includes(name));
      },
    },
  },
});

function diff({ resource, facts }: DiffInput<PackageResource>): ChangeOutcome<PackageStep> {
  const fact = readFact(facts, debianPackage(resource.name));
  if (fact.state === "unknown" || fact.state === "unsupported")
    return blocked(`whether ${resource.name} is installed could not be read: ${fact.why}`);
  if (fact.state === "present") {
    if (fact.value.installed) return same;
    if (/^.[UFHWt]/.test(fact.value.status))
      return blocked(
        `the package ${resource.name} is half configured (dpkg says ${fact.value.status})`,
        "Finish it first: dpkg --configure -a",
      );
  }
  return change({
    action: "install",
    after: resource.brings,
    effect: "now",
    undo: "full",
    stage: "prepare",
    steps: [{ verb: "install", packages: [resource.name] }],
  });
}

/** Why a package can't go again, by apt's own simulation; absent where it can. */
const wantedSince = (name: string, { asked }: PackageUndo): Probe<string> => ({
  collector: "wanted",
  args: [`${asked.includes(name) ? "own" : "along"}:${name}`],
  parse: (data) => data.toString("utf8").replace(/^\S+ /, ""),
});

interface Loss {
  readonly name: string;
  readonly path: string;
}

/** What somebody has made or changed since the run, and a purge takes. */
const losses = ({ run, names }: PackageUndo): Probe<readonly Loss[]> => ({
  collector: "purge_loses",
  args: [run, ...names],
  parse: (data) =>
    data
      .toString("utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => ({ name: line.split(" ", 1)[0]!, path: line.slice(line.indexOf(" ") + 1) })),
});

function changes(undo: PackageUndo, facts: Facts): Undoing<PackageStep> {
  const { run, names, asked, stay = [] } = undo;
  const installed = names
    .filter((name) => {
      if (stay.includes(name)) return false;
      const fact = readFact(facts, debianPackage(name));
      return fact.state === "present" && fact.value.installed;
    })
    .map((name) => ({ name, wanted: readFact(facts, wantedSince(name, undo)) }));
  const packages: string[] = [];
  const details: string[] = [];
  for (const { name, wanted } of installed) {
    if (wanted.state === "absent") packages.push(name);
    else if (wanted.state !== "present")
      return blocked(`whether the host needs ${name} by now could not be read: ${wanted.why}`);
    // Where sudo stays nothing of the run is lost, and nobody's way to root.
    else if (asked.includes(name) && name !== "sudo")
      return blocked(
        `the package ${name} can't be purged: ${wanted.value}`,
        "To undo the run, remove first what needs it: apt-get remove PACKAGE",
      );
    else details.push(`~ ${name} stays: ${wanted.value}`);
  }
  if (packages.length === 0) return same;
  const lost = readFact(facts, losses(undo));
  if (lost.state === "unknown" || lost.state === "unsupported")
    return blocked(`what a purge of ${packages.join(", ")} would take could not be read: ${lost.why}`);
  const theirs = lost.state === "present" ? lost.value.filter(({ name }) => packages.includes(name)) : [];
  if (theirs.length > 0)
    return blocked(
      `the package ${[...new Set(theirs.map(({ name }) => name))].join(", ")} can't be purged: it would take what was changed since, by no run that this host remembers: ${theirs.map(({ path }) => path).join(", ")}`,
      "Copy what you want to keep of it to another place, delete it here, and try again.",
    );
  return change({
    action: "purge",
    before: packages.join(", "),
    after: "not installed",
    ...(details.length === 0 ? {} : { details }),
    effect: "now",
    undo: "none",
    stage: "finalize",
    steps: [{ verb: "purge", run, packages }],
  });
}
