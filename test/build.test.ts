/** The build in a clone that lies anywhere, on a machine where nothing else can be written. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startUpTests } from "./setup/nodes.mjs";

const root = join(import.meta.dirname, "..");
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "harden-Gerät mit Leer-"));
  for (const part of ["build", "src", "templates", "profiles", "package.json", "test/fixtures/hosts"])
    cpSync(join(root, part), join(folder, part), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("works with spaces and umlauts in its path, and leaves nothing but dist", () => {
  const env = { PATH: process.env.PATH, TMPDIR: "/nowhere", HARDEN_DEBUG: "1" };
  const run = (script: string, ...words: string[]) => {
    const ran = spawnSync(process.execPath, [join(folder, script), ...words], {
      env,
      encoding: "utf8",
      cwd: "/",
    });
    expect(ran.status, ran.stderr).toBe(0);
    // The build plans this machine once, over ssh and with files of its own: whatever the plan says, it must get there.
    expect(ran.stderr).not.toMatch(/host key|identity file|\n\s+at /);
    return ran.stdout;
  };
  expect(run("build/build.mjs")).toBe("");
  expect(run("dist/cli.js", "profile", "validate", "production")).toBe("production: valid (packaged)\n");
  writeFileSync(join(folder, "harden.yaml"), "tiers: {web: {role: load-balancer}}\n");
  const drawn = run("dist/cli.js", "cloud", "draw", join(folder, "harden.yaml"), "--format", "svg");
  expect(drawn).toContain(">load&#45;balancer</text>");
  expect(run("dist/cli.js")).toMatch(/^harden shows .*\n\nNothing here .*\n\n {2}harden plan HOST /);
  expect(readdirSync(join(folder, "dist")).sort()).toEqual([
    "cli.js",
    "graphviz.js",
    "harden.js",
    "harden.js.cache",
    "man",
    "package.json",
  ]);
});

it("paints what goes to a pipe where FORCE_COLOR is set, and nothing where NO_COLOR is", () => {
  const recorded = join(root, "test/fixtures/hosts/debian13.json");
  const planned = (more: NodeJS.ProcessEnv) =>
    spawnSync(process.execPath, [join(folder, "dist/cli.js"), "plan", "--recorded", recorded], {
      env: { PATH: process.env.PATH, ...more },
      encoding: "utf8",
      cwd: "/",
    });
  expect(planned({}).stdout).toMatch(/^[^\u001b]*ssh[^\u001b]*$/);
  expect(planned({ FORCE_COLOR: "1" }).stdout).toContain("\u001b[1mssh\u001b[22m");
  const both = planned({ FORCE_COLOR: "1", NO_COLOR: "1" });
  expect([both.stdout, both.stderr]).toEqual([expect.not.stringContaining("\u001b"), ""]);
});

it("says what to do first where nothing is installed yet", () => {
  const bare = mkdtempSync(join(tmpdir(), "harden-bare-"));
  cpSync(join(root, "build"), join(bare, "build"), { recursive: true });
  cpSync(join(root, "package.json"), join(bare, "package.json"));
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  for (const name of Object.keys(scripts).filter((each) => each !== "prepack")) {
    const ran = spawnSync("npm", ["run", "--silent", name], { cwd: bare, encoding: "utf8" });
    expect([name, ran.status, ran.stdout + ran.stderr]).toEqual([
      name,
      1,
      expect.stringMatching(/^Not installed yet: .* and others\. First: npm install\n$/),
    ]);
  }
  rmSync(bare, { recursive: true });
});

it("is held against another Node's start of it, to the letter of both streams", () => {
  const cli = join(folder, "dist/cli.js");
  const start = (script: string) => {
    const program = join(folder, "node");
    writeFileSync(program, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return startUpTests({ program }, cli, [[0, ["--version"]]])[0]?.state;
  };
  expect(startUpTests({ program: process.execPath }, cli).filter(({ state }) => state === "failed")).toEqual(
    [],
  );
  expect(start(`exec '${process.execPath}' "$@"`)).toBe("passed");
  expect(start(`echo '(node:7) a warning' >&2; exec '${process.execPath}' "$@"`)).toBe("failed");
  expect(start(`'${process.execPath}' "$@"; exit 70`)).toBe("failed");
});
