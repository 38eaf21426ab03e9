/** A copy of the sources with more in it, built: for what a test adds and the tree doesn't keep. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestHost } from "./hosts.ts";
import { type ExecResult, runProgram } from "./process.ts";

const root = join(import.meta.dirname, "../..");

export interface Copy {
  /** `harden COMMAND HOST WORDS…` of the copy. */
  readonly run: (host: TestHost, command: string, ...words: string[]) => Promise<ExecResult>;
  readonly remove: () => void;
}

/** All that git has of the tree, as it is now, in a folder of its own. */
export function copyTree(): { readonly folder: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "harden-tree-"));
  const { stdout } = spawnSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" });
  for (const path of stdout.split("\0").filter((each) => existsSync(join(root, each)) && each !== ""))
    cpSync(join(root, path), join(folder, path));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/**
 * Files by their path, the controls to put into the list, each exported from `src/controls/ID.ts`, and what else `change` makes
 * of the sources. Throws where it can't be built.
 */
export function buildCopy(
  files: Readonly<Record<string, string>>,
  controls: readonly string[],
  change: (folder: string) => void = () => {},
): Copy {
  const copy = mkdtempSync(join(tmpdir(), "harden-copy-"));
  for (const part of ["build", "src", "templates", "profiles", "package.json"])
    cpSync(join(root, part), join(copy, part), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  for (const [path, text] of Object.entries(files)) writeFileSync(join(copy, path), text);
  change(copy);
  const index = join(copy, "src/controls/index.ts");
  const imports = controls.map((id) => `import { ${id} } from "./${id}.ts";\n`).join("");
  const list = readFileSync(index, "utf8").replace(/= \[/, `= [${controls.join(", ")}, `);
  writeFileSync(index, imports + list);
  const built = spawnSync(process.execPath, ["build/build.mjs"], { cwd: copy, encoding: "utf8" });
  if (built.status !== 0) throw new Error(built.stderr);
  return {
    run: (host, command, ...words) =>
      runProgram(process.execPath, [
        ...[join(copy, "dist/cli.js"), command, host.target("root"), ...words],
        ...["--ssh-config", join(host.home, ".ssh/config")],
      ]),
    remove: () => rmSync(copy, { recursive: true, force: true }),
  };
}
