/** What `npm pack` makes: installed in an empty folder, with no registry at hand, it runs; and has what a user needs, and no more. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commands } from "../../src/program/index.ts";

const root = join(import.meta.dirname, "../..");
const about = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

describe("the package", () => {
  let folder: string;
  let files: readonly string[];
  const run = (program: string, args: readonly string[], cwd = folder) => {
    const env = { PATH: process.env.PATH, HOME: folder, npm_config_cache: join(folder, "cache") };
    const { status, stdout, stderr } = spawnSync(program, [...args], { cwd, env, encoding: "utf8" });
    return { status, stdout, stderr };
  };
  const quiet = ["--offline", "--no-audit", "--no-fund", "--loglevel=error"];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "harden-package-"));
    // What is built is there; building it again would take it from under other suites.
    const packed = run("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], root);
    expect(packed.status, packed.stderr).toBe(0);
    const [{ filename, files: all }] = JSON.parse(packed.stdout);
    files = all.map(({ path }: { readonly path: string }) => path);
    const installed = run("npm", [
      "install",
      "--global",
      "--prefix",
      join(folder, "there"),
      join(folder, filename),
      ...quiet,
    ]);
    expect(installed.status, installed.stderr).toBe(0);
    mkdirSync(join(folder, "empty"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const harden = (...words: readonly string[]) =>
    run(join(folder, "there/bin/harden"), words, join(folder, "empty"));

  it("has what is run, and what is read: no source, no test, no development", () => {
    const tops = [...new Set(files.map((path) => path.split("/")[0]))].sort();
    expect(tops).toEqual(["README.md", "dist", "docs", "package.json", "profiles", "schema", "templates"]);
    expect(files.filter((path) => /\.(ts|mts|map)$|(^|\/)(test|src|node_modules)\//.test(path))).toEqual([]);
    expect(files.filter((path) => /^dist\/[^/]+$/.test(path)).sort()).toEqual(
      ["cli.js", "graphviz.js", "harden.js", "harden.js.cache", "package.json"].map((name) => `dist/${name}`),
    );
    for (const part of [
      "profiles/production.yaml",
      "profiles/schema.json",
      "templates/sshd_config.hbs",
      "schema/results.json",
    ])
      expect(files).toContain(part);
  });

  it("brings all that it needs: nothing is installed beside it, and no registry is asked", () => {
    expect(Object.keys(about.dependencies ?? {})).toEqual([]);
    const { stdout } = run("npm", [
      "ls",
      "--global",
      "--prefix",
      join(folder, "there"),
      "--all",
      "--parseable",
    ]);
    expect(stdout.trim().split("\n").slice(1)).toEqual([expect.stringMatching(/node_modules\/harden$/)]);
  });

  it("runs in an empty folder", () => {
    expect(harden("--version")).toEqual({ status: 0, stdout: `${about.version}\n`, stderr: "" });
    expect(harden().stdout).toContain("Nothing here says yet what your hosts should be");
    expect(harden("--help").stdout).toMatch(/^Usage: harden/);
    expect(harden("profile", "validate", "production").stdout).toBe("production: valid (packaged)\n");
    const recorded = join(root, "test/fixtures/hosts/debian13.json");
    expect(harden("plan", "--recorded", recorded).stdout).toMatch(/^\d+ to add, \d+ to change/m);
    for (const shell of ["bash", "zsh", "fish"])
      expect(harden("completion", shell).stdout).toContain("harden complete --");
  });

  it("brings a manual page of each command to where man looks", () => {
    const section = join(folder, "there/share/man/man1");
    for (const name of ["harden", ...commands.map(({ words }) => `harden-${words.replaceAll(" ", "-")}`)])
      expect(existsSync(realpathSync(join(section, `${name}.1`))), name).toBe(true);
  });

  it("is for the releases of Node that it is tried on", () => {
    expect(about.engines).toEqual({ node: ">=20.12" });
  });
});
