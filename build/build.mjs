// One file, pure JavaScript, and V8's own cache of its compiled form: half of the start-up time is saved.
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bundle, bundleGraphviz, version } from "./bundle.mjs";
import { writeMan } from "./man.mjs";
import { warm } from "./warm.mjs";

const out = (name) => fileURLToPath(new URL(`../dist/${name}`, import.meta.url));

rmSync(out(""), { recursive: true, force: true });
mkdirSync(out(""));
await bundleGraphviz(out("graphviz.js"));
await bundle(out("harden.js"));
writeFileSync(out("package.json"), '{ "type": "commonjs" }\n');
writeFileSync(out("cli.js"), readFileSync(new URL("launcher.cjs", import.meta.url)));
chmodSync(out("cli.js"), 0o755);
await writeMan(out(""), version);
await warm(out("cli.js"));
