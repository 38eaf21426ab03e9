/** What an edit wants of a file's keys, whose each of them is, and how one is let go. */
import { createHash } from "node:crypto";
import { type EditFormat, type Key, parse, release, type Value } from "../edits/index.ts";
import { savedIn } from "../facts/backups.ts";
import type { Facts } from "../facts/probe.ts";
import type { KindCheck } from "./checks.ts";
import type { DiffInput, OwnedThing, Owner } from "./kind.ts";

export interface EditResource {
  readonly kind: "edit";
  readonly path: string;
  readonly format: EditFormat;
  readonly set: readonly (readonly [Key, Value])[];
  readonly unset: readonly Key[];
  /** Where there is no such file: it is made, or nothing is wanted before a package brings it. */
  readonly missing: "create" | "skip";
  /** The package that brings it: where that is to be installed, by whatever control, the edit is announced. */
  readonly package?: string;
  /** Of a file that is made. */
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
  readonly proof?: KindCheck;
  /** Whose a key is, where more than the claim's own control want it: what `compose` makes. */
  readonly owners?: readonly { readonly key: Key; readonly controls: readonly string[] }[];
}

/** A key that a run has changed, and whose it is from then on. */
export interface OwnKey {
  readonly address: string;
  readonly control: string;
  readonly key: Key;
  /** Of what we wrote, keyed by the host, so that a later change of somebody's can be told and no secret be read. */
  readonly digest: string;
}

/** One key in the manifest; the original is in the backup of the path's own entry. */
export interface EditUndo {
  readonly kind: "edit";
  readonly path: string;
  readonly format: EditFormat;
  readonly key: Key;
  readonly run: string;
  readonly backup: number;
  readonly digest: string;
}

/** The manifest's entry of a path, which holds the original for all keys. */
export const baseOf = (path: string): Owner => ({ control: "-", address: `edit:${path}` });

const nameOfKey = (key: Key) => JSON.stringify(key);

type OwnedKey = OwnedThing & { readonly undo: EditUndo };
const isKeyOf =
  (path: string) =>
  (each: OwnedThing): each is OwnedKey =>
    each.undo.kind === "edit" && (each.undo as EditUndo).path === path;

function digestOf(machine: string, key: Key, value: Value | undefined): string {
  const text = JSON.stringify([machine, key, value ?? null, value === undefined]);
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

export interface Letting {
  readonly content: Buffer | undefined;
  readonly released: readonly Owner[];
  /** The keys that are let go. */
  readonly gone: readonly Key[];
}

/** What changes becomes ours: a key that has its value already was somebody else's, or is ours by now. */
export function ownKeys(
  { resource, control, host }: DiffInput<EditResource>,
  now: Buffer | undefined,
): OwnKey[] {
  const { path, format, owners } = resource;
  const before = parse(format, now ?? Buffer.alloc(0));
  const wishes: (readonly [Key, Value?])[] = [
    ...resource.set,
    ...resource.unset.map((key) => [key] as const),
  ];
  return wishes.flatMap(([key, value]) => {
    const had = before.ok ? before.get(key) : before;
    if (had.ok && JSON.stringify(had.value) === JSON.stringify(value)) return [];
    const controls = owners?.find((each) => nameOfKey(each.key) === nameOfKey(key))?.controls ?? [control];
    return controls.map((each) => ({
      address: `${each}/edit:${path}#${nameOfKey(key)}`,
      control: each,
      key,
      digest: digestOf(host.machineId, key, value),
    }));
  });
}

type Failure = { readonly why: string; readonly line: number; readonly column: number };

/** The content without what switched-off controls own of it, and what of the manifest ends with that. */
export function letGo(input: DiffInput<EditResource>, now: Buffer | undefined): Letting | Failure {
  const { resource, owned, off, facts, host } = input;
  const { path, format } = resource;
  const all = owned.filter(isKeyOf(path));
  const wanted = new Set([...resource.set.map(([key]) => key), ...resource.unset].map(nameOfKey));
  const gone = all.filter(({ control, undo }) => off.has(control) && !wanted.has(nameOfKey(undo.key)));
  if (gone.length === 0) return { content: now, released: [], gone: [] };
  const held = all.filter((each) => !gone.includes(each));
  const last = held.length === 0 && wanted.size === 0;
  const released = [
    ...gone.map(({ address, control }) => ({ address, control })),
    ...(last ? [baseOf(path)] : []),
  ];
  if (now === undefined) return { content: undefined, released, gone: [] };
  const base = owned.find(({ address }) => address === baseOf(path).address);
  const original = base === undefined ? ("unknown" as const) : originalOf(base.undo, facts);
  if (original === "unknown")
    return { why: "what it was before the first edit could not be read", line: 0, column: 0 };
  const parsed = parse(format, now);
  const ours = gone.filter(({ undo }) => stillOurs(undo, parsed, host.machineId));
  const keysOf = (some: readonly OwnedKey[]) => some.map(({ undo }) => undo.key);
  const rest = all.filter((each) => !ours.includes(each));
  const done = release(format, { current: now, original }, { gone: keysOf(ours), kept: keysOf(rest) });
  return done.ok ? { content: done.content, released, gone: keysOf(gone) } : done;
}

/** A value that somebody has changed since is theirs now, and stays. */
function stillOurs({ key, digest }: EditUndo, parsed: ReturnType<typeof parse>, machine: string): boolean {
  const got = parsed.ok ? parsed.get(key) : parsed;
  return got.ok && digestOf(machine, key, got.value) === digest;
}

function originalOf(undo: OwnedThing["undo"], facts: Facts): Buffer | undefined | "unknown" {
  if (undo.kind !== "file") return "unknown";
  const { run, backup, before } = undo as { kind: string; run: string; backup: number; before: string };
  if (before === "absent") return undefined;
  return savedIn(facts, { run, backup }) ?? "unknown";
}
