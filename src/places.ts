/** Where profiles are looked for. */
import { HardenError } from "./errors.ts";
import { utf8Text } from "./text.ts";

/** With what reads and checks them, which is loaded when a command asks for a profile. */
export async function placesFrom(
  { cwd, packagedDir }: { readonly cwd: string; readonly packagedDir: string },
  piped: (what: string) => Promise<Uint8Array>,
) {
  const [{ nodeFiles }, { standardInput }, { gitRoot, gitState }, { controls }, { catalogue }] =
    await Promise.all([
      import("./profile/files.ts"),
      import("./profile/search.ts"),
      import("./profile/git.ts"),
      import("./controls/index.ts"),
      import("./assess/catalogue.ts"),
    ]);
  const root = await gitRoot(cwd);
  const readFile = async (path: string) =>
    path === standardInput ? utf8Text(await piped("profile")) : nodeFiles.readFile(path);
  return {
    ...nodeFiles,
    readFile,
    git: gitState,
    sections: controls,
    checks: catalogue,
    cwd,
    root,
    packagedDir,
  };
}

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
