// The script that a plan sends, as the tool itself makes it, so that it can be timed on the host alone.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { esbuildTemplates } from "../build/templates.mjs";

const entry = `
  import { gather } from "./commands/gather.ts";
  import { controls } from "./controls/index.ts";
  import { nodeFiles } from "./profile/files.ts";
  import { loadProfile } from "./profile/load.ts";

  export async function script({ file, skip, address }) {
    const places = { ...nodeFiles, sections: controls, cwd: "/", packagedDir: "/" };
    const profile = await loadProfile(file, places);
    const ssh = { address, port: 22, keysOffered: 1, hostKeyFingerprint: "", hostKeyType: "" };
    const identity = { login: "root", privilege: { level: "root" }, callerAddress: address, ssh };
    let sent;
    const run = async (text, { library }) => {
      sent = library + "\\n" + text;
      throw new Error("sent");
    };
    const ports = { random: () => "0".repeat(32), signal: new AbortController().signal };
    const choice = { profile, only: [], skip };
    await gather({ identity, run }, { choice, target: "host", route: { kind: "ssh", host: address }, ports, deep: false }).catch((error) => {
      if (sent === undefined) throw error;
    });
    return sent;
  }
`;

/** @param {{ file: string, skip: readonly string[], address: string }} plan @returns {Promise<string>} */
export async function collectScriptOf(plan) {
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
    return await made.default.script(plan);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
