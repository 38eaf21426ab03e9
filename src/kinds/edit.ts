/** Single keys of a file that others write to as well: all edits of a path are one, and each key has its owners. */
import { createHash } from "node:crypto";
import { type Edit, fold } from "../edits/fold.ts";
import { apply, type EditFormat, type Key, parse, release, type Value } from "../edits/index.ts";
import { backups, savedIn } from "../facts/backups.ts";
import { type FileFact, file as fileProbe, type Preimage, preimage } from "../facts/files.ts";
import { asRoot, type Facts, readFact } from "../facts/probe.ts";
import type { Check, CheckStep } from "./checks.ts";
import shell from "./edit.sh";
import { obstacleTo, preimageWords } from "./file.ts";
import { lineOfFile, unifiedDiff } from "./file-diff.ts";
import {
  blocked,
  type Conflict,
  change,
  type DiffInput,
  defineKind,
  type Outcome,
  type OwnedThing,
  type Owner,
  same,
} from "./kind.ts";
import { modeText } from "./mode-text.ts";

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
  readonly proof?: Check;
  /** Whose a key is, where more than the claim's own control want it: what `compose` makes. */
  readonly owners?: readonly { readonly key: Key; readonly controls: readonly string[] }[];
}

/** A key that a run has changed, and whose it is from then on. */
interface OwnKey {
  readonly address: string;
  readonly control: string;
  readonly key: Key;
  /** Of what we wrote, keyed by the host, so that a later change of somebody's can be told and no secret be read. */
  readonly digest: string;
}

