#!/usr/bin/env node
// Starts harden.js out of V8's code cache; another V8 refuses the cache and compiles as usual.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const v8 = require("node:v8");
const vm = require("node:vm");

// Most runs end before optimized code has earned what making it costs: it is made later (a fifth less CPU for 50 hosts).
// The V8 of Node 20 alone knows the flag; a later one complains of it at every start.
if (/^20\./.test(process.versions.node)) v8.setFlagsFromString("--interrupt-budget=3000000");
// Small heaps: waking threads to collect them costs more than they save.
v8.setFlagsFromString("--no-parallel-scavenge");
// What a run reads stays until its end: copying it between many small semi-spaces is work for nothing.
v8.setFlagsFromString("--semi-space-growth-factor=16");

const file = path.join(__dirname, "harden.js");
const cacheFile = `${file}.cache`;
// The bundle is ASCII and one function; latin1 is the encoding that needs no decoding.
const source = fs.readFileSync(file, "latin1");
const cachedData = fs.existsSync(cacheFile) ? fs.readFileSync(cacheFile) : undefined;
const script = new vm.Script(source, { filename: file, cachedData });
const run = () => script.runInThisContext()(exports, require, module, file, __dirname);
run();
// The build's own first runs, of the words that node got and then of those in here: V8 knows then which functions are needed.
if (process.env.HARDEN_WRITE_CACHE) {
  const more = JSON.parse(process.env.HARDEN_WRITE_CACHE);
  process.on("beforeExit", () => {
    const words = more.shift();
    if (words === undefined) return;
    process.argv.splice(2, Number.POSITIVE_INFINITY, ...words);
    run();
  });
  process.on("exit", () => fs.writeFileSync(cacheFile, script.createCachedData()));
}
