// Leaves out of the bundle what this tool never reaches in its libraries: each entry is start-up time that was measured.
// One that no longer matches stops the build, so that an update of a library can't bring its cost back unseen.
import { readFileSync } from "node:fs";

/** @typedef {(text: string) => string} Edit */

/** @type {(text: string) => Edit} */
const instead = (text) => () => text;

/** @type {(pattern: RegExp, text: string) => Edit} */
const edited = (pattern, text) => (source) => {
  if (!pattern.test(source)) throw new Error(`nothing matches ${pattern}`);
  return source.replace(pattern, text);
};

/** By the end of the module's path. @type {Readonly<Record<string, Edit>>} */
const modules = {
  // Forty languages of error messages; the profile's own are written in src/profile/issues.ts.
  "/zod/v4/locales/index.js": instead(`export { default as en } from "./en.js";`),
  // Brings http, https and tls of Node with it.
  "/ssh2/lib/http-agents.js": instead("module.exports = {};"),
  "/ssh2/lib/server.js": instead(""),
  "/ssh2/lib/keygen.js": instead("module.exports = {};"),
  // Content travels inside the script.
  "/ssh2/lib/protocol/SFTP.js": instead("module.exports = { SFTP: class {} };"),
  // The other keys that a host offers after the login, each proven by a signature: nobody here asks for them.
  "/ssh2/lib/client.js": edited(/hostKeysProve\(this, data, [\s\S]*?\n {14}\}\);/, ""),
  // Compression is never negotiated, and loads and tries out zlib before that.
  "/ssh2/lib/protocol/zlib.js": edited(/^[\s\S]*?(?=class ZlibPacketWriter)/, ""),
};

/** By the name that is required. @type {Readonly<Record<string, string>>} */
const names = {
  // A native part that only sorts ciphers by what the processor is good at; src/transports/algorithms.ts has an order.
  "cpu-features": "",
  // For asn1 alone, which asks for two of its functions.
  assert: `
    const ok = (value) => { if (!value) throw new Error("assertion failed"); };
    exports.ok = ok;
    exports.equal = (a, b) => ok(a === b);`,
};

/** For esbuild. @type {import("esbuild").Plugin} */
export const esbuildLean = {
  name: "lean",
  setup(build) {
    const found = new Set();
    build.onResolve({ filter: /^[\w-]+$/ }, ({ path }) => {
      if (!(path in names)) return undefined;
      found.add(path);
      return { path, namespace: "lean" };
    });
    build.onLoad({ filter: /.*/, namespace: "lean" }, ({ path }) => ({ contents: names[path] ?? "" }));
    build.onLoad({ filter: /\/(zod|ssh2)\/.*\.js$/ }, ({ path }) => {
      const end = Object.keys(modules).find((name) => path.endsWith(name));
      if (end === undefined) return undefined;
      found.add(end);
      return { contents: modules[end]?.(readFileSync(path, "utf8")) ?? "" };
    });
    build.onEnd(() => {
      const missed = [...Object.keys(modules), ...Object.keys(names)].filter((name) => !found.has(name));
      return { errors: missed.map((name) => ({ text: `build/lean.mjs: nothing loads ${name} any more` })) };
    });
  },
};
