import { Composer, type Document, LineCounter, Parser } from "yaml";
import { convert } from "./convert.ts";
import { tooDeep } from "./depth.ts";
import { type Problem, problem } from "./problem.ts";
import { emptyMap, type MapTree, type Origin } from "./tree.ts";

/** A profile is a page of values; more than this (characters) is a mistake or an attack. */
const maxText = 128 * 1024;

/** `tree` is undefined where the YAML itself is broken, for then nothing in it can be believed. */
export interface Parsed {
  readonly tree: MapTree | undefined;
  readonly problems: readonly Problem[];
}

/**
 * Reads one profile's YAML (1.2 core: `yes` and `no` are text) into a tree with positions.
 * Every error of the file at once. `file` is the name that errors and origins show.
 */
export function parseProfile(text: string, file: string): Parsed {
  const top = { file, line: 1, column: 1 };
  const broken = (message: string): Parsed => ({
    tree: undefined,
    problems: [problem(top, [], { message })],
  });
  if (text.length > maxText) return broken(`longer than ${maxText} characters: not a profile`);
  return parseText(text.replace(/^\uFEFF/, ""), file);
}

function parseText(text: string, file: string): Parsed {
  const lineCounter = new LineCounter();
  const originAt = (offset: number) => {
    const { line, col } = lineCounter.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const tokens = [...new Parser(lineCounter.addNewLine).parse(text)];
  const deep = tooDeep(tokens);
  if (deep !== undefined) {
    return { tree: undefined, problems: [problem(originAt(deep), [], { message: "nested too deeply" })] };
  }
  return convertAll([...new Composer(yamlOptions).compose(tokens, true, text.length)], originAt);
}

const yamlOptions = { version: "1.2", schema: "core", merge: false, strict: true, uniqueKeys: true } as const;

function convertAll(documents: readonly Document.Parsed[], originAt: (offset: number) => Origin): Parsed {
  const doc = documents[0]!;
  const errors = documents.flatMap((one) => one.errors);
  const problems = errors.map((error) =>
    problem(originAt(error.pos[0]), [], { message: sentence(error.code, error.message) }),
  );
  const second = documents[1];
  if (second) {
    problems.push(
      problem(originAt(second.range[0]), [], { message: "a profile is one YAML document: no second `---`" }),
    );
    return { tree: undefined, problems };
  }
  if (errors.some((error) => error.code !== "DUPLICATE_KEY")) return { tree: undefined, problems };
  if (doc.contents === null) return { tree: { ...emptyMap(""), origin: originAt(0) }, problems };
  const converted = convert(doc, originAt);
  problems.push(...converted.problems);
  if (converted.tree === undefined || converted.tree.kind === "map")
    return { tree: converted.tree, problems };
  problems.push(problem(converted.tree.origin, [], { message: "a profile is a map of sections" }));
  return { tree: undefined, problems };
}

function sentence(code: string, message: string): string {
  if (code === "DUPLICATE_KEY") return "the same key stands here twice";
  return `bad YAML: ${message}`;
}
