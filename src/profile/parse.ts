import { LineCounter, parseDocument } from "yaml";
import { convert } from "./convert.ts";
import { type Problem, problem } from "./problem.ts";
import { emptyMap, type MapTree } from "./tree.ts";

/** A profile is a page of values; more than this (characters) is a mistake or an attack. */
export const maxText = 256 * 1024;

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
  try {
    return parseText(text.replace(/^\uFEFF/, ""), file);
  } catch (error) {
    // The YAML library recurses: thousands of nested brackets overflow the stack.
    if (error instanceof RangeError) return broken("nested too deeply");
    throw error;
  }
}

function parseText(text: string, file: string): Parsed {
  const lineCounter = new LineCounter();
  const doc = parseDocument(text, {
    lineCounter,
    version: "1.2",
    schema: "core",
    merge: false,
    strict: true,
    uniqueKeys: true,
    prettyErrors: false,
    logLevel: "error",
  });
  const originAt = (offset: number) => {
    const { line, col } = lineCounter.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problems = doc.errors.map((error) =>
    problem(originAt(error.pos[0]), [], { message: sentence(error.code, error.message) }),
  );
  if (doc.errors.some((error) => error.code !== "DUPLICATE_KEY")) return { tree: undefined, problems };
  if (doc.contents === null) return { tree: emptyMap(file), problems };
  const converted = convert(doc, originAt);
  problems.push(...converted.problems);
  if (converted.tree === undefined || converted.tree.kind === "map")
    return { tree: converted.tree, problems };
  problems.push(problem(converted.tree.origin, [], { message: "a profile is a map of sections" }));
  return { tree: undefined, problems };
}

function sentence(code: string, message: string): string {
  if (code === "DUPLICATE_KEY") return "the same key stands here twice";
  if (code === "MULTIPLE_DOCS") return "a profile is one YAML document: no second `---`";
  // The YAML library reports its own exhausted stack as an error in the text.
  if (/call stack/i.test(message)) return "nested too deeply";
  return `bad YAML: ${message}`;
}
