import { join, resolve } from "node:path";
import { availableNames } from "./chain.ts";
import type { Files } from "./files.ts";
import { parseProfile } from "./parse.ts";
import { folders, type Places, shown } from "./search.ts";
import type { MapTree } from "./tree.ts";

export interface ListedProfile {
  readonly name: string;
  readonly description: string;
  readonly file: string;
  /** Whether it comes with harden, or is the user's own. */
  readonly packaged: boolean;
  /** Of two profiles with one name, the user's own is taken. */
  readonly hidden: boolean;
}

/** Every profile that a name can stand for, by name in each folder, the user's own folder first. */
export async function listProfiles(places: Places, files: Files): Promise<readonly ListedProfile[]> {
  const listed: ListedProfile[] = [];
  for (const folder of folders(places)) {
    for (const name of [...(await availableNames([folder], files))].sort()) {
      const path = join(folder, `${name}.yaml`);
      const text = await files.readFile(path).catch(() => undefined);
      listed.push({
        name,
        description: describe(parseProfile(text ?? "", path).tree),
        file: shown(path, places.cwd),
        packaged: folder === resolve(places.packagedDir),
        hidden: listed.some((other) => other.name === name),
      });
    }
  }
  return listed;
}

function describe(tree: MapTree | undefined): string {
  const value = tree?.entries.get("description")?.value;
  return value?.kind === "scalar" ? String(value.value ?? "") : "";
}
