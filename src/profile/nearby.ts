/** Files that somebody may have meant by a name for which the packaged profile is taken. */
import { dirname, join, resolve } from "node:path";
import type { Files } from "./files.ts";
import { folders, isPath, type Places, upwards } from "./search.ts";

/** Of a folder with more entries than this only so many are looked into. */
const most = 100;

/**
 * Paths of `NAME.yaml` and `NAME.yml` in this folder and those above it, in their `profiles/`, and in `profiles/` of the
 * folders in it and beside it. None for the packaged profiles themselves; never rejects.
 */
export async function nearbyFiles(name: string, places: Places, files: Files): Promise<readonly string[]> {
  if (isPath(name)) return [];
  const list = (folder: string) => files.listDir(folder).catch((): readonly string[] => []);
  const above = upwards(places.cwd, "/");
  const around = [...new Set([above[0]!, dirname(above[0]!)])];
  const entries = await Promise.all(
    around.map(async (folder) => (await list(folder)).slice(0, most).map((entry) => join(folder, entry))),
  );
  const holders = [...above, ...entries.flat(), ...folders(places).map(dirname)];
  const all = [...new Set([...above, ...holders.map((folder) => join(folder, "profiles"))])];
  const wanted = [`${name}.yaml`, `${name}.yml`];
  const found = await Promise.all(
    all
      .filter((folder) => folder !== resolve(places.packagedDir))
      .map(async (folder) => {
        const names = await list(folder);
        return wanted.filter((file) => names.includes(file)).map((file) => join(folder, file));
      }),
  );
  return found.flat();
}
