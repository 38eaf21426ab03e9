// The script that a plan sends, as the tool itself makes it, so that it can be timed on the host alone.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { esbuildTemplates } from "../build/templates.mjs";

/** @param {{ file: string, skip: readonly string[], address: string }} plan @returns {Promise<string>} */
export async function collectScriptOf(plan) {
  const folder = mkdtempSync(join(tmpdir(), "harden-bench-"));
  try {
    const outfile = join(folder, "script.cjs");
    await build({
      entryPoints: [join(import.meta.dirname, "sent.ts")],
      outfile,
      bundle: true,
      platform: "node",
      format: "cjs",
      logLevel: "error",
      plugins: [esbuildTemplates],
    });
    const made = await import(outfile);
    return await made.default.sentBy(plan);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
