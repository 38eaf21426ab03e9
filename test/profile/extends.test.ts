import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { nodeFiles } from "../../src/profile/files.ts";
import { checkProfile } from "../../src/profile/load.ts";
import { profileError } from "../../src/profile/problem.ts";
import { check, memoryFiles, problemLines, profileOf } from "./memory.ts";
import { checks, sections } from "./sections.ts";

const tries = async (files: Record<string, string>, name = "p") =>
  (await profileOf(files, name)).sections.ssh?.maxAuthTries;
const says = (n: number, more = "") => `${more}ssh: { maxAuthTries: ${n} }\n`;

describe("where a name is looked for", () => {
  test("./profiles before the packaged", async () => {
    expect(await tries({ "p.yaml": says(1), "/pkg/p.yaml": says(2) })).toBe(1);
    expect(await tries({ "/pkg/p.yaml": says(2) })).toBe(2);
  });

  test("a path is that file, from the working folder, and is named after it", async () => {
    const files = { "/w/other/q.yaml": says(4), "/abs/r.yml": says(5), "/pkg/q.yaml": says(2) };
    expect((await profileOf(files, "other/q.yaml")).name).toBe("q");
    expect(await tries(files, "./other/q.yaml")).toBe(4);
    expect(await tries(files, "/abs/r.yml")).toBe(5);
  });

  describe("from a folder below", () => {
    const files = memoryFiles({
      "/w/profiles/p.yaml": says(1),
      "/w/a/profiles/q.yaml": says(2, "extends: p\n"),
      "/pkg/p.yaml": says(9),
      "/pkg/q.yaml": says(9),
      "/pkg/r.yaml": says(9),
    });
    const at = async (name: string, cwd: string, root?: string) => {
      const checked = await checkProfile(name, {
        cwd,
        root,
        packagedDir: "/pkg",
        sections,
        checks,
        ...files,
      });
      if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
      const { file, nearby } = checked.profile;
      return { tries: checked.profile.sections.ssh?.maxAuthTries, file, nearby };
    };

    test("profiles/ is looked for upwards, the nearest first, to the root of the work tree", async () => {
      expect(await at("p", "/w/a/b", "/w")).toMatchObject({ tries: 1, file: "/w/profiles/p.yaml" });
      expect(await at("q", "/w/a/b", "/w")).toMatchObject({ tries: 2, file: "/w/a/profiles/q.yaml" });
      expect(await at("q", "/w/a", "/w")).toEqual({ tries: 2, file: "profiles/q.yaml", nearby: [] });
      expect(await at("r", "/w/a/b", "/w")).toEqual({ tries: 9, file: "packaged", nearby: [] });
    });

    test("not above the root, nor without one; what lies near is named instead", async () => {
      const packaged = { tries: 9, file: "packaged" };
      expect(await at("p", "/w/a/b", "/w/a")).toEqual({ ...packaged, nearby: ["/w/profiles/p.yaml"] });
      expect(await at("q", "/w/a/b")).toEqual({ ...packaged, nearby: ["/w/a/profiles/q.yaml"] });
      expect(await at("p", "/w/a/b", "/elsewhere")).toMatchObject(packaged);
    });
  });

  test("what has the name, and can't be taken, is told", async () => {
    expect(await problemLines({ "p.yml": says(1), "gone.yaml": undefined as never })).toEqual([
      "p:1:1: no profile `p`: looked for p.yaml, /pkg/p.yaml; there is p.yml, to be named by its path",
    ]);
    expect(await problemLines({ "gone.yaml": undefined as never }, "gone")).toEqual([
      "gone:1:1: no profile `gone`: looked for gone.yaml, /pkg/gone.yaml; gone.yaml is a link to nothing",
    ]);
  });

  test.each([
    ["in the folder itself", "/w/p.yaml", "p.yaml"],
    ["with the other ending", "/w/profiles/p.yml", "profiles/p.yml"],
    ["in a folder below", "/w/ops/profiles/p.yaml", "ops/profiles/p.yaml"],
    ["in a folder beside", "/ops/profiles/p.yaml", "/ops/profiles/p.yaml"],
    ["in a folder above", "/profiles/p.yaml", "/profiles/p.yaml"],
  ])("a packaged profile is taken, and what has its name is told: %s", async (_where, path, shown) => {
    const profile = await profileOf({ "/pkg/p.yaml": says(9), [path]: says(1) });
    expect(profile).toMatchObject({ file: "packaged", nearby: [shown] });
  });

  test("extends: beside the extending file, then ./profiles, then the packaged", async () => {
    const from = "extends: b\nssh: {}\n";
    const files = {
      "/w/own/p.yaml": from,
      "/w/own/b.yaml": says(1),
      "b.yaml": says(2),
      "/pkg/b.yaml": says(3),
    };
    expect(await tries(files, "own/p.yaml")).toBe(1);
    const { "/w/own/b.yaml": _beside, ...without } = files;
    expect(await tries(without, "own/p.yaml")).toBe(2);
    expect(await tries({ "/w/own/p.yaml": from, "/pkg/b.yaml": says(3) }, "own/p.yaml")).toBe(3);
  });

  test("extends: a path is from the extending file's folder", async () => {
    const files = { "p.yaml": "extends: ../shared/b.yaml\n", "/w/shared/b.yaml": says(6) };
    expect(await tries(files)).toBe(6);
  });

  test("a user's own production can extend the packaged one", async () => {
    const profile = await profileOf(
      { "production.yaml": "extends: production\nssh: { port: 2222 }\n", "/pkg/production.yaml": says(2) },
      "production",
    );
    expect(profile.sections.ssh).toMatchObject({ port: 2222, maxAuthTries: 2 });
    expect(profile.files).toEqual(["/pkg/production.yaml", "profiles/production.yaml"]);
  });
});

