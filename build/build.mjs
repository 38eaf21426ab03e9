// One file, pure JavaScript, and V8's own cache of its compiled form: half of the start-up time is saved.
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { esbuildComposeSchema } from "./compose-schema.mjs";
import { esbuildLean } from "./lean.mjs";
import { esbuildTemplates } from "./templates.mjs";
import { warm } from "./warm.mjs";

const root = new URL("..", import.meta.url);
const { version } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
const out = (name) => new URL(`dist/${name}`, root);

rmSync(out(""), { recursive: true, force: true });
mkdirSync(out(""));
// As large as all the rest: it is read where something is drawn.
await build({
  stdin: { contents: 'export * from "@viz-js/viz";', resolveDir: fileURLToPath(root) },
  outfile: fileURLToPath(out("graphviz.js")),
  bundle: true,
  minify: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  legalComments: "none",
  logLevel: "warning",
});
await build({
  entryPoints: [fileURLToPath(new URL("src/cli.ts", root))],
  outfile: fileURLToPath(out("harden.js")),
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
  define: { HARDEN_VERSION: JSON.stringify(version), "import.meta.dirname": "__dirname" },
  legalComments: "none",
  logLevel: "warning",
  plugins: [esbuildTemplates, esbuildComposeSchema, esbuildLean],
});
writeFileSync(out("package.json"), '{ "type": "commonjs" }\n');
writeFileSync(out("cli.js"), readFileSync(new URL("launcher.cjs", import.meta.url)));
chmodSync(out("cli.js"), 0o755);
await warm(fileURLToPath(out("cli.js")));
