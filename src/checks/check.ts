/** A check: one security requirement, the record of all that is known of it, and its test. */
import type { AssetName, GuardName } from "./assets.ts";
import { type Criterion, soc2 } from "./criteria.ts";
import type { Layer } from "./layers.ts";
import type { LineId } from "./lines.ts";
import type { Reads } from "./reads.ts";

/** A number of a benchmark: metadata, never an identifier. */
export interface Reference {
  readonly benchmark: string; // "CIS Debian 12 1.1.0", "ANSSI BP-028"
  readonly number: string;
}

export type Verdict = "pass" | "fail" | "not applicable" | "error" | "until the next boot";

export type Severity = "high" | "medium" | "low";

/**
 * A proof is what the plan or something owned brings about, and every way in, now and at the next boot: failing, it
 * rolls an apply back. An audit is what no change of the plan could alter: failing, it is told, with exit 2. Advice is
 * what the profile wants to be told only: `verify` tells it, and counts it not.
 */
export type Role = "proof" | "audit" | "advice";

/** Of two roles the result of a check selects one; the default is the first. */
export type CheckRole = Role | "proof or audit" | "audit or advice";

/** What can fail several checks at once: a program that does nothing, or one setting that two checks look at. */
export type Cause =
  | "auditd"
  | "container logs"
  | "empty passwords"
  | "fail2ban"
  | "new privileges"
  | "published database"
  | "ssh passwords"
  | "ufw"
  | "unattended-upgrades";

/** All that is known of a check but its test; score, SOC 2, checklist, explain, docs and schema read it. */
export interface CheckRecord {
  /** GROUP.NAME, stable: waivers and baselines name it. */
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  /** What is always a proof can't be waived. */
  readonly role: CheckRole;
  readonly layer: Layer;
  /** Where it fails, that alone lets somebody in, or out of a container: it counts for more than its severity. */
  readonly opens?: true;
  /** All checks of one cause, which are of one layer, take together no more of a score than the worst of them. */
  readonly cause?: Cause;
  readonly references: readonly Reference[];
  /** What stays open where it fails. */
  readonly why: string;
  /** What can break when it is set; left out where nothing is known. */
  readonly breaks?: string;
  /** What an attacker can still do when it passes: one sentence, a fact of this value. */
  readonly leavesOpen: string;
  /** The stricter value or measure and, after a colon, its price: one sentence; left out where there is none. */
  readonly stricter?: string;
  /** A command that shows it, as root, without harden. */
  readonly look: string;
  /** The parameters that decide it, where none has the check's own name. */
  readonly by?: readonly string[];
  /** The lines of the lists before and after a deployment that it answers. */
  readonly answers?: readonly LineId[];
  /** Of them, those that only a measured one of these answers. */
  readonly decides?: readonly LineId[];
  /** The layers of assets that it is part of. */
  readonly guards?: readonly GuardName[];
  /** Assets that are there where it applies. */
  readonly shows?: readonly AssetName[];
  /** Assets that are there where it fails: it applies where there are none, too. */
  readonly finds?: readonly AssetName[];
  /** What it finds goes on by itself from day to day, and is no other thing for that. */
  readonly moving?: true;
}

/** A check of a host. */
export interface HostRecord extends CheckRecord {
  readonly reads: Reads;
}

/** A record with its test of a subject: a host, a compose file, a container, a published port, a cloud. */
export interface Check<Subject, Outcome> extends CheckRecord {
  readonly test: (subject: Subject) => Outcome;
}

/** What the checks of a control or a group have in common. */
export interface Group {
  readonly layer: Layer;
  /** What a check is evidence for, unless its record says so itself. */
  readonly criteria: readonly Criterion[];
  readonly cause?: Cause;
}

type GivenByGroup = "layer" | "references";

/** A check as its module writes it: the group gives what it leaves out, and there may be no benchmark's number. */
export type Row<C extends CheckRecord> = Omit<C, GivenByGroup> &
  Partial<Pick<C, GivenByGroup>> & { readonly criteria?: readonly Criterion[] };

/** What a row says beside its test, for modules whose checks are tested alike. */
export type RowHead = Omit<Row<CheckRecord>, "role"> & Partial<Pick<CheckRecord, "role">>;

type Defaults = Partial<Pick<Row<CheckRecord>, GivenByGroup | "criteria">>;

/** Of a row of a group: criteria are references after those of benchmarks. */
export const referencesOf = (
  { criteria }: Pick<Group, "criteria">,
  { criteria: own = criteria, references = [] }: Pick<Defaults, "criteria" | "references">,
): readonly Reference[] => [...references, ...own.map((number) => ({ benchmark: soc2, number }))];

/** A row with what its group gives. */
export function inGroup<R extends Defaults>(group: Group, row: R) {
  const { criteria: _criteria, references: _references, ...rest } = row;
  return { layer: group.layer, ...rest, references: referencesOf(group, row) };
}