describe("several bases", () => {
  test("the later in the list wins, the file itself last", async () => {
    const files = { "a.yaml": says(1), "b.yaml": says(2), "p.yaml": "extends: [a, b]\n" };
    expect(await tries(files)).toBe(2);
    expect(await tries({ ...files, "p.yaml": says(3, "extends: [a, b]\n") })).toBe(3);
  });

  test("a base that two of them share is merged once, so that it doesn't undo the first", async () => {
    const files = {
      "base.yaml": says(1),
      "a.yaml": says(2, "extends: base\n"),
      "b.yaml": "extends: base\nsysctl: {}\n",
      "p.yaml": "extends: [a, b]\n",
    };
    expect(await tries(files)).toBe(2);
    expect((await profileOf(files)).files.map((file) => file.slice(9))).toEqual([
      "base.yaml",
      "a.yaml",
      "b.yaml",
      "p.yaml",
    ]);
  });

  test("a ladder of shared bases is read once a file, not once a way", async () => {
    const rungs = Array.from({ length: 14 }, (_, i) => [
      [`a${i}.yaml`, `extends: [a${i + 1}, b${i + 1}]\n`],
      [`b${i}.yaml`, `extends: [a${i + 1}, b${i + 1}]\n`],
    ]).flat();
    const files: Record<string, string> = Object.fromEntries([
      ...rungs,
      ["a14.yaml", says(1)],
      ["b14.yaml", says(2)],
    ]);
    const { readFile } = memoryFiles(
      Object.fromEntries(Object.entries(files).map(([name, text]) => [`/w/profiles/${name}`, text])),
    );
    let reads = 0;
    const counting = async (path: string) => {
      reads += 1;
      return readFile(path);
    };
    const options = {
      cwd: "/w",
      packagedDir: "/pkg",
      sections,
      checks,
      listDir: async () => [],
      readFile: counting,
    };
    expect(await checkProfile("a0", options)).toMatchObject({ ok: true });
    expect(reads).toBeLessThan(100);
  });

  test("a description is the profile's own and not inherited", async () => {
    const files = { "base.yaml": "description: common\n", "p.yaml": "extends: base\n" };
    expect((await profileOf(files)).description).toBe("");
    expect((await profileOf(files, "base")).description).toBe("common");
  });
});

