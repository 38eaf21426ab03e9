/** `harden.yaml`: which file it is. */
import { join } from "node:path";
import { HardenError, systemWords } from "../errors.ts";
import type { Files } from "../profile/files.ts";
import { type Places, shown, upwards } from "../profile/search.ts";
import { type Project, projectFile } from "../project/project.ts";

/**
 * The project file of `cwd` or the nearest one above it, to the root of the git work tree; undefined where there is none.
 * Throws one HardenError `profile` with all that is wrong in it.
 */
export async function loadProject(places: Places & Pick<Files, "readFile">): Promise<Project | undefined> {
  for (const folder of upwards(places.cwd, places.root ?? places.cwd)) {
    const path = join(folder, projectFile);
    const text = await read(path, places);
    if (text === undefined) continue;
    // What checks it is loaded where there is one.
    const { projectOf } = await import("./read-project.ts");
    return projectOf(text, path, places);
  }
  return undefined;
}

async function read(path: string, { cwd, readFile }: Places & Pick<Files, "readFile">) {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new HardenError("profile", `The project file can't be read: ${systemWords(cause)}.`, {
      cause,
      where: shown(path, cwd),
      hint: "Make it a file that you can read, or take it away: then there is no project.",
      hostState: "no host was contacted",
    });
  }
}
