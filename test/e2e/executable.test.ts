/** One file that needs no Node: on a host that has none it says what the tool says here, and plans over ssh. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasDocker, startHost, type TestContainer } from "./hosts.ts";
import { mustRun, runProgram } from "./process.ts";
import { must } from "./trouble.ts";

const root = join(import.meta.dirname, "../..");
const recorded = join(root, "test/fixtures/hosts/debian13.json");

describe.skipIf(!hasDocker())("the executable", () => {
  let bare: TestContainer;
  let target: TestContainer;
  let copy: string;
  beforeAll(async () => {
    copy = mkdtempSync(join(tmpdir(), "harden-executable-"));
    for (const part of ["cli.js", "harden.js", "package.json"])
      cpSync(join(root, "dist", part), join(copy, "dist", part));
    cpSync(join(root, "profiles"), join(copy, "profiles"), { recursive: true });
    const built = mustRun(process.execPath, [join(root, "build/executable.mjs")], { timeoutMs: 300_000 });
    [bare, target] = await Promise.all([startHost("debian13", "bare"), startHost("debian12", "bare"), built]);
    await bare.put(join(root, "dist/harden-linux-x64"), "/usr/local/bin");
    await bare.put(recorded, "/root");
    await must(bare, "mv /usr/local/bin/harden-linux-x64 /usr/local/bin/harden; mkdir -p -m 700 /root/.ssh");
    await bare.exec("cat >/root/.ssh/id_ed25519; chmod 600 /root/.ssh/id_ed25519", {
      stdin: readFileSync(target.identity, "utf8"),
    });
    await bare.exec("cat >/root/.ssh/known_hosts", { stdin: readFileSync(target.knownHosts, "utf8") });
  });
  afterAll(async () => {
    await Promise.all([bare?.remove(), target?.remove()]);
    rmSync(copy, { recursive: true, force: true });
  });

  const there = (words: string, variables = "") =>
    bare.exec(`cd /root && env HARDEN_DEBUG=1 ${variables} harden ${words}`, { timeoutMs: 120_000 });
  // Out of any work tree, as there.
  const here = (...words: readonly string[]) =>
    runProgram("env", ["-C", "/", process.execPath, join(copy, "dist/cli.js"), ...words], {
      env: { PATH: process.env.PATH, HOME: "/root" },
    });

  it("is where no Node is", async () => {
    expect(await bare.exec("command -v node || command -v nodejs || command -v npm")).toMatchObject({
      code: 127,
    });
  });

  it.each([
    ["--version"],
    ["--help"],
    ["plan --help"],
    ["profile validate production staging development"],
    ["explain ssh.idle-shells"],
    ["completion bash"],
    ["plan --profile production --recorded debian13.json --detailed-exitcode"],
    ["plan --profile docker-host --recorded debian13.json --format json"],
    ["no-such-command"],
  ])("says what the tool says under Node, to the letter: %s", async (words) => {
    const expected = await here(...words.replace("debian13.json", recorded).split(" "));
    expect(await there(words)).toEqual(expected);
  });

  it("takes no folder beside it for its own, and hears nothing that is meant for Node", async () => {
    await must(
      bare,
      "mkdir -p /usr/local/profiles && echo 'nonsense: 1' >/usr/local/profiles/production.yaml",
    );
    expect(await there("profile validate production", "NODE_OPTIONS=--require=/nowhere")).toEqual({
      code: 0,
      stdout: "production: valid (packaged)\n",
      stderr: "",
    });
  });

  it("has the packaged profiles in it", async () => {
    const { stdout } = await there("profile list");
    const names = readdirSync(join(root, "profiles")).flatMap(
      (file) => file.match(/^.*(?=\.yaml$)/)?.[0] ?? [],
    );
    expect(stdout.split("\n").flatMap((line) => line.match(/^\S+/)?.[0] ?? [])).toEqual(names.sort());
  });

  it("draws, with what is beside the tool in its package", async () => {
    await must(bare, "echo 'tiers: {web: {role: load-balancer}}' >/root/harden.yaml");
    const { code, stdout, stderr } = await there("cloud draw harden.yaml --format svg");
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(">load&#45;balancer</text>");
    await must(bare, "rm /root/harden.yaml");
  });

  it("plans a host over ssh", async () => {
    const { code, stdout, stderr } = await there(`plan ${target.target("root")} --profile development`);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/, debian 12\), profile development \(packaged\)/);
    expect(stdout).toMatch(/^\d+ to add, \d+ to change/m);
  });
});
