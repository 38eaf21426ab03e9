// Writes every file that is made of others, and names those that it has changed: node generate/generate.mjs [--record]
// --record reads two real hosts anew as well, for what the recorded ones don't answer yet.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { esbuildComposeSchema } from "../build/compose-schema.mjs";
import { esbuildTemplates } from "../build/templates.mjs";
import { controlsIndex, indexPath } from "./controls-index.mjs";

const root = dirname(import.meta.dirname);
process.chdir(root);

const words = process.argv.slice(2);
if (words.some((word) => word !== "--record")) {
  console.error(`${words.join(" ")}: only --record is known`);
  process.exit(64);
}
// All that follows is made of the controls.
write(indexPath, controlsIndex(root));
if (words.length > 0) record();
await writeAll();

/** @param {string} path @param {string} text */
function write(path, text) {
  if (readFileSync(join(root, path), "utf8") === text) return;
  writeFileSync(join(root, path), text);
  console.log(path);
}

function record() {
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const args = [vitest, "run", "--project", "e2e", "test/e2e/record.test.ts"];
  const { status } = spawnSync(process.execPath, args, {
    stdio: ["ignore", 2, 2],
    env: { ...process.env, UPDATE_HOSTS: "1" },
  });
  if (status !== 0) process.exit(1);
}

async function writeAll() {
  mkdirSync(join(root, ".cache"), { recursive: true });
  const folder = mkdtempSync(join(root, ".cache/generate-"));
  try {
    const outfile = join(folder, "files.mjs");
    await build({
      entryPoints: [join(root, "generate/files.ts")],
      outfile,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      packages: "external",
      logLevel: "warning",
      plugins: [esbuildTemplates, esbuildComposeSchema],
    });
    const { generated } = await import(pathToFileURL(outfile).href);
    for (const { path, make } of generated) {
      write(path, await make());
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
