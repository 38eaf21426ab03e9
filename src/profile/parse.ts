/** Such a file is a page of values; more than this (characters) is a mistake or an attack. */
import { Composer, type Document, isMap, isNode, LineCounter, Parser } from "yaml";
import { convert } from "./convert.ts";
import { tooDeep } from "./depth.ts";
import { type Problem, problem } from "./problem.ts";
import { emptyMap, type MapTree } from "./tree.ts";

const maxText = 128 * 1024;

/**
 * `tree` holds what can be believed: all of a `whole` file, and of one whose YAML is broken the
 * sections before the one with the first error.
 */
export interface Parsed {
  readonly tree: MapTree | undefined;
  readonly whole: boolean;
  readonly problems: readonly Problem[];
}

/**
 * Reads one profile's YAML (1.2 core: `yes` and `no` are text) into a tree with positions.
 * Every error of the file at once. `file` is the name that errors and origins show.
 */
export const parseProfile = (text: string, file: string): Parsed =>
  parseSections(text, { file, what: "profile" });

/** A file of sections that is no profile: `what` is how errors call it. */
export function parseSections(
  text: string,
  { file, what }: { readonly file: string; readonly what: string },
): Parsed {
  const top = { file, line: 1, column: 1 };
  const broken = (message: string): Parsed => ({
    tree: undefined,
    whole: false,
    problems: [problem(top, [], { message })],
  });
  if (text.length > maxText) return broken(`longer than ${maxText} characters: not a ${what}`);
  return parseText(text.replace(/^\uFEFF/, ""), { file, what });
}

function parseText(text: string, { file, what }: { readonly file: string; readonly what: string }): Parsed {
  const lineCounter = new LineCounter();
  const originAt = (offset: number) => {
    const { line, col } = lineCounter.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problems: Problem[] = [];
  const refuse = (offset: number, message: string) =>
    problems.push(problem(originAt(offset), [], { message }));
  const tokens = [...new Parser(lineCounter.addNewLine).parse(text)];
  const deep = tooDeep(tokens);
  if (deep !== undefined) {
    refuse(deep, "nested too deeply");
    return { tree: undefined, whole: false, problems };
  }
  const [doc, second, ...more] = [...new Composer(yamlOptions).compose(tokens, true, text.length)];
  const errors = [doc, second, ...more].flatMap((one) => one?.errors ?? []);
  for (const { code, pos, message } of errors) refuse(pos[0], faultText({ code, message }));
  if (second) refuse(second.range[0], `a ${what} is one YAML document: no second \`---\``);
  const faults = errors.filter(({ code }) => code !== "DUPLICATE_KEY").map(({ pos }) => pos[0]);
  if (second) faults.push(second.range[0]);
  if (doc && faults.length > 0) keepBefore(doc, Math.min(...faults));
  const whole = faults.length === 0;
  if (!doc?.contents) return { tree: emptyMap(file), whole, problems };

  const converted = convert(doc, originAt);
  problems.push(...converted.problems);
  const { tree } = converted;
  if (tree?.kind === "map") return { tree, whole, problems };
  if (tree && whole) problems.push(problem(tree.origin, [], { message: `a ${what} is a map of sections` }));
  return { tree: undefined, whole: false, problems };
}

const yamlOptions = { version: "1.2", schema: "core", merge: false, strict: true, uniqueKeys: true } as const;

/** Drops the section in which the error at `offset` is, and what follows: YAML is read from left to right. */
function keepBefore(doc: Document.Parsed, offset: number): void {
  if (!isMap(doc.contents)) return;
  const begins = (pair: { key: unknown }) => (isNode(pair.key) && pair.key.range?.[0]) || 0;
  const sound = doc.contents.items.filter((pair) => begins(pair) < offset).slice(0, -1);
  doc.contents.items = sound;
}

/**
 * A fault of YAML without the file's own text, which stands behind a colon, or in a sentence about a tag: the file may be
 * anything that another one names.
 */
export function faultText({ code, message }: { readonly code: string; readonly message: string }): string {
  if (code === "DUPLICATE_KEY") return "the same key stands here twice";
  if (/^(?:BAD_DIRECTIVE|TAG_RESOLVE_FAILED)$/.test(code))
    return "bad YAML: a tag or directive that YAML doesn't have";
  return `bad YAML: ${message.replace(/(?<=\w): [\s\S]*$/, "")}`;
}
