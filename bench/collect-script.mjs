// The script that a plan sends, as the tool itself makes it, so that it can be timed on the host alone.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { esbuildTemplates } from "../build/templates.mjs";

const entry = `
  import { managedBy, probesOf } from "./commands/gather.ts";
  import { controls } from "./controls/index.ts";
  import { collectScript } from "./facts/collect.ts";
  import library from "./host/collect.sh";
  import { nodeFiles } from "./profile/files.ts";
  import { loadProfile } from "./profile/load.ts";

  export async function script(file, skip) {
    const places = { ...nodeFiles, sections: controls, cwd: "/", packagedDir: "/" };
    const profile = await loadProfile(file, places);
    const managed = managedBy({ profile, only: [], skip });
    return collectScript(probesOf(managed, profile), { nonce: "0".repeat(32), library });
  }
`;

/** @param {string} profile a file @param {readonly string[]} skip */
export async function collectScriptOf(profile, skip) {
  const folder = mkdtempSync(join(tmpdir(), "harden-bench-"));
  try {
    const outfile = join(folder, "script.cjs");
    await build({
      stdin: { contents: entry, resolveDir: join(import.meta.dirname, "../src"), loader: "ts" },
      outfile,
      bundle: true,
      platform: "node",
      format: "cjs",
      logLevel: "error",
      plugins: [esbuildTemplates],
    });
    const made = await import(outfile);
    return /** @type {Promise<string>} */ (made.default.script(profile, skip));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
