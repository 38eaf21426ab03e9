// Leaves out of the bundle what this tool never reaches in its libraries: each entry is start-up time that was measured.
// One that no longer matches stops the build, so that an update of a library can't bring its cost back unseen.
/** By the end of the module's path. @type {Readonly<Record<string, string>>} */
const modules = {
  // Forty languages of error messages; the profile's own are written in src/profile/issues.ts.
  "/zod/v4/locales/index.js": `export { default as en } from "./en.js";`,
  // Brings http, https and tls of Node with it.
  "/ssh2/lib/http-agents.js": "module.exports = {};",
  "/ssh2/lib/server.js": "",
  "/ssh2/lib/keygen.js": "module.exports = {};",
  // Content travels inside the script.
  "/ssh2/lib/protocol/SFTP.js": "module.exports = { SFTP: class {} };",
};

/** By the name that is required. @type {Readonly<Record<string, string>>} */
const names = {
  // Compression is never negotiated; ssh2 tries it out all the same when it is loaded.
  zlib: "exports.constants = {}; exports.createInflate = () => ({ _handle: {} });",
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
      return { contents: modules[end] ?? "" };
    });
    build.onEnd(() => {
      const missed = [...Object.keys(modules), ...Object.keys(names)].filter((name) => !found.has(name));
      return { errors: missed.map((name) => ({ text: `build/lean.mjs: nothing loads ${name} any more` })) };
    });
  },
};
