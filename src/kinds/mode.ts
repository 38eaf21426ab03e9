/** Mode and owner of a file or a folder whose content isn't ours: it is never read, since it may be a secret. */
import { type FileFact, stat } from "../facts/files.ts";
import { type Facts, hintOf, present, readFact } from "../facts/probe.ts";
import {
  blocked,
  type ChangeOutcome,
  change,
  type DiffInput,
  defineKind,
  heldBy,
  same,
  since,
  type Undoing,
} from "./kind.ts";
import shell from "./mode.sh";
import { modeChange, modeIn, modeLine, modeText } from "./mode-text.ts";

export interface ModeResource {
  readonly kind: "mode";
  readonly path: string;
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
  /** As it is, where a collector discovered the path, so that no probe can name it. */
  readonly found?: FileFact;
}

export interface ModeStep {
  readonly verb: "mode";
  readonly path: string;
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
  /** As it must be found, or the run is stale. */
  readonly before: { readonly mode: string; readonly owner: string; readonly group: string };
}

export interface ModeUndo {
  readonly kind: "mode";
  readonly path: string;
  /** `file - MODE OWNER GROUP`, like `after`. */
  readonly before: string;
  readonly after?: string;
}

export const mode = defineKind<ModeResource, ModeStep, ModeUndo>({
  name: "mode",
  address: ({ path }) => path,
  probes: ({ path }) => [stat(path)],
  diff,
  holds: ({ path, mode, owner, group }, read) =>
    heldBy(read(stat(path)), `${mode} ${owner}:${group}`, (now) => ({
      so: now.mode === mode && now.owner === owner && now.group === group,
      found: `${now.mode} ${now.owner}:${now.group}`,
    })),
  line: modeLine,
  together: {
    key: ({ name, draft: { before, after } }) => JSON.stringify([folderOf(name), before, after]),
    line([first, ...others]) {
      const names = [first, ...others].map(({ name }) => name.slice(folderOf(name).length));
      return modeLine(first.draft, `${folderOf(first.name)}{${names.join(",")}}`);
    },
  },
  words: {
    mode: ({ path, mode, owner, group, before }) => [path, mode, owner, group, ...wordsOf(before)],
  },
  shell: [shell],
  undo: {
    words: ["mode"],
    fromJournal: (lines) => {
      const [{ object, before }] = lines;
      return { kind: "mode", path: object, before, after: lines.at(-1)!.after };
    },
    fromManifest: ([path = "", ...before]) => ({ kind: "mode", path, before: before.join(" ") }),
    join: (older, newer) =>
      modeOf(older.after ?? "") === modeOf(newer.before) ? { ...newer, before: older.before } : undefined,
    probes: ({ path }) => [stat(path)],
    changes,
    lookBack: (undo) => undo,
    after: ["edit"],
    atBoot: "early",
  },
});

const folderOf = (path: string) => path.slice(0, path.lastIndexOf("/") + 1);

function diff({ resource, facts }: DiffInput<ModeResource>): ChangeOutcome<ModeStep> {
  const fact = resource.found === undefined ? readFact(facts, stat(resource.path)) : present(resource.found);
  if (fact.state === "absent") return same;
  if (fact.state !== "present")
    return blocked(`${resource.path} could not be read: ${fact.why}`, hintOf(fact));
  const { value: now } = fact;
  if (modeText(now) === modeText(resource)) return same;
  if (now.immutable) return blocked(`${resource.path} is immutable (chattr +i or +a)`);
  const { path, mode, owner, group } = resource;
  return change({
    action: "update",
    before: modeText(now),
    after: modeText(resource),
    effect: "now",
    undo: "full",
    stage: "files",
    steps: [{ verb: "mode", path, mode, owner, group, before: modesOf(now) }],
  });
}

/** The runtime's words for it: those of a file whose content doesn't matter. */
const wordsOf = ({ mode, owner, group }: ModeStep["before"]) => ["file", "-", mode, owner, group];

const modesOf = ({ mode, owner, group }: FileFact) => ({ mode, owner, group });

const modeOf = (words: string) => words.split(" ").slice(2).join(" ");

function changes({ path, before, after }: ModeUndo, facts: Facts, release: boolean): Undoing<ModeStep> {
  const fact = readFact(facts, stat(path));
  if (fact.state === "absent") return same;
  if (fact.state !== "present") return blocked(`${path} could not be read: ${fact.why}`, hintOf(fact));
  const now = modeOf(wordsOf(fact.value).join(" "));
  const was = modeOf(before);
  if (after !== undefined && now !== modeOf(after) && now !== was)
    return { ...since(path), how: modeChange(modeIn(after) ?? "", modeText(fact.value)) };
  if (now === was && !release) return same;
  const [mode = "", owner = "", group = ""] = was.split(" ");
  return change({
    action: "update",
    before: modeText(fact.value),
    after: modeText({ mode, owner, group }),
    effect: "now",
    undo: "full",
    stage: "files",
    steps: [{ verb: "mode", path, mode, owner, group, before: modesOf(fact.value) }],
  });
}
