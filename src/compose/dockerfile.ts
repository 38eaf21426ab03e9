/** A Dockerfile as data: its stages, each with what it says and where. Pure. */
import { type Copy, DockerfileParser } from "dockerfile-ast";
import type { Comment } from "./read.ts";
import type { Origin } from "./tree.ts";

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

export interface Stage {
  readonly at: Origin;
  /** With the values of ARGs that stand before the first FROM; a name of an earlier stage, too. */
  readonly base: string;
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

export interface Dockerfile {
  readonly file: string;
  readonly stages: readonly Stage[];
  readonly comments: readonly Comment[];
  /** The stage that the image is made of, and those that it stands on, first to last. */
  readonly chain: readonly Stage[];
  /** Before the first FROM. */
  readonly args: readonly Instruction[];
}

/** `target`: the stage that is wanted; without it the last one is. */
export function parseDockerfile(text: string, file: string, target?: string): Dockerfile {
  const parsed = DockerfileParser.parse(text);
  const at = ({ line, character }: { line: number; character: number }): Origin => ({
    ...{ file, line: line + 1, column: character + 1 },
  });
  const comments = parsed.getComments().flatMap((comment) => {
    const range = comment.getRange();
    return range === null ? [] : [{ at: at(range.start), text: `# ${comment.getContent() ?? ""}` }];
  });
  const stages: { -readonly [K in keyof Stage]: K extends "instructions" ? Instruction[] : Stage[K] }[] = [];
  const args: Instruction[] = [];
  for (const found of parsed.getInstructions()) {
    const instruction = instructionOf(found, text, at(found.getRange().start));
    if (instruction.keyword === "FROM") {
      const [base = "", as = "", name] = instruction.words;
      const known = (whole: string, name: string, other?: string) => argOf(args, name) ?? other ?? whole;
      stages.push({
        at: instruction.at,
        base: base.replace(/\$\{?(\w+)(?::-([^}]*))?\}?/g, known),
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
    ...{ keyword, at, words, text: words.join(" ") },
    heredocs: inner.map(({ start, end }) => lines.slice(start.line, end.line + 1).join("\n")),
    flags: new Map(flagsOf(found).map((flag) => [flag.getName(), flag.getValue() ?? ""])),
    isExec: (found.getRawArgumentsContent() ?? "").trimStart().startsWith("["),
  };
}

/** Of those that can have any. */
const flagsOf = (found: Parsed) => ("getFlags" in found ? (found as Copy).getFlags() : []);

const heredocsOf = (found: Parsed) => ("getHeredocs" in found ? (found as Copy).getHeredocs() : []);

const argOf = (args: readonly Instruction[], name: string) =>
  args.flatMap(({ text }) => (text.startsWith(`${name}=`) ? [text.slice(name.length + 1)] : []))[0];

function chainOf(stages: readonly Stage[], target: string | undefined): readonly Stage[] {
  const named = (name: string, before: number) =>
    stages.slice(0, before).findLastIndex((stage) => stage.name?.toLowerCase() === name.toLowerCase());
  const chain: Stage[] = [];
  const wanted = target === undefined ? -1 : named(target, stages.length);
  for (let index = wanted < 0 ? stages.length - 1 : wanted; index >= 0; ) {
    const stage = stages[index]!;
    chain.unshift(stage);
    index = named(stage.base, index);
  }
  return chain;
}

/** All that the image's own stages say by a keyword, in order. */
export const saidBy = ({ chain }: Dockerfile, ...keywords: readonly string[]): readonly Instruction[] =>
  chain.flatMap(({ instructions }) => instructions.filter(({ keyword }) => keywords.includes(keyword)));
