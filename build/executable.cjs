// Within the executable: starts harden.js out of V8's code cache, both assets of it. See launcher.cjs for the flags.
"use strict";
const sea = require("node:sea");
const v8 = require("node:v8");
const vm = require("node:vm");

v8.setFlagsFromString("--no-parallel-scavenge");
v8.setFlagsFromString("--semi-space-growth-factor=16");

// Below a file, where nothing can lie: no folder of the machine is ever taken for one of harden's own.
const folder = `${process.execPath}/dist`;
const file = `${folder}/harden.js`;
const source = Buffer.from(sea.getRawAsset("harden.js")).latin1Slice();
const cachedData = Buffer.from(sea.getRawAsset("harden.js.cache"));
const script = new vm.Script(source, { filename: file, cachedData });
if (script.cachedDataRejected && process.env.HARDEN_DEBUG) process.emitWarning("the code cache does not fit");

/** What lies beside harden.js in a folder is an asset here; all else that it asks for is Node's own. */
function load(name) {
  if (name !== "./graphviz.js") return require(name);
  const part = { exports: {} };
  const source = `(function (exports, require, module) {${sea.getAsset("graphviz.js", "utf8")}\n})`;
  new vm.Script(source, { filename: `${folder}/graphviz.js` }).runInThisContext()(
    part.exports,
    require,
    part,
  );
  return part.exports;
}

script.runInThisContext()(exports, load, module, file, folder);
