// The tool as one file of pure JavaScript: a function, which a launcher calls with what Node gives to a module.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { esbuildComposeSchema } from "./compose-schema.mjs";
import { esbuildLean } from "./lean.mjs";
import { esbuildTemplates } from "./templates.mjs";

const root = new URL("..", import.meta.url);
export const { version } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));

/**
 * @param {string} outfile
 * @param {Readonly<Record<string, string>>} [profiles] by name of the file: those that harden ships, where they lie in no
 * folder beside it
 */
export const bundle = (outfile, profiles) =>
  build({
    entryPoints: [fileURLToPath(new URL("src/cli.ts", root))],
    outfile,
    bundle: true,
    minify: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    // What the launcher reads is one function in ASCII.
    charset: "ascii",
    banner: { js: "(function (exports, require, module, __filename, __dirname) {" },
    footer: { js: "})" },
    // ssh2's native parts are optional, and no faster where it counts once Nagle is off.
    external: ["*.node", "./graphviz.js"],
    alias: { "@viz-js/viz": "./graphviz.js" },
    define: {
      HARDEN_VERSION: JSON.stringify(version),
      HARDEN_PROFILES: JSON.stringify(profiles) ?? "undefined",
      "import.meta.dirname": "__dirname",
    },
    legalComments: "none",
    logLevel: "warning",
    plugins: [esbuildTemplates, esbuildComposeSchema, esbuildLean],
  });

/** As large as all the rest: it is read where something is drawn. @param {string} outfile */
export const bundleGraphviz = (outfile) =>
  build({
    stdin: { contents: 'export * from "@viz-js/viz";', resolveDir: fileURLToPath(root) },
    outfile,
    bundle: true,
    minify: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    legalComments: "none",
    logLevel: "warning",
  });
