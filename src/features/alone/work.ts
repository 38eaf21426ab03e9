/** `harden` alone: what the folder has, by which the next steps differ. Contacts no host and reads no file. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { availableNames } from "../../profile/chain.ts";
import { nodeFiles } from "../../profile/files.ts";
import { gitRoot } from "../../profile/git.ts";
import { folders, isName, shown, upwards } from "../../profile/search.ts";
import { projectFile } from "../../project/project.ts";

/** What says here what hosts should be. */
export type Here =
  | { readonly kind: "nothing" }
  | { readonly kind: "project"; readonly file: string }
  /** `name` is what `--profile` takes. */
  | { readonly kind: "profile"; readonly name: string; readonly file: string; readonly others: number };

/** Taken where no `--profile` is given. */
const initial = "production";

/** Of several profiles the one that is taken without a word, else the first of the nearest folder. */
export async function whatIsHere({
  cwd,
  packagedDir,
}: {
  readonly cwd: string;
  readonly packagedDir: string;
}): Promise<Here> {
  const root = await gitRoot(cwd);
  const project = upwards(cwd, root ?? cwd)
    .map((folder) => join(folder, projectFile))
    .find(existsSync);
  if (project !== undefined) return { kind: "project", file: shown(project, cwd) };
  const own = folders({ cwd, root, packagedDir }).filter((folder) => folder !== resolve(packagedDir));
  const found = await Promise.all(
    own.map(async (folder) => {
      const names = await availableNames([folder], nodeFiles);
      return [...names]
        .filter(isName)
        .sort()
        .map((name) => ({ name, file: shown(join(folder, `${name}.yaml`), cwd) }));
    }),
  );
  const all = found.flat();
  const taken = all.find(({ name }) => name === initial) ?? all[0];
  if (taken === undefined) return { kind: "nothing" };
  const others = new Set(all.map(({ name }) => name)).size - 1;
  return { kind: "profile", ...taken, others };
}
