import { systemWords } from "../errors.ts";
import type { Files } from "./files.ts";
import { nearbyFiles } from "./nearby.ts";
import { nearest } from "./nearest.ts";
import { parseProfile } from "./parse.ts";
import { type Problem, problem } from "./problem.ts";
import { candidates, folders, isName, isPath, type Places, profileName, shown } from "./search.ts";
import { type MapTree, type Origin, type Tree, without } from "./tree.ts";

export interface LoadedFile {
  readonly path: string;
  /** The path as people see it. */
  readonly shown: string;
  /** What of it can be believed. Without `extends`; `description` is only the named file's own. */
  readonly tree: MapTree | undefined;
  /** False where more may stand in it than `tree` has. */
  readonly whole: boolean;
}

/** The files of a profile in merge order: what is extended first, the named file last. Each file once. */
export interface ProfileChain {
  readonly files: readonly LoadedFile[];
  readonly problems: readonly Problem[];
}

/** More files than this in one profile is a mistake (symlinks that lead back, under ever new names). */
const maxFiles = 32;

interface Walk {
  readonly files: Files;
  readonly places: Places;
  readonly loaded: Map<string, LoadedFile>;
  readonly problems: Problem[];
}

interface Step {
  readonly name: string;
  /** Where the name was written; undefined for the name on the command line. */
  readonly origin?: Origin;
  /** The files that led here, the named one first. */
  readonly trail: readonly string[];
}

/**
 * Reads the named profile and all that it extends. Every missing file, cycle and YAML error at once. `origin`: where the
 * name was written, if not on the command line.
 */
export async function loadChain(
  name: string,
  places: Places,
  { files, origin }: { readonly files: Files; readonly origin: Origin | undefined },
): Promise<ProfileChain> {
  const walk: Walk = { files, places, loaded: new Map(), problems: [] };
  await visit(walk, { name, trail: [], ...(origin === undefined ? {} : { origin }) });
  return { files: [...walk.loaded.values()], problems: firstOfEach(walk.problems) };
}

/** One fault often brings the next at the same place: only the first of them is worth reading. */
function firstOfEach(problems: readonly Problem[]): readonly Problem[] {
  const places = new Map<string, Problem>();
  for (const one of problems) {
    const place = `${one.file}:${one.line}:${one.column}:${one.path}`;
    if (!places.has(place)) places.set(place, one);
  }
  return [...places.values()];
}

async function visit(walk: Walk, step: Step): Promise<void> {
  const from = step.trail.at(-1);
  if (!isPath(step.name) && !isName(step.name)) {
    return fail(walk, step, {
      message: `\`${step.name}\` is not a profile's name: letters, digits, _ . - only`,
    });
  }
  const possible = candidates(step.name, walk.places, from);
  const file = await firstFile(walk, step, possible);
  if (file === undefined) return missing(walk, step, possible);
  const { path, text } = file;
  if (step.trail.includes(path)) return cycle(walk, step, path);
  if (walk.loaded.has(path)) return;
  if (step.trail.length >= maxFiles)
    return fail(walk, step, { message: `more than ${maxFiles} profiles extend each other` });

  const display = shown(path, walk.places.cwd);
  const { tree, whole, problems } =
    text === undefined ? { tree: undefined, whole: false, problems: [] } : parseProfile(text, display);
  walk.problems.push(...problems);
  for (const base of tree ? bases(walk, tree) : []) {
    await visit(walk, { ...base, trail: [...step.trail, path] });
  }
  const own = from === undefined ? ["extends"] : ["extends", "description"];
  walk.loaded.set(path, { path, shown: display, tree: tree && without(tree, own), whole });
}

async function firstFile(
  walk: Walk,
  step: Step,
  possible: readonly string[],
): Promise<{ path: string; text: string | undefined } | undefined> {
  for (const path of possible) {
    try {
      const text = await walk.files.readFile(path, step.origin === undefined);
      if (text !== undefined) return { path, text };
    } catch (error) {
      fail(walk, step, {
        message: `${shown(path, walk.places.cwd)} can't be read: ${systemWords(error)}`,
      });
      return { path, text: undefined };
    }
  }
  return undefined;
}

/** The values of `extends`, each with its place. */
function bases(walk: Walk, tree: MapTree): readonly { name: string; origin: Origin }[] {
  const value = tree.entries.get("extends")?.value;
  if (value === undefined) return [];
  const items: readonly Tree[] = value.kind === "list" ? value.items : [value];
  return items.flatMap((item) => {
    if (item.kind === "scalar" && typeof item.value === "string" && item.value !== "") {
      return [{ name: item.value, origin: item.origin }];
    }
    walk.problems.push(
      problem(item.origin, ["extends"], { message: "expected a profile's name, or a list of names" }),
    );
    return [];
  });
}

async function missing(walk: Walk, step: Step, possible: readonly string[]): Promise<void> {
  const { places } = walk;
  const from = step.trail.at(-1);
  if (from !== undefined && possible.length === 0) return cycle(walk, step, from);
  if (from !== undefined && profileName(from) === step.name && !isPath(step.name))
    return cycle(walk, step, from);
  const names = isPath(step.name) ? [] : await availableNames(folders(places, from), walk.files);
  const looked = possible.map((path) => shown(path, places.cwd)).join(", ");
  const suggestion = nearest(
    step.name,
    names.filter((name) => name !== step.name),
  );
  const near = await nearBy(walk, step, possible);
  fail(walk, step, { message: `no profile \`${step.name}\`: looked for ${looked}${near}`, suggestion });
}

/** What lies there under that name all the same: with another ending, elsewhere, or as a link to nothing. */
async function nearBy({ places, files }: Walk, { name }: Step, possible: readonly string[]): Promise<string> {
  const found = await nearbyFiles(name, places, files);
  const said = found.map((path) => {
    const file = shown(path, places.cwd);
    return possible.includes(path)
      ? `${file} is a link to nothing`
      : `there is ${file}, to be named by its path`;
  });
  return said.map((text) => `; ${text}`).join("");
}

/** The profiles in these folders, by name. */
export async function availableNames(where: readonly string[], files: Files): Promise<readonly string[]> {
  const lists = await Promise.all(where.map((folder) => files.listDir(folder).catch(() => [])));
  const yaml = lists.flat().filter((file) => file.endsWith(".yaml"));
  return [...new Set(yaml.map(profileName))];
}

function cycle(walk: Walk, step: Step, path: string): void {
  const round = [...step.trail.slice(step.trail.indexOf(path)), path].map((file) =>
    shown(file, walk.places.cwd),
  );
  fail(walk, step, { message: `profiles extend each other in a circle: ${round.join(" -> ")}` });
}

function fail(walk: Walk, step: Step, what: { message: string; suggestion?: string | undefined }): void {
  if (step.origin) {
    const via =
      step.trail.length > 1
        ? ` (by way of ${step.trail.map((file) => shown(file, walk.places.cwd)).join(" -> ")})`
        : "";
    walk.problems.push(
      problem(step.origin, [step.trail.length === 0 ? "profile" : "extends"], {
        ...what,
        message: `${what.message}${via}`,
      }),
    );
  } else {
    walk.problems.push(problem({ file: step.name, line: 1, column: 1 }, [], what));
  }
}
