/** Whole files: our drop-ins, and structured edits that a control computed. */
import { dirname } from "node:path/posix";
import { backups, savedIn } from "../facts/backups.ts";
import { type FileFact, file as fileProbe, type Preimage, preimage } from "../facts/files.ts";
import { asRoot, type Facts, hintOf, present, readFact } from "../facts/probe.ts";
import { HostOnly } from "../host-only.ts";
import type { CheckStep, KindCheck } from "./checks.ts";
import undoShell from "./file/undo.sh";
import shell from "./file.sh";
import { hostDiff, lineOfFile } from "./file-diff.ts";
import { fileSince } from "./file-since.ts";
import {
  blocked,
  type ChangeOutcome,
  change,
  type DiffInput,
  type Draft,
  defineKind,
  type JournalEntry,
  same,
  type Undoing,
} from "./kind.ts";
import { modeIn, modeText } from "./mode-text.ts";

export interface FileResource {
  readonly kind: "file";
  readonly path: string;
  /**
   * Whole new content. Structured edits are computed by the control from its `file` fact;
   * "after install" where a package that is still to come brings the text that we edit.
   */
  readonly content: Buffer | "absent" | "after install";
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
  readonly proof?: KindCheck;
  /** As it is, where a collector discovered the path, so that no probe can name it. */
  readonly found?: FileFact;
  /** Written only after the confirm, since what reads it does what can't be taken back. */
  readonly finalize?: true;
}

export type FileStep =
  | {
      readonly verb: "file";
      readonly path: string;
      readonly content: HostOnly<Buffer>;
      readonly mode: string;
      readonly owner: string;
      readonly group: string;
      readonly before: Preimage;
    }
  | { readonly verb: "remove"; readonly path: string; readonly before: Preimage }
  /** The file as backup number `backup` of run `run` holds it: content, mode, owner, xattrs, link or absence. */
  | {
      readonly verb: "restore";
      readonly path: string;
      readonly run: string;
      readonly backup: number;
      readonly before: Preimage;
    };

export interface FileUndo {
  readonly kind: "file";
  readonly path: string;
  readonly run: string;
  readonly backup: number;
  /** As `look` says it, like `after`. */
  readonly before: string;
  readonly after?: string;
}

export const file = defineKind<FileResource, FileStep, FileUndo>({
  name: "file",
  address: ({ path }) => path,
  diff,
  line: lineOfFile,
  words: {
    file: ({ path, content, mode, owner, group, before }) => [
      path,
      content.value.toString("base64"),
      mode,
      owner,
      group,
      ...preimageWords(before),
    ],
    remove: ({ path, before }) => [path, ...preimageWords(before)],
    restore: ({ path, run, backup, before }) => [path, run, String(backup), ...preimageWords(before)],
  },
  shell: [shell, undoShell],
  undo: {
    words: ["file", "remove", "restore"],
    fromJournal,
    fromManifest: ([path = "", run = "", backup, ...before]) => ({
      kind: "file",
      path,
      run,
      backup: Number(backup),
      before: before.join(" "),
    }),
    join: (older, newer) => (older.after === newer.before ? { ...older, ...afterOf(newer) } : undefined),
    probes: ({ path, run }) => [fileProbe(path), backups(run)],
    changes,
    content(undo, facts) {
      const content = undo.before === "absent" ? Buffer.alloc(0) : savedIn(facts, undo);
      return content && { path: undo.path, content };
    },
    lookBack: (undo) => undo,
    after: [],
    atBoot: "early",
  },
});

function diff({ resource, facts, installing, effect = "now" }: DiffInput<FileResource>): ChangeOutcome<Step> {
  const fact =
    resource.found === undefined ? readFact(facts, fileProbe(resource.path)) : present(resource.found);
  if (fact.state === "unknown" || fact.state === "unsupported")
    return blocked(`${resource.path} could not be read: ${fact.why}`, hintOf(fact));
  const now = fact.state === "present" ? fact.value : undefined;
  // A package that is still to come may bring the folder.
  const alone = fact.state === "absent" && fact.folder === "missing" && !installing;
  const obstacle = now && obstacleTo(resource.path, now);
  if (obstacle !== undefined) return obstacle;
  const stage = resource.finalize === true ? "finalize" : "files";
  const common = { effect, undo: resource.finalize === true ? "none" : "full", stage } as const;
  const steps = (step?: FileStep): readonly Step[] => [
    ...(step === undefined ? [] : [step]),
    ...(resource.proof === undefined ? [] : [{ verb: "check" as const, ...resource.proof }]),
  ];
  if (resource.content === "absent")
    return now === undefined ? same : change({ ...common, ...removal(resource.path, now, steps) });
  if (resource.content === "after install") {
    if (!installing) return blocked(`${resource.path} is missing, and no package brings it`);
    return change({
      ...common,
      action: "update",
      after: "known after install",
      afterInstall: "address",
      steps: steps(),
    });
  }
  if (now?.content?.equals(resource.content) && sameMode(now, resource)) return same;
  return change({
    ...common,
    action: now === undefined ? "create" : "update",
    ...(now === undefined ? {} : { before: modeText(now) }),
    after: modeText(resource),
    ...(alone ? { details: [`+ ${dirname(resource.path)}/ (new folder, 0755 root:root)`] } : {}),
    diff: hostDiff(resource.path, now?.content, resource.content),
    ...(installing ? { afterInstall: "exact" as const } : {}),
    steps: steps(
      write(resource, resource.content, alone ? { state: "absent", folder: "missing" } : preimage(now)),
    ),
  });
}

