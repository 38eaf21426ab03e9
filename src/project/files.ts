/** The files that a project names and that aren't there, each with its place. */
import { resolve } from "node:path";
import { systemWords } from "../errors.ts";
import type { Files } from "../profile/files.ts";
import { type Problem, problem } from "../profile/problem.ts";
import { at, type Path } from "../profile/tree.ts";
import type { Project } from "./project.ts";

/** Of its compose projects. */
export async function missingFiles(
  project: Project,
  { readFile }: Pick<Files, "readFile">,
): Promise<readonly Problem[]> {
  const named = Object.entries(project.values.compose).flatMap(([name, { files }]) =>
    files.map((file, index) => ({ file, path: pathOf(project, ["compose", name, "files"], index) })),
  );
  const found = await Promise.all(
    named.map(async ({ file, path }) => {
      const why = await whyNot(resolve(project.folder, file), readFile);
      const origin = at(project.tree, path)?.origin ?? project.tree.origin;
      return why === undefined ? [] : [problem(origin, path, { message: `${file} ${why}` })];
    }),
  );
  return found.flat();
}

/** One file may be written without a list. */
const pathOf = ({ tree }: Project, path: Path, index: number): Path =>
  at(tree, path)?.kind === "list" ? [...path, index] : path;

async function whyNot(path: string, readFile: Files["readFile"]): Promise<string | undefined> {
  try {
    return (await readFile(path)) === undefined ? "is not there" : undefined;
  } catch (cause) {
    return `can't be read: ${systemWords(cause)}`;
  }
}
