/** Values that are the text of a file beside the profile, which names it. */
import { dirname, resolve } from "node:path";
import { z } from "zod";
import { systemWords } from "../errors.ts";
import type { LoadedFile } from "./chain.ts";
import type { Files } from "./files.ts";
import { type Problem, problem } from "./problem.ts";
import type { Section } from "./schema.ts";
import { shown } from "./search.ts";
import { at, type MapTree, type Path, type Tree } from "./tree.ts";

/** The types whose value is such a text. */
export const fromFile = z.registry<object>();

/** Where a schema of maps has values of such a type. */
function pathsIn(schema: z.ZodType, path: Path = []): readonly Path[] {
  if (fromFile.has(schema)) return [path];
  if (schema instanceof z.ZodObject)
    return Object.entries(schema.shape).flatMap(([key, below]) =>
      pathsIn(below as z.ZodType, [...path, key]),
    );
  const { innerType } = schema.def as { innerType?: z.ZodType };
  return innerType === undefined ? [] : pathsIn(innerType, path);
}

interface Reading extends Pick<Files, "readFile"> {
  readonly sections: readonly Section[];
  readonly cwd: string;
  readonly files: readonly LoadedFile[];
}

/** The tree with the texts in place of the names; a name is relative to the file that it is written in. */
export async function withTexts(
  tree: MapTree,
  reading: Reading,
): Promise<{ readonly tree: MapTree; readonly problems: readonly Problem[] }> {
  const problems: Problem[] = [];
  let whole: Tree = tree;
  for (const path of reading.sections.flatMap(({ id, schema }) => pathsIn(schema, [id]))) {
    const node = at(tree, path);
    if (node?.kind !== "scalar" || typeof node.value !== "string" || isText(node.value)) continue;
    const read = await textOf(node.value, node.origin.file, reading);
    if ("why" in read) problems.push(problem(node.origin, path, { message: read.why }));
    else whole = replaced(whole, path, { ...node, value: read.text });
  }
  return { tree: whole as MapTree, problems };
}

/** What is no name of a file. */
const isText = (value: string) => value.includes("\n");

async function textOf(
  name: string,
  from: string,
  { files, cwd, readFile }: Reading,
): Promise<{ readonly text: string } | { readonly why: string }> {
  const folder = dirname(files.find((file) => file.shown === from)?.path ?? resolve(cwd, from));
  const path = resolve(folder, name);
  try {
    const text = await readFile(path);
    return text === undefined ? { why: `there is no file ${shown(path, cwd)}` } : { text };
  } catch (error) {
    return { why: `${shown(path, cwd)} can't be read: ${systemWords(error)}` };
  }
}

function replaced(tree: Tree, [step, ...rest]: Path, value: Tree): Tree {
  if (step === undefined || tree.kind !== "map") return value;
  const entries = new Map(tree.entries);
  const entry = entries.get(String(step))!;
  entries.set(String(step), { ...entry, value: replaced(entry.value, rest, value) });
  return { ...tree, entries };
}
