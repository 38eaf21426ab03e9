/** `harden` alone: what a newcomer is told to do next, by what the folder has. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stepsText } from "../../src/features/alone/text.ts";
import { whatIsHere } from "../../src/features/alone/work.ts";
import { program } from "../../src/program/program.ts";
import { plainPage } from "../../src/reports/page.ts";

const packagedDir = join(import.meta.dirname, "../../profiles");

describe("harden alone", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "harden-steps-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const own = (...names: readonly string[]) => {
    mkdirSync(join(folder, "profiles"));
    for (const name of names) writeFileSync(join(folder, "profiles", name), "ssh: {}\n");
  };
  const told = async (cwd = folder) => {
    const here = await whatIsHere({ cwd, packagedDir });
    for (const width of [undefined, 80]) {
      const page = width === undefined ? plainPage : { ...plainPage, width };
      expect(stepsText(here, page).split("\n").length).toBeLessThanOrEqual(15);
    }
    return stepsText(here);
  };
  const commandsIn = (text: string) =>
    [...text.matchAll(/^ {2}harden (.+?)(?: {2,}|$)/gm)].map(([, words]) => words!);

  it("sends whoever has nothing to the packaged profile first, and to what writes theirs", async () => {
    const text = await told();
    expect(commandsIn(text)).toEqual(["plan HOST", "init HOST", "apply HOST", "verify HOST"]);
    expect(text).toContain("Nothing here says yet what your hosts should be");
    expect(text).toContain("writes harden.yaml and a profile");
  });

  it("goes by the profile that is there, from any folder of the work tree", async () => {
    own("production.yaml", "zoo.yaml", "another.yml");
    const text = await told();
    expect(commandsIn(text)).toEqual(["profile validate", "plan HOST", "apply HOST", "verify HOST"]);
    expect(text).toContain("profiles/production.yaml, and 1 other beside it, says");
    execFileSync("git", ["init", "--quiet", folder]);
    mkdirSync(join(folder, "deep/er"), { recursive: true });
    expect(await told(join(folder, "deep/er"))).toContain(join(folder, "profiles/production.yaml"));
  });

  it("names a profile that would not be taken by itself, and none that no name can stand for", async () => {
    own("zoo.yaml", "$(touch x).yaml");
    const text = await told();
    expect(commandsIn(text)).toContain("apply HOST --profile zoo");
    expect(text).not.toContain("touch");
  });

  it("goes by the project file before any profile", async () => {
    own("production.yaml");
    writeFileSync(join(folder, "harden.yaml"), "hosts: {}\n");
    const text = await told();
    expect(commandsIn(text)).toEqual(["project validate", "plan", "apply @all", "verify"]);
    expect(text).toContain("harden.yaml says which hosts there are");
  });

  it("tells only commands that there are", async () => {
    const none = commandsIn(await told());
    own("zoo.yaml");
    for (const command of [...none, ...commandsIn(await told())]) {
      const ran: string[] = [];
      const run = async ({ words }: { readonly words: string }) => void ran.push(words);
      const edges = { version: "0", print: () => {}, complain: () => {}, run };
      await program(edges).parseAsync(command.split(" "), { from: "user" });
      expect(command).toContain(ran[0]);
    }
  });
});