interface EditStep {
  readonly verb: "edit";
  readonly path: string;
  /** base64 of the whole new content; absent: the file that edits had made goes with the last of them. */
  readonly content: string | "absent";
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
  readonly format: EditFormat;
  readonly keys: readonly OwnKey[];
  readonly before: Preimage;
  /** The path itself is nobody's: the file as it was before the first edit. */
  readonly own?: Owner;
  readonly release?: Owner | readonly Owner[];
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

type Steps = EditStep | CheckStep;

export const edit = defineKind<EditResource, EditStep, EditUndo>({
  name: "edit",
  address: ({ path }) => path,
  compose,
  diff,
  line: lineOfFile,
  ownsByStep: true,
  words: {
    edit: ({ path, content, mode, owner, group, format, keys, before }) => [
      ...[path, content, mode, owner, group, String(keys.length)],
      ...keys.flatMap(({ address, control, key, digest }) => [
        ...[address, control, JSON.stringify(format), JSON.stringify(key), digest],
      ]),
      ...preimageWords(before),
    ],
  },
  shell: [shell],
  undo: {
    // A run's own undo is the file's: the journal has it as one.
    words: [],
    fromJournal: () => undefined,
    fromManifest: ([path = "", format = '"json"', key = "[]", run = "", backup, digest = ""]) => ({
      kind: "edit",
      path,
      format: JSON.parse(format) as EditFormat,
      key: JSON.parse(key) as Key,
      run,
      backup: Number(backup),
      digest,
    }),
    join: (older) => older,
    probes: ({ path, run }) => [fileProbe(path), backups(run)],
    // Let go by `diff`, with all that is wanted of the path.
    changes: () => same,
    lookBack: () => undefined,
    order: 15,
    atBoot: "early",
  },
});

/** The manifest's entry of a path, which holds the original for all keys. */
export const baseOf = (path: string): Owner => ({ control: "-", address: `edit:${path}` });

function compose(
  wanted: readonly { readonly control: string; readonly resource: EditResource }[],
): EditResource | readonly Conflict[] {
  const [first] = wanted as [{ control: string; resource: EditResource }];
  const folded = fold(wanted.map(({ control, resource }): Edit => ({ control, ...resource })));
  if (!folded.ok) return folded.conflicts;
  const create = wanted.some(({ resource }) => resource.missing === "create");
  return {
    ...first.resource,
    set: folded.set.map(({ key, value }) => [key, value] as const),
    unset: folded.unset.map(({ key }) => key),
    missing: create ? "create" : "skip",
    owners: [...folded.set, ...folded.unset].map(({ key, owners }) => ({ key, controls: owners })),
  };
}

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

interface Letting {
  readonly content: Buffer | undefined;
  readonly released: readonly Owner[];
}

function diff(input: DiffInput<EditResource>): Outcome<Steps> {
  const { resource, facts } = input;
  const { path, format } = resource;
  const fact = readFact(facts, fileProbe(path));
  if (fact.state === "unknown" || fact.state === "unsupported")
    return blocked(`${path} could not be read: ${fact.why}`, asRoot);
  const now = fact.state === "present" ? fact.value : undefined;
  if (now === undefined && resource.package !== undefined && input.changed.has(`package:${resource.package}`))
    return announced(input);
  const obstacle = now && obstacleTo(path, now);
  if (obstacle !== undefined) return obstacle;
  const letting = letGo(input, now?.content);
  if ("why" in letting) return blockedBy(path, letting);
  const wants = resource.set.length + resource.unset.length > 0;
  if (letting.content === undefined && resource.missing === "skip" && wants && letting.released.length === 0)
    return same;
  const edited = wants
    ? apply(format, letting.content, resource)
    : ({ ok: true, content: letting.content } as const);
  if (!edited.ok) return blockedBy(path, edited);
  const isNewFolder = fact.state === "absent" && fact.folder === "missing" && !input.installing;
  return outcome(input, { was: now, isNewFolder, planned: edited.content, letting });
}

const announced = ({ effect = "now" }: DiffInput<EditResource>): Outcome<Steps> =>
  change({
    action: "update",
    after: "known after install",
    afterInstall: "address",
    effect,
    undo: "full",
    stage: "files",
    steps: [],
  });

const blockedBy = (path: string, { why, line, column }: { why: string; line: number; column: number }) =>
  blocked(`${path}${line > 0 ? `:${line}:${column}` : ""} can't be edited: ${why.replace(/\.$/, "")}`);

interface Planned {
  /** Undefined where the file is absent; then its folder may be, too. */
  readonly was: FileFact | undefined;
  readonly isNewFolder: boolean;
  /** Undefined: no file. */
  readonly planned: Buffer | undefined;
  readonly letting: Letting;
}

function outcome(
  input: DiffInput<EditResource>,
  { was, isNewFolder, planned, letting }: Planned,
): Outcome<Steps> {
  const { resource, installing, effect = "now" } = input;
  const { path, format } = resource;
  const now = was?.content;
  const unchanged = planned === undefined ? now === undefined : now?.equals(planned) === true;
  if (unchanged && letting.released.length === 0) return same;
  const keys = ownKeys(input, now);
  const release = letting.released.length === 0 ? {} : { release: letting.released };
  const { mode, owner, group } = was ?? resource;
  const before: Preimage = isNewFolder ? { state: "absent", folder: "missing" } : preimage(was);
  const step: EditStep = {
    ...{ verb: "edit", path, mode, owner, group, format, keys, before },
    content: planned === undefined ? "absent" : planned.toString("base64"),
    ...(keys.length === 0 ? {} : { own: baseOf(path) }),
    ...release,
  };
  const text = modeText({ mode, owner, group });
  return change({
    action: was === undefined ? "create" : planned === undefined ? "delete" : "update",
    ...(was === undefined ? {} : { before: text }),
    ...(planned === undefined ? {} : { after: text }),
    diff: unifiedDiff(path, now, planned),
    effect,
    undo: "full",
    stage: "files",
    ...(installing ? { afterInstall: "exact" as const } : {}),
    steps: [step, ...(resource.proof === undefined ? [] : [{ verb: "check" as const, ...resource.proof }])],
  });
}

/** What changes becomes ours: a key that has its value already was somebody else's, or is ours by now. */
function ownKeys({ resource, control, host }: DiffInput<EditResource>, now: Buffer | undefined): OwnKey[] {
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
function letGo(input: DiffInput<EditResource>, now: Buffer | undefined): Letting | Failure {
  const { resource, owned, off, facts, host } = input;
  const { path, format } = resource;
  const all = owned.filter(isKeyOf(path));
  const wanted = new Set([...resource.set.map(([key]) => key), ...resource.unset].map(nameOfKey));
  const gone = all.filter(({ control, undo }) => off.has(control) && !wanted.has(nameOfKey(undo.key)));
  if (gone.length === 0) return { content: now, released: [] };
  const held = all.filter((each) => !gone.includes(each));
  const last = held.length === 0 && wanted.size === 0;
  const released = [
    ...gone.map(({ address, control }) => ({ address, control })),
    ...(last ? [baseOf(path)] : []),
  ];
  if (now === undefined) return { content: undefined, released };
  const base = owned.find(({ address }) => address === baseOf(path).address);
  const original = base === undefined ? ("unknown" as const) : originalOf(base.undo, facts);
  if (original === "unknown")
    return { why: "what it was before the first edit could not be read", line: 0, column: 0 };
  const parsed = parse(format, now);
  const ours = gone.filter(({ undo }) => stillOurs(undo, parsed, host.machineId));
  const keysOf = (some: readonly OwnedKey[]) => some.map(({ undo }) => undo.key);
  const rest = all.filter((each) => !ours.includes(each));
  const done = release(format, { current: now, original }, { gone: keysOf(ours), kept: keysOf(rest) });
  return done.ok ? { content: done.content, released } : done;
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
