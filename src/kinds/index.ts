/** The table of the kinds: add a primitive here, never an `exec`. */
import { dirname } from "node:path/posix";
import type { Fact, Probe } from "../facts/probe.ts";
import { account } from "./account.ts";
import { auditLock } from "./audit-lock.ts";
import { auditRules } from "./audit-rules.ts";
import { bits } from "./bits.ts";
import type { CheckStep } from "./checks.ts";
import { edit } from "./edit.ts";
import { file } from "./file.ts";
import { firewall } from "./firewall.ts";
import { group } from "./group.ts";
import { keys } from "./keys.ts";
import {
  type ChangeOutcome,
  type DiffInput,
  type Draft,
  type Held,
  type Kind,
  type Lasting,
  type Named,
  type Owner,
  type StepData,
  type UndoRules,
  valueLine,
} from "./kind.ts";
import { member } from "./member.ts";
import { mode } from "./mode.ts";
import { debian } from "./package.ts";
import { published } from "./published.ts";
import { service } from "./service.ts";
import { sysctl } from "./sysctl.ts";

/** In the order of planning: what others depend on comes first. */
const table = [
  debian,
  group,
  account,
  member,
  file,
  edit,
  mode,
  bits,
  keys,
  sysctl,
  auditRules,
  firewall,
  published,
  service,
  auditLock,
] as const;

type Each = (typeof table)[number];
export type Resource = Each extends infer K
  ? K extends Kind<infer R, infer _S, infer _U>
    ? R
    : never
  : never;
type OwnStep = Each extends infer K ? (K extends Kind<infer _R, infer S, infer _U> ? S : never) : never;
/** How one thing was before a run. */
export type Undo = Each extends infer K ? (K extends Kind<infer _R, infer _S, infer U> ? U : never) : never;

/** `own` stands on the step that makes the thing ours; `release` on the one that gives the original back. */
export type Step = (OwnStep | CheckStep) & {
  readonly own?: Owner;
  readonly release?: Owner | readonly Owner[];
};

type Any = Kind<Resource, Step, Undo>;

export const kinds = table as unknown as readonly Any[];

const byName = new Map(kinds.map((kind) => [kind.name, kind]));
const byVerb = new Map(kinds.flatMap((kind) => Object.keys(kind.words).map((verb) => [verb, kind] as const)));

/** `KIND:ADDRESS`: two claims with equal ones are about the same thing. */
export const resourceName = (resource: Resource): string =>
  `${resource.kind}:${byName.get(resource.kind)!.address(resource)}`;

type Addressed = Draft<unknown> & { readonly address: string; readonly kind: string };

/** What an address `CONTROL/KIND:NAME` names. */
export const nameOf = (address: string): string => address.slice(address.indexOf(":") + 1);

/** What changes, for a person, as its kind says it. */
export function changeLine(change: Addressed): string {
  const name = nameOf(change.address);
  return byName.get(change.kind as Resource["kind"])?.line(change, name) ?? valueLine(change, name);
}

const togetherOf = ({ kind }: Addressed) => byName.get(kind as Resource["kind"])?.together;
const named = (change: Addressed): Named => ({ name: nameOf(change.address), draft: change });

/** Equal for changes of a kind that are read as one; undefined for one that stands by itself. */
export const togetherKey = (change: Addressed): string | undefined => togetherOf(change)?.key(named(change));

/** The line of changes with one such key. */
export const togetherLine = ([first, ...others]: readonly [Addressed, ...Addressed[]]): string =>
  togetherOf(first)!.line([named(first), ...others.map(named)]);

/** What all of these, of equal names, want together; undefined where only equal ones can stand together. */
export const compose = (wanted: readonly { readonly control: string; readonly resource: Resource }[]) =>
  byName.get(wanted[0]!.resource.kind)!.compose?.(wanted);

/** What `diff` and `holds` of a resource read, where its kind can say so beforehand. */
export const probesOf = (resource: Resource): readonly Probe<unknown>[] =>
  byName.get(resource.kind)!.probes?.(resource) ?? [];

/** Whether a resource is so, by the effective state; undefined where its kind tells none. */
export const held = (resource: Resource, read: <T>(probe: Probe<T>) => Fact<T>): Held | undefined =>
  byName.get(resource.kind)!.holds?.(resource, read);

/** Compares one claim with the facts. */
export const diffResource = (input: DiffInput<Resource>): ChangeOutcome<Step> =>
  byName.get(input.resource.kind)!.diff(input);

type Words = Readonly<Record<string, (step: StepData) => readonly string[]>>;

/** Whether a kind's steps say themselves what becomes ours. */
export const ownsByStep = (name: Resource["kind"]): boolean => byName.get(name)!.ownsByStep === true;

/** Words of a step after its verb. */
export function stepWords(step: Step): readonly string[] {
  if (step.verb === "check") return [step.check, ...step.words];
  const words = byVerb.get(step.verb)!.words as unknown as Words;
  return words[step.verb]!(step);
}

/** The folders of what root itself reads and writes; what belongs to a user is changed with that user's rights. */
export const foldersOf = (steps: readonly Step[]): readonly string[] => [
  ...new Set(steps.flatMap((step) => ("path" in step && step.verb !== "bits" ? [dirname(step.path)] : []))),
];

type AnyUndo = UndoRules<Step, Undo>;

/** Kinds with an undo, in the order of a rollback: behind what each names, and behind what writes its things. */
export const rollbackOrder: readonly (Any & { readonly undo: AnyUndo })[] = inRollbackOrder();

function inRollbackOrder() {
  const left = kinds.flatMap((kind) => (kind.undo === undefined ? [] : [{ ...kind, undo: kind.undo }]));
  const order: typeof left = [];
  const isDue = ({ name, undo }: (typeof left)[number]) =>
    !left.some((other) => undo.after.includes(other.name) || other.writes?.includes(name));
  while (left.length > 0) {
    const at = left.findIndex(isDue);
    if (at < 0) throw new TypeError(`a circle in the undo of ${left.map(({ name }) => name).join(", ")}`);
    order.push(...left.splice(at, 1));
  }
  return order;
}

/** How a kind is undone, by its name as the manifest and an `Undo` have it. */
export const undoRules = (name: string): AnyUndo | undefined => byName.get(name as Resource["kind"])?.undo;

/** The kind that wrote a journal's word, where an undo of it exists. */
export const undoneAs = (verb: string): Any | undefined =>
  kinds.find(({ undo }) => undo?.words.includes(verb));

/** Why a journal's word can't be undone. */
export const lastingOf = (verb: string): Lasting | undefined =>
  kinds.flatMap(({ lasting }) => lasting?.[verb] ?? [])[0];
