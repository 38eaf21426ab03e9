/** A Dockerfile as data: its stages, each with what it says and where. Pure. */
import { type Copy, DockerfileParser } from "dockerfile-ast";
import type { Variables } from "./interpolate.ts";
import type { Comment } from "./read.ts";
import type { Origin } from "./tree.ts";
import { wordsIn } from "./words.ts";

export interface Instruction {
  /** In upper case. */
  readonly keyword: string;
  readonly at: Origin;
  /** Behind keyword and flags, on one line; of RUN with what heredocs give it. */
  readonly text: string;
  /** In words, where blanks part them. */
  readonly words: readonly string[];
  /** By name, such as `from` of `--from=build`. */
  readonly flags: ReadonlyMap<string, string>;
  /** What stands between `<<EOF` and `EOF`. */
  readonly heredocs: readonly string[];
  /** Written as a JSON list. */
  readonly isExec: boolean;
}

export interface BuildStage {
  readonly at: Origin;
  /** With the values of ARGs that stand before the first FROM; a name of an earlier stage, too. A `$` is left of what is not known. */
  readonly base: string;
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

export interface Dockerfile {
  readonly file: string;
  readonly stages: readonly BuildStage[];
  readonly comments: readonly Comment[];
  /** The stage that the image is made of, and those that it stands on, first to last. */
  readonly chain: readonly BuildStage[];
  /** Before the first FROM. */
  readonly args: readonly Instruction[];
}

/** `target`: the stage that is wanted; without it the last one is. `given`: values of ARGs, from whoever builds. */
export function parseDockerfile(
  text: string,
  file: string,
  target?: string,
  given: Variables = new Map(),
): Dockerfile {
  const parsed = DockerfileParser.parse(text);
  const at = ({ line, character }: { line: number; character: number }): Origin => ({
    file,
    line: line + 1,
    column: character + 1,
  });
  const comments = parsed.getComments().flatMap((comment) => {
    const range = comment.getRange();
    return range === null ? [] : [{ at: at(range.start), text: `# ${comment.getContent() ?? ""}` }];
  });
  const stages: {
    -readonly [K in keyof BuildStage]: K extends "instructions" ? Instruction[] : BuildStage[K];
  }[] = [];
  const args: Instruction[] = [];
  for (const found of parsed.getInstructions()) {
    const instruction = instructionOf(found, text, at(found.getRange().start));
    if (instruction.keyword === "FROM") {
      const [base = "", as = "", name] = instruction.words;
      stages.push({
        at: instruction.at,
        base: expanded(base, argsOf(args, given)),
        name: as.toLowerCase() === "as" ? name : undefined,
        instructions: [],
      });
    } else (stages.at(-1)?.instructions ?? args).push(instruction);
  }
  return { file, stages, comments, args, chain: chainOf(stages, target) };
}

type Parsed = ReturnType<ReturnType<typeof DockerfileParser.parse>["getInstructions"]>[number];

function instructionOf(found: Parsed, file: string, at: Origin): Instruction {
  const keyword = found.getKeyword();
  const inner = heredocsOf(found).flatMap((each) => each.getContentRange() ?? []);
  const end =
    keyword === "RUN" ? Number.POSITIVE_INFINITY : (inner[0]?.start.line ?? Number.POSITIVE_INFINITY);
  const words = found
    .getArguments()
    .filter((argument) => argument.getRange().start.line < end)
    .map((argument) => argument.getValue());
  const lines = inner.length === 0 ? [] : file.split(/\r?\n/);
  return {
    keyword,
    at,
    words,
    text: words.join(" "),
    heredocs: inner.map(({ start, end }) => lines.slice(start.line, end.line + 1).join("\n")),
    flags: new Map(flagsOf(found).map((flag) => [flag.getName(), flag.getValue() ?? ""])),
    isExec: (found.getRawArgumentsContent() ?? "").trimStart().startsWith("["),
  };
}

/** Of those that can have any. */
const flagsOf = (found: Parsed) => ("getFlags" in found ? (found as Copy).getFlags() : []);

const heredocsOf = (found: Parsed) => ("getHeredocs" in found ? (found as Copy).getHeredocs() : []);

/** `NAME=value` of ARG and ENV, `NAME value` of ENV, and `NAME` of ARG without a value. */
export function assigned({ keyword, words, text }: Instruction): readonly (readonly [string, string?])[] {
  const [first = ""] = words;
  if (keyword === "ENV" && !first.includes("=")) return [[first, text.slice(first.length).trim()]];
  return wordsIn(text).map((word) => {
    const cut = word.indexOf("=");
    return cut < 0 ? [word] : [word.slice(0, cut), word.slice(cut + 1)];
  });
}

/** Words of CMD, ENTRYPOINT and COPY: a JSON list's, or as they are written. */
export function listed({ isExec, text, words }: Instruction): readonly string[] {
  if (!isExec) return words;
  try {
    return (JSON.parse(text) as readonly unknown[]).map(String);
  } catch {
    return words;
  }
}

/** Values of ARGs: whoever builds comes before the default. One without a value is left out. */
export function argsOf(
  args: readonly Instruction[],
  given: Variables,
  before: Variables = new Map(),
): Variables {
  const known = new Map(before);
  for (const [name, value] of args.flatMap(assigned)) {
    const own = given.get(name) ?? (value === undefined ? undefined : expanded(value, known));
    if (own !== undefined) known.set(name, own);
  }
  return known;
}

/** A text with its variables put in, as a Dockerfile has them: `$NAME`, `${NAME:-other}`, `${NAME:+other}`. What isn't known stays. */
export const expanded = (text: string, known: Variables): string =>
  text.replace(
    /\\(.)|\$(?:(\w+)|\{(\w+)(?:(:?[-+])((?:\$\{[^}]*\}|[^}])*))?\})/gs,
    (whole, escaped?: string, bare?: string, name?: string, operator?: string, other = "") => {
      if (escaped !== undefined) return escaped;
      const value = known.get(bare ?? name!);
      const isSet = value !== undefined && !(operator?.startsWith(":") && value === "");
      if (operator?.endsWith("+")) return isSet ? expanded(other, known) : "";
      return isSet ? value : operator === undefined ? (value ?? whole) : expanded(other, known);
    },
  );

function chainOf(stages: readonly BuildStage[], target: string | undefined): readonly BuildStage[] {
  const named = (name: string, before: number) =>
    stages.slice(0, before).findLastIndex((stage) => stage.name?.toLowerCase() === name.toLowerCase());
  const chain: BuildStage[] = [];
  const wanted =
    target === undefined ? -1 : /^\d+$/.test(target) ? Number(target) : named(target, stages.length);
  for (let index = stages[wanted] === undefined ? stages.length - 1 : wanted; index >= 0; ) {
    const stage = stages[index]!;
    chain.unshift(stage);
    index = named(stage.base, index);
  }
  return chain;
}

/** All that the image's own stages say by a keyword, in order. */
export const saidBy = ({ chain }: Dockerfile, ...keywords: readonly string[]): readonly Instruction[] =>
  chain.flatMap(({ instructions }) => instructions.filter(({ keyword }) => keywords.includes(keyword)));
