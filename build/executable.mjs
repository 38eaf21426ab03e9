// `npm run executable`: one file that needs no Node, as Node itself makes it, https://nodejs.org/api/single-executable-applications.html
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fetchNode } from "../test/setup/nodes.mjs";
import { bundle } from "./bundle.mjs";
import { warm } from "./warm.mjs";

/** The first major release that builds executables by itself, `--build-sea`. */
const major = "26";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const output = at("../dist/harden-linux-x64");

function packagedProfiles() {
  const folder = at("../profiles");
  const names = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

const node = fetchNode(major);
mkdirSync(at("../.cache"), { recursive: true });
const folder = mkdtempSync(at("../.cache/executable-"));
const part = (name) => join(folder, name);
try {
  await bundle(part("harden.js"), packagedProfiles());
  writeFileSync(part("package.json"), '{ "type": "commonjs" }\n');
  copyFileSync(at("launcher.cjs"), part("cli.js"));
  await warm(part("cli.js"), node.program);
  const config = {
    main: at("executable.cjs"),
    output,
    disableExperimentalSEAWarning: true,
    // NODE_OPTIONS is for programs that are known to be Node's.
    execArgvExtension: "none",
    assets: { "harden.js": part("harden.js"), "harden.js.cache": part("harden.js.cache") },
  };
  writeFileSync(part("config.json"), JSON.stringify(config));
  const { status, stderr, stdout } = spawnSync(node.program, ["--build-sea", part("config.json")], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${node.name} could not build the executable: ${stderr}${stdout}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${output}: ${Math.round(statSync(output).size / 1024 ** 2)} MiB, ${node.name}`);
