/** Where profiles are looked for. */
import { basename, dirname } from "node:path";
import { HardenError } from "../errors.ts";
import type { Files } from "../profile/files.ts";
import { utf8Text } from "../text.ts";

interface Where {
  readonly cwd: string;
  readonly packagedDir: string;
  /** By name of the file, where no folder has them. */
  readonly packaged?: Readonly<Record<string, string>> | undefined;
}

/** With what reads and checks them, which is loaded when a command asks for a profile. */
export async function placesFrom(
  { cwd, packagedDir, packaged }: Where,
  piped: (what: string) => Promise<Uint8Array>,
) {
  const [{ nodeFiles }, { standardInput }, { gitRoot, gitState }, { controls }, { catalogue }] =
    await Promise.all([
      import("../profile/files.ts"),
      import("../profile/search.ts"),
      import("../profile/git.ts"),
      import("../controls/index.ts"),
      import("../assess/catalogue.ts"),
    ]);
  const root = await gitRoot(cwd);
  const { readFile, listDir } =
    packaged === undefined ? nodeFiles : withFolder(nodeFiles, packagedDir, packaged);
  return {
    readFile: async (path: string, isTyped?: boolean) =>
      path === standardInput ? utf8Text(await piped("profile")) : readFile(path, isTyped),
    listDir,
    git: gitState,
    sections: controls,
    checks: catalogue,
    cwd,
    root,
    packagedDir,
  };
}

/** With one more folder, which is nowhere else. */
const withFolder = (
  { readFile, listDir }: Files,
  folder: string,
  texts: Readonly<Record<string, string>>,
): Files => ({
  readFile: async (path, isTyped) =>
    dirname(path) === folder && Object.hasOwn(texts, basename(path))
      ? texts[basename(path)]
      : readFile(path, isTyped),
  listDir: async (path) => (path === folder ? Object.keys(texts).sort() : listDir(path)),
});

/** The folder that profiles are looked for from. Throws HardenError `usage` where somebody has removed it (getcwd(3)). */
export function currentFolder(): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw new HardenError("usage", "The folder that harden was started in is gone.", {
      cause,
      hostState: "no host was contacted",
      hint: "Change to a folder that is there: profiles are looked for from it upwards.",
    });
  }
}
