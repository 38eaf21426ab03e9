/** Which runs a look at a host tells of, in each shell: those that were unsettled at its begin or at its end. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { collectScript, parseCollected } from "../../src/facts/collect.ts";
import { isSameFact, type Probe, readFact } from "../../src/facts/probe.ts";
import { unsettled } from "../../src/facts/unsettled.ts";
import { library } from "../../src/host/library.ts";
import { shells } from "./root.ts";

const nonce = "0123456789abcdef0123456789abcdef";
const states = ["pending", "rolling", "confirmed", "rolled-back"] as const;

let folder: string;
const at = (...names: readonly string[]) => join(folder, ...names);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "harden-unsettled-"));
  for (const name of ["bin", ...states]) mkdirSync(at(name));
  run("old", "confirmed");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function run(id: string, state: string) {
  mkdirSync(at("runs", id), { recursive: true });
  writeFileSync(at("runs", id, "header"), `number 1\nwho alice of ${id}\ntime 12:00\n`);
  writeFileSync(at(state, id), "");
}

/** The last one of each lane to be read. */
const aptConfig: Probe<unknown> = { collector: "apt_config", args: [], parse: () => undefined };

/** `meanwhile`: a script that runs while all the rest is read. */
function read([shell = "", ...args]: readonly string[], meanwhile = ":") {
  writeFileSync(at("bin/apt-config"), `#!/bin/sh\ncd ${folder}\nsleep 0.2\n${meanwhile}\n`);
  chmodSync(at("bin/apt-config"), 0o755);
  const probes = [unsettled, aptConfig];
  const text = library.replaceAll("/var/lib/harden", folder);
  const input = `${text}\nPATH=${at("bin")}:$PATH\n${collectScript(probes, nonce)}`;
  const { facts, complete } = parseCollected(probes, { ...spawnSync(shell, args, { input }), nonce });
  expect(complete).toBe(true);
  const fact = readFact(facts, unsettled);
  if (fact.state !== "present") throw new Error(JSON.stringify(fact));
  return { facts, runs: fact.value.map(({ state, run, who, time }) => `${state} ${run} ${time} ${who}`) };
}

describe.skipIf(process.getuid?.() !== 0).each(shells.map((shell) => ({ shell })))("$shell", ({ shell }) => {
  test.each([
    { what: "none where all are settled", meanwhile: ":", runs: [] },
    {
      what: "one that begins meanwhile",
      meanwhile: "cp -r runs/old runs/new; : >pending/new",
      runs: ["pending new"],
    },
    {
      what: "one that ends meanwhile",
      before: "pending",
      meanwhile: "mv pending/a confirmed/a",
      runs: ["pending a"],
    },
    {
      what: "one whose rollback begins meanwhile",
      before: "pending",
      meanwhile: "mv pending/a rolling/a",
      runs: ["rolling a"],
    },
    {
      what: "one whose rollback ends meanwhile",
      before: "rolling",
      meanwhile: "mv rolling/a rolled-back/a",
      runs: ["rolling a"],
    },
    { what: "none that left nothing", before: "pending", meanwhile: "rm -r pending/a runs/a", runs: [] },
  ])("tells of $what", ({ before, meanwhile, runs }) => {
    if (before !== undefined) run("a", before);
    const found = read(shell, meanwhile);
    expect(found.runs.map((each) => each.split(" ").slice(0, 2).join(" "))).toEqual(runs);
  });

  test("says who began it, and when", () => {
    run("a", "pending");
    expect(read(shell).runs).toEqual(["pending a 12:00 alice of a"]);
  });

  test("tells a run that has come and gone by the lines of two looks", () => {
    const before = read(shell).facts;
    expect(isSameFact(unsettled, before, read(shell).facts)).toBe(true);
    run("b", "rolled-back");
    expect(isSameFact(unsettled, before, read(shell).facts)).toBe(false);
  });
});