type Step = FileStep | CheckStep;

export function obstacleTo(path: string, now: FileFact): ChangeOutcome<never> | undefined {
  if (now.type === "symlink")
    return blocked(
      `${path} is a symbolic link to ${now.linkTarget ?? "another file"}`,
      "Make it a file of its own, or take the control out of the profile: harden replaces files, never what a link leads to.",
    );
  if (now.type !== "file") return blocked(`${path} is not a regular file`);
  if (now.immutable)
    return blocked(
      `${path} is immutable (chattr +i or +a)`,
      `Somebody set the flag on purpose; harden never clears it. Look at it, then: chattr -ia ${path}`,
    );
  if (now.content === undefined)
    return blocked(
      `the content of ${path} is not known: only root may read it, or it is larger than 1 MiB`,
      asRoot,
    );
  return undefined;
}

const sameMode = (
  a: Pick<FileFact, "mode" | "owner" | "group">,
  b: Pick<FileResource, "mode" | "owner" | "group">,
) => a.mode === b.mode && a.owner === b.owner && a.group === b.group;

function removal(
  path: string,
  now: FileFact,
  steps: (step: FileStep) => readonly Step[],
): Pick<Draft<Step>, "action" | "before" | "diff" | "steps"> {
  return {
    action: "delete",
    before: modeText(now),
    diff: hostDiff(path, now.content, undefined),
    steps: steps({ verb: "remove", path, before: preimage(now) }),
  };
}

function write(resource: FileResource, content: Buffer, before: Preimage): FileStep {
  const { path, mode, owner, group } = resource;
  return { verb: "file", path, content: new HostOnly(content), mode, owner, group, before };
}

/** What the runtime compares with: see `look` in the host's files.sh. */
export function preimageWords(before: Preimage): readonly string[] {
  return before.state === "absent"
    ? [before.folder === "missing" ? "no-folder" : "absent"]
    : ["file", before.sha256.value, before.mode, before.owner, before.group];
}

/** `absent`, or `file SHA256 MODE OWNER GROUP`: the runtime's words for how a file looks. */
export const look = (fact: FileFact | undefined): string => preimageWords(preimage(fact)).join(" ");

const afterOf = ({ after }: FileUndo) => (after === undefined ? {} : { after });

function fromJournal(lines: readonly [JournalEntry, ...JournalEntry[]], run: string): FileUndo {
  const [{ object, before, backup = 0 }] = lines;
  return { kind: "file", path: object, run, backup, before, after: lines.at(-1)!.after };
}

function changes(undo: FileUndo, facts: Facts, release: boolean): Undoing<FileStep> {
  const { path, run, backup } = undo;
  const fact = readFact(facts, fileProbe(path));
  if (fact.state === "unknown" || fact.state === "unsupported")
    return blocked(`${path} could not be read: ${fact.why}`, hintOf(fact));
  const now = fact.state === "present" ? fact.value : undefined;
  if (now?.type === "file" && now.content === undefined)
    return blocked(`the content of ${path} could not be read`, asRoot);
  const looks = look(now);
  if (undo.after !== undefined && looks !== undo.after && looks !== undo.before) return fileSince(undo, now);
  if (looks === undo.before && !release) return same;
  const after = modeIn(undo.before);
  return change({
    action: undo.before === "absent" ? "delete" : "update",
    ...(now === undefined ? {} : { before: modeText(now) }),
    ...(after === undefined ? {} : { after }),
    diff: hostDiff(path, now?.content, savedIn(facts, undo)),
    effect: "now",
    undo: "full",
    stage: "files",
    steps: [{ verb: "restore", path, run, backup, before: preimage(now) }],
  });
}
