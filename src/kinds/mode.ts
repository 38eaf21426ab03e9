/** Mode and owner of a file whose content isn't ours. */
import { type FileFact, file, type Preimage, preimage } from "../facts/files.ts";
import { type Facts, present, readFact } from "../facts/probe.ts";
import { look, modeText, preimageWords } from "./file.ts";
import {
  blocked,
  change,
  type DiffInput,
  defineKind,
  heldBy,
  type Outcome,
  same,
  since,
  type Undoing,
  valueLine,
} from "./kind.ts";
import shell from "./mode.sh";

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
  readonly before: Preimage;
}

export interface ModeUndo {
  readonly kind: "mode";
  readonly path: string;
  /** As `look` says it, like `after`. */
  readonly before: string;
  readonly after?: string;
}

export const mode = defineKind<ModeResource, ModeStep, ModeUndo>({
  name: "mode",
  address: ({ path }) => path,
  probes: ({ path }) => [file(path)],
  diff,
  holds: ({ path, mode, owner, group }, read) =>
    heldBy(read(file(path)), `${mode} ${owner}:${group}`, (now) => ({
      so: now.mode === mode && now.owner === owner && now.group === group,
      found: `${now.mode} ${now.owner}:${now.group}`,
    })),
  line: valueLine,
  words: {
    mode: ({ path, mode, owner, group, before }) => [path, mode, owner, group, ...preimageWords(before)],
  },
  shell: [shell],
  undo: {
    words: ["mode"],
    fromJournal: (lines) => {
      const [{ object, before }] = lines;
      return { kind: "mode", path: object, before, after: lines.at(-1)!.after };
    },
    fromManifest: ([path = "", ...before]) => ({ kind: "mode", path, before: before.join(" ") }),
    probes: ({ path }) => [file(path)],
    changes,
    lookBack: (undo) => undo,
    order: 20,
    atBoot: "early",
  },
});

function diff({ resource, facts }: DiffInput<ModeResource>): Outcome<ModeStep> {
  const fact = resource.found === undefined ? readFact(facts, file(resource.path)) : present(resource.found);
  if (fact.state === "absent") return same;
  if (fact.state !== "present") return blocked(`${resource.path} could not be read: ${fact.why}`);
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
    steps: [{ verb: "mode", path, mode, owner, group, before: preimage(now) }],
  });
}

const modeOf = (words: string) => words.split(" ").slice(2).join(" ");

function changes({ path, before, after }: ModeUndo, facts: Facts, release: boolean): Undoing<ModeStep> {
  const fact = readFact(facts, file(path));
  if (fact.state === "absent") return same;
  if (fact.state !== "present") return blocked(`${path} could not be read: ${fact.why}`, "Run as root.");
  const now = modeOf(look(fact.value));
  const was = modeOf(before);
  if (after !== undefined && now !== modeOf(after) && now !== was)
    return since(`The mode of ${path} (${now})`);
  if (now === was && !release) return same;
  const [mode = "", owner = "", group = ""] = was.split(" ");
  return change({
    action: "update",
    before: now,
    after: `${mode} ${owner} ${group}`,
    effect: "now",
    undo: "full",
    stage: "files",
    steps: [{ verb: "mode", path, mode, owner, group, before: preimage(fact.value) }],
  });
}
