/** A project file's text, read and checked. Pure. */
import { dirname } from "node:path";
import { parseSections } from "../profile/parse.ts";
import { type Problem, problem, profileError } from "../profile/problem.ts";
import { type Places, shown } from "../profile/search.ts";
import { at, emptyMap, isReset, type MapTree } from "../profile/tree.ts";
import { checkAgainst } from "../profile/validate.ts";
import type { Project } from "../project/project.ts";
import { projectSchema } from "../project/schema.ts";
import { nameProblems } from "./project-names.ts";

/** A project file's text, at an absolute path. Throws one HardenError `profile` with all that is wrong in it. */
export function projectOf(text: string, path: string, { cwd }: Pick<Places, "cwd">): Project {
  const file = shown(path, cwd);
  const parsed = parseSections(text, { file, what: "project file" });
  const tree = parsed.tree ?? emptyMap(file);
  const { values, problems, missing } = checkAgainst(projectSchema, tree);
  const found = [...parsed.problems, ...problems, ...missing, ...nullsOf(tree)];
  const all = parsed.whole ? [...found, ...apartFrom(found, nameProblems(tree))] : parsed.problems;
  if (all.length > 0 || values === undefined) throw profileError(inOrder(all), "project file");
  return { file, folder: dirname(path), values, tree };
}

/** What is wrong in two ways is told in the first. */
const apartFrom = (known: readonly Problem[], more: readonly Problem[]) => {
  const placeOf = ({ line, column }: Problem) => `${line}:${column}`;
  const taken = new Set(known.map(placeOf));
  return more.filter((each) => !taken.has(placeOf(each)));
};

const inOrder = (problems: readonly Problem[]) =>
  [...problems].sort((a, b) => a.line - b.line || a.column - b.column);

/** Nothing is extended here, so that a null would be a host that nobody sees. */
function nullsOf(tree: MapTree): readonly Problem[] {
  const maps = ["hosts", "groups", "compose", "tiers"].flatMap((section) => {
    const map = at(tree, [section]);
    return map?.kind === "map"
      ? [...map.entries].map(([name, { value }]) => ({ path: [section, name], value }))
      : [];
  });
  return maps
    .filter(({ value }) => isReset(value))
    .map(({ path, value }) =>
      problem(value.origin, path, { message: "null takes nothing back here: write {}" }),
    );
}