describe("errors", () => {
  test("no such profile, with the nearest name", async () => {
    expect(await problemLines({ "p.yaml": "", "/pkg/production.yaml": "" }, "prodcution")).toEqual([
      "prodcution:1:1: no profile `prodcution`: looked for prodcution.yaml, /pkg/prodcution.yaml (did you mean `production`?)",
    ]);
    expect(await problemLines({}, "own/x.yaml")).toEqual([
      "own/x.yaml:1:1: no profile `own/x.yaml`: looked for own/x.yaml",
    ]);
  });

  test("no such profile: where their names are", async () => {
    const hintOf = async (files: Record<string, string>, name: string) => {
      const checked = await check(files, name);
      return profileError(checked.ok ? [] : checked.problems).details.hint;
    };
    expect(await hintOf({}, "nosuch")).toBe("The names that there are: harden profile list");
    expect(await hintOf({ "p.yaml": "nosuch: 1\n" }, "p")).toBe(
      "Mend these lines; harden profile validate NAME says when none is left.",
    );
  });

  test("no such base: where `extends` says it, and by which way", async () => {
    expect(
      await problemLines({
        "p.yaml": "ssh: {}\nextends: mid\n",
        "mid.yaml": "extends:\n  - bsae\n",
        "/pkg/base.yaml": "",
      }),
    ).toEqual([
      "mid.yaml:2:5: extends: no profile `bsae`: looked for bsae.yaml, /pkg/bsae.yaml (by way of p.yaml -> mid.yaml) (did you mean `base`?)",
    ]);
  });

  test("a circle, with all its files", async () => {
    const files = { "p.yaml": "extends: a\n", "a.yaml": "ssh: {}\nextends: [b]\n", "b.yaml": "extends: a\n" };
    expect(await problemLines(files)).toEqual([
      "b.yaml:1:10: extends: profiles extend each other in a circle: a.yaml -> b.yaml -> a.yaml (by way of p.yaml -> a.yaml -> b.yaml)",
    ]);
  });

  test("a profile that extends itself", async () => {
    const circle = "extends: profiles extend each other in a circle: p.yaml -> p.yaml";
    expect(await problemLines({ "p.yaml": "extends: p\n" })).toEqual([`p.yaml:1:10: ${circle}`]);
    expect(await problemLines({ "p.yaml": "extends: ./p.yaml\n" })).toEqual([`p.yaml:1:10: ${circle}`]);
  });

  test("a circle of names that grow, as through a symlink, ends", async () => {
    const files = memoryFiles({});
    const endless = { ...files, readFile: async () => "extends: ./link/p.yaml\n" };
    const checked = await checkProfile("p", { cwd: "/w", packagedDir: "/pkg", sections, checks, ...endless });
    expect(checked).toMatchObject({
      ok: false,
      problems: [
        { line: 1, column: 10, message: expect.stringContaining("more than 32 profiles extend each other") },
      ],
    });
  });

  test("an extends that names nothing", async () => {
    const why = "extends: expected a profile's name, or a list of names";
    expect(await problemLines({ "p.yaml": "extends: [3, '', {a: 1}]\n" })).toEqual([
      `p.yaml:1:11: ${why}`,
      `p.yaml:1:14: ${why}`,
      `p.yaml:1:18: ${why}`,
    ]);
    expect(await problemLines({ "p.yaml": "extends: null\n" })).toEqual([`p.yaml:1:10: ${why}`]);
  });

  test.each(["..", "a b", "-x", "$(id)", "a\u001b[31m", "x".repeat(65)])("%j is no name", async (name) => {
    expect(await problemLines({}, name)).toEqual([
      expect.stringMatching(/^[\x20-\x7e]+ is not a profile's name: /),
    ]);
  });

  test("a file that can't be read", async () => {
    const checked = await checkProfile("/proc/self/fd/", {
      cwd: "/",
      packagedDir: "/pkg",
      sections,
      checks,
      ...nodeFiles,
    });
    expect(checked).toMatchObject({
      ok: false,
      problems: [{ message: expect.stringContaining("can't be read: it is a folder") }],
    });
    const nul = await checkProfile("/a\0b.yaml", {
      cwd: "/",
      packagedDir: "/pkg",
      sections,
      checks,
      ...nodeFiles,
    });
    expect(nul).toMatchObject({
      ok: false,
      problems: [{ message: expect.stringContaining("can't be read") }],
    });
  });
});

test("a file that is extended and is no profile is told without its text", async () => {
  const lines = await problemLines({
    "p.yaml": "extends: ./q.yaml\n",
    "q.yaml": "root:$y$hunter2:19000:0:99999:7:::\n",
  });
  expect(lines).toEqual([expect.stringMatching(/^q\.yaml:1:\d+: …: /)]);
});

test("a pipe is read where it stands on the command line, and refused where a profile extends it", async () => {
  const cwd = mkdtempSync(join(tmpdir(), "harden-pipe-"));
  const places = { cwd, packagedDir: "/pkg", sections, checks, ...nodeFiles };
  execFileSync("mkfifo", [join(cwd, "pipe.yaml")]);
  writeFileSync(join(cwd, "p.yaml"), "extends: ./pipe.yaml\n");
  try {
    expect(await checkProfile("./p.yaml", places)).toMatchObject({
      problems: [{ message: expect.stringContaining("can't be read: it is no regular file") }],
    });
    spawn("sh", ["-c", "echo 'ssh: {maxAuthTries: 4}' >pipe.yaml"], { cwd });
    expect(await checkProfile("./pipe.yaml", places)).toMatchObject({
      profile: { sections: { ssh: { maxAuthTries: 4 } } },
    });
  } finally {
    rmSync(cwd, { recursive: true });
  }
});

test("checkProfile gives the profile or the problems", async () => {
  expect(await check({ "p.yaml": "ssh: {}\n" })).toMatchObject({ ok: true, profile: { name: "p" } });
});
