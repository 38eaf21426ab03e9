/** Single keys of a file that others write to as well: all edits of a path are one, and each key has its owners. */
import { shown, type Value } from "../edits/document.ts";
import { type Edit, fold } from "../edits/fold.ts";
import { apply, type EditFormat, type Key, parse } from "../edits/index.ts";
import { backups } from "../facts/backups.ts";
import { type FileFact, file as fileProbe, type Preimage, preimage } from "../facts/files.ts";
import { hintOf, readFact } from "../facts/probe.ts";
import { HostOnly } from "../host-only.ts";
import { gap, isHiddenKey, redact } from "../secrets/index.ts";
import type { CheckStep } from "./checks.ts";
import shell from "./edit.sh";
import {
  baseOf,
  type EditResource,
  type EditUndo,
  type Letting,
  letGo,
  type OwnKey,
  ownKeys,
} from "./edit-keys.ts";
import { obstacleTo, preimageWords } from "./file.ts";
import { hostDiff, lineOfFile } from "./file-diff.ts";
import {
  blocked,
  type ChangeOutcome,
  type Conflict,
  change,
  type DiffInput,
  defineKind,
  type Owner,
  same,
} from "./kind.ts";
import { modeText } from "./mode-text.ts";

interface EditStep {
  readonly verb: "edit";
  readonly path: string;
  /** With all that others have written to the file. Absent: the file that edits had made goes with the last of them. */
  readonly content: HostOnly<Buffer> | "absent";
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
      ...[path, content === "absent" ? content : content.value.toString("base64")],
      ...[mode, owner, group, String(keys.length)],
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
    after: ["file"],
    atBoot: "early",
  },
});

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

function diff(input: DiffInput<EditResource>): ChangeOutcome<Steps> {
  const { resource, facts } = input;
  const { path, format } = resource;
  const fact = readFact(facts, fileProbe(path));
  if (fact.state === "unknown" || fact.state === "unsupported")
    return blocked(`${path} could not be read: ${fact.why}`, hintOf(fact));
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

const announced = ({ effect = "now" }: DiffInput<EditResource>): ChangeOutcome<Steps> =>
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
): ChangeOutcome<Steps> {
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
    verb: "edit",
    path,
    mode,
    owner,
    group,
    format,
    keys,
    before,
    content: planned === undefined ? "absent" : new HostOnly(planned),
    ...(keys.length === 0 ? {} : { own: baseOf(path) }),
    ...release,
  };
  const text = modeText({ mode, owner, group });
  return change({
    action: was === undefined ? "create" : planned === undefined ? "delete" : "update",
    ...(was === undefined ? {} : { before: text }),
    ...(planned === undefined ? {} : { after: text }),
    diff: diffOf(input, { was, planned, letting }),
    effect,
    undo: "full",
    stage: "files",
    ...(installing ? { afterInstall: "exact" as const } : {}),
    steps: [step, ...(resource.proof === undefined ? [] : [{ verb: "check" as const, ...resource.proof }])],
  });
}

/** Of a file that stays others' the keys alone: what else is in it is theirs, and stays on the host. */
function diffOf(
  { resource: { path, format, set, unset } }: DiffInput<EditResource>,
  { was, planned, letting }: Omit<Planned, "isNewFolder">,
): string {
  if (was?.content === undefined || planned === undefined) return hostDiff(path, was?.content, planned);
  const keys = [...set.map(([key]) => key), ...unset, ...letting.gone];
  return keyDiff(path, keys, { format, before: was.content, after: planned });
}

/** How the keys that an edit is about differ, for a person: no other value of the file is in it. */
interface Texts {
  readonly format: EditFormat;
  readonly before: Buffer;
  readonly after: Buffer;
}

/** As a unified diff has it, with a line a key. */
function keyDiff(path: string, keys: readonly Key[], { format, before, after }: Texts): string {
  const [old, now] = [parse(format, before), parse(format, after)];
  const of = (parsed: typeof old, key: Key) => {
    const got = parsed.ok ? parsed.get(key) : parsed;
    return got.ok ? got.value : undefined;
  };
  const unique = [...new Map(keys.map((key) => [JSON.stringify(key), key])).values()];
  const lines = unique.flatMap((key) => {
    const [from, to] = [old, now].map((parsed) => lineOf(key, of(parsed, key)));
    if (from === to && JSON.stringify(of(old, key)) === JSON.stringify(of(now, key))) return [];
    return [...(from === undefined ? [] : [`-${from}`]), ...(to === undefined ? [] : [`+${to}`])];
  });
  return [`--- ${path}`, `+++ ${path}`, ...lines].join("\n");
}

function lineOf(key: Key, value: Value | undefined): string | undefined {
  if (value === undefined) return undefined;
  const line = `${shown(key)}: ${key.some(isHiddenKey) ? gap : valueText(value)}`;
  return redact(line);
}

/** What is within a list or an object is others'. */
function valueText(value: Value): string {
  if (Array.isArray(value)) return `[${gap}]`;
  return typeof value === "object" && value !== null ? `{${gap}}` : JSON.stringify(value);
}
