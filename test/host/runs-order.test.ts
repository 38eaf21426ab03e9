/** Runs are told apart by their numbers: the clock that named one may have been wrong. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { shells } from "./root.ts";

const kinds = join(import.meta.dirname, "../../src/kinds");

describe.each(shells)("in %s", (...shell) => {
  let runs: string;
  beforeEach(() => {
    runs = mkdtempSync(join(tmpdir(), "runs-"));
    for (const [id, number] of [
      ["20261203-100000-aaaaaaaa", 2],
      ["20261203-110000-bbbbbbbb", 10],
      ["20261205-090000-cccccccc", 1],
    ] as const) {
      const run = join(runs, id);
      mkdirSync(join(run, "undo"), { recursive: true });
      writeFileSync(join(run, "header"), `number ${number}\nprofile number 77\ntime 5\n`);
      writeFileSync(join(run, "undo/people"), `dora ${number}000 ${number}000 none\n`);
      mkdirSync(join(run, "keys"));
      writeFileSync(join(run, "keys/dora.before"), number === 1 ? "" : "a\n");
      writeFileSync(join(run, "keys/dora.after"), number === 1 ? "a\n" : `a\nkey of ${number}\n`);
    }
  });
  afterEach(() => rmSync(runs, { recursive: true }));

  const sh = (script: string) => {
    const libraries = `. ${kinds}/../host/runs.sh; . ${kinds}/account/known.sh; . ${kinds}/keys/reader.sh`;
    const [program = "", ...words] = shell;
    const { stdout, stderr } = spawnSync(program, [...words, "-c", `${libraries}; ${script}`], {
      encoding: "utf8",
      env: { ...process.env, RUNS: runs },
    });
    expect(stderr).toBe("");
    return stdout;
  };

  it("stand in the order in which they were begun", () => {
    const ids = sh('runs_in_order "$RUNS" header').trim().split("\n");
    expect(ids.map((path) => path.slice(-15, -7))).toEqual(["cccccccc", "aaaaaaaa", "bbbbbbbb"]);
  });

  it("know an account by the newest one", () => {
    expect(sh('known_in dora "$RUNS"')).toBe(`${runs}/20261203-110000-bbbbbbbb/undo/people\n`);
  });

  it("count as since another by it: their keys go with its own", () => {
    const there = `keys_there() { cat "$RUNS"/*bbbbbbbb/keys/dora.after; }`;
    expect(sh(`${there}; keys_then dora 20261205-090000-cccccccc "$RUNS"`)).toBe("");
    expect(sh(`${there}; keys_then dora 20261203-110000-bbbbbbbb "$RUNS"`)).toBe("a\n");
  });

  const then = (id: string, ...passwd: readonly string[]) => {
    writeFileSync(join(runs, "passwd"), passwd.map((line) => `${line}\n`).join(""));
    const getent = `getent() { awk -F : -v key="$2" '$1 == key || $3 == key' "$RUNS/passwd" | grep .; }`;
    return sh(`${getent}; user_then dora ${id} "$RUNS"; printf '%s|%s' "$WHO" "\${SEEN%%:*}"`);
  };
  const first = "20261205-090000-cccccccc";

  it("know the account that they made, whatever a later one made of its name", () => {
    expect(then(first, "dora:x:1000:1000::/none:/bin/sh")).toBe("dora|");
    expect(then(first, "dora:x:10000:10000::/none:/bin/sh")).toBe("dora|");
  });

  it("leave somebody else's account of a name, which the undo of the account tells, or else that of its keys", () => {
    const theirs = "dora:x:5:5::/none:/bin/sh";
    expect(then(first, theirs)).toBe("|");
    expect(then("20261206-090000-dddddddd", theirs)).toBe("|left as it is");
    expect(then("20261206-090000-dddddddd")).toBe("|");
  });
});
