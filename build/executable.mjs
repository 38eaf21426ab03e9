// `npm run executable`: one file that needs no Node, as Node itself makes it, https://nodejs.org/api/single-executable-applications.html
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { fetchNode } from "../test/setup/nodes.mjs";
import { bundle, bundleGraphviz } from "./bundle.mjs";
import { warm } from "./warm.mjs";

/** From 25 on Node needs libatomic.so.1, which a small Debian lacks; that one builds executables by itself (`--build-sea`). */
const major = "24";
/** Where Node's own program says whether it has an application in it. */
const fuse = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";

const require = createRequire(import.meta.url);
const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const output = at("../dist/harden-linux-x64");

function packagedProfiles() {
  const folder = at("../profiles");
  const names = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

/** @param {string} program @param {readonly string[]} args */
function run(program, args) {
  const { status, stderr, stdout } = spawnSync(program, [...args], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} could not build the executable: ${stderr}${stdout}`);
}

const node = fetchNode(major);
mkdirSync(at("../.cache"), { recursive: true });
const folder = mkdtempSync(at("../.cache/executable-"));
const part = (name) => join(folder, name);
try {
  await bundle(part("harden.js"), packagedProfiles());
  await bundleGraphviz(part("graphviz.js"));
  writeFileSync(part("package.json"), '{ "type": "commonjs" }\n');
  copyFileSync(at("launcher.cjs"), part("cli.js"));
  await warm(part("cli.js"), node.program);
  const config = {
    main: at("executable.cjs"),
    output: part("blob"),
    disableExperimentalSEAWarning: true,
    // NODE_OPTIONS is for programs that are known to be Node's.
    execArgvExtension: "none",
    assets: Object.fromEntries(
      ["harden.js", "harden.js.cache", "graphviz.js"].map((name) => [name, part(name)]),
    ),
  };
  writeFileSync(part("config.json"), JSON.stringify(config));
  run(node.program, ["--experimental-sea-config", part("config.json")]);
  copyFileSync(node.program, part("harden"));
  const inject = [
    join(dirname(require.resolve("postject")), "cli.js"),
    part("harden"),
    "NODE_SEA_BLOB",
    part("blob"),
  ];
  run(process.execPath, [...inject, "--sentinel-fuse", fuse]);
  chmodSync(part("harden"), 0o755);
  renameSync(part("harden"), output);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${output}: ${Math.round(statSync(output).size / 1024 ** 2)} MiB, ${node.name}`);
