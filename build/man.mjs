// Manual pages, by the same data as the help. help2man would need perl and a package of Debian on every machine that
// builds, two starts of the tool for each command, and would read back what the help has folded.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

/** What a command loads when it is called is none of a page's business. @type {import("esbuild").Plugin} */
const withoutWork = {
  name: "without-work",
  setup: ({ onResolve }) =>
    onResolve({ filter: /.*/ }, ({ kind, path }) =>
      kind === "dynamic-import" ? { path, external: true } : undefined,
    ),
};

/** As 2027-01-31: of the build, or as whoever builds says, https://reproducible-builds.org/specs/source-date-epoch/. */
const day = () => {
  const { SOURCE_DATE_EPOCH: seconds } = process.env;
  return (seconds ? new Date(Number(seconds) * 1000) : new Date()).toISOString().slice(0, 10);
};

/** @param {string} folder of the build @param {string} version */
export async function writeMan(folder, version) {
  const code = join(folder, "man.cjs");
  await build({
    stdin: {
      contents: 'export * from "./src/program/index.ts"; export * from "./src/program/man.ts";',
      resolveDir: root,
      loader: "ts",
    },
    outfile: code,
    bundle: true,
    platform: "node",
    format: "cjs",
    logLevel: "warning",
    plugins: [withoutWork],
  });
  const { commands, manPages } = createRequire(import.meta.url)(code);
  mkdirSync(join(folder, "man"));
  for (const { file, text } of manPages(commands, { version, day: day() }))
    writeFileSync(join(folder, "man", file), text);
  rmSync(code);
}
