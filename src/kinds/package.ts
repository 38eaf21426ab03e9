/** Debian packages: installed, with nothing of theirs started before our configuration is there. */
import { debianPackage } from "../facts/files.ts";
import { type Facts, readFact } from "../facts/probe.ts";
import {
  blocked,
  change,
  type DiffInput,
  defineKind,
  heldBy,
  type Outcome,
  same,
  type Undoing,
} from "./kind.ts";
import download from "./package/download.sh";
import masks from "./package/masks.sh";
import undo from "./package/undo.sh";
import shell from "./package.sh";

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
  /** What was there before `run`, which brought the packages, stays. */
  | { readonly verb: "purge"; readonly run: string; readonly packages: readonly string[] };

export interface PackageUndo {
  readonly kind: "package";
  readonly run: string;
  readonly names: readonly string[];
}

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
  line: ({ after }, name) => `${name}${after === undefined ? "" : `: ${after}`}`,
  words: {
    install: ({ packages, announced }) => [packages.join(" "), announced?.join(" ") ?? "-"],
    purge: ({ run, packages }) => [run, ...packages],
  },
  shell: [shell, download, masks, undo],
  undo: {
    words: ["install"],
    fromJournal: ([{ before }], run) =>
      before === "-" ? undefined : { kind: "package", run, names: before.trim().split(/\s+/) },
    fromManifest: (names, run) => ({ kind: "package", run, names }),
    probes: ({ names }) => names.map(debianPackage),
    changes,
    lookBack: (undo) => undo,
    // Until then their services can be stopped, and their firewall taken down, with their own tools.
    order: 70,
    atBoot: "late",
  },
  lasting: {
    purge: {
      level: "block",
      id: "undo.purged",
      message: ({ object }, { id }) => `Run ${id} has purged ${object}, and a rollback installs nothing.`,
      hint: ({ profile }) => `To have all of it again, apply the profile once more: ${profile}.`,
    },
  },
});

function diff({ resource, facts }: DiffInput<PackageResource>): Outcome<PackageStep> {
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

function changes({ run, names }: PackageUndo, facts: Facts): Undoing<PackageStep> {
  const there = names.filter((name) => {
    const fact = readFact(facts, debianPackage(name));
    return fact.state === "present" && fact.value.installed;
  });
  if (there.length === 0) return same;
  return change({
    action: "purge",
    before: there.join(", "),
    after: "not installed",
    effect: "now",
    undo: "best effort",
    stage: "access",
    steps: [{ verb: "purge", run, packages: there }],
  });
}
