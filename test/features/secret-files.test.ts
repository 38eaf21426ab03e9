/** Files of secrets on a real file system: their modes and owners, and that nothing is written over or left half done. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fixResult } from "../../generate/results-schema.ts";
import type { Outside } from "../../src/command/command.ts";
import { composeFix } from "../../src/features/compose/words.ts";
import { plainPage } from "../../src/reports/page.ts";

const text = `services:
  db:
    image: postgres:17
    environment: {POSTGRES_PASSWORD: hunter2}
  cache:
    image: redis:8.0
`;

let folder: string;
let said: string[];
let answer: boolean;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "harden-secrets-"));
  [said, answer] = [[], true];
  writeFileSync(path("compose.yaml"), text);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const path = (name: string) => join(folder, name);
const outside = {
  version: "0",
  page: plainPage,
  sidePage: plainPage,
  say: (line: string) => void said.push(line),
  ask: async () => answer,
} as unknown as Outside;
const fix = (more = {}) =>
  composeFix.run(
    { given: { file: path("compose.yaml"), format: "text", ...more }, typed: new Set() },
    outside,
  );
const mode = (name: string) => statSync(path(name)).mode & 0o7777;
const isRoot = process.getuid!() === 0;

describe("files of secrets", () => {
  it("are for their readers alone, out of git, and in nothing that is said", async () => {
    const { out } = await fix({ write: true, setPasswords: true });
    expect(readdirSync(path("secrets")).sort()).toEqual([
      ".gitignore",
      "cache-redis.conf",
      "db-postgres_password",
    ]);
    expect(readFileSync(path("secrets/db-postgres_password"), "utf8")).toBe("hunter2");
    const [, generated = ""] = /^requirepass ([0-9a-f]{64})\n$/.exec(
      readFileSync(path("secrets/cache-redis.conf"), "utf8"),
    )!;
    expect(readFileSync(path("secrets/.gitignore"), "utf8")).toBe("*\n");
    expect([mode("secrets"), mode("secrets/db-postgres_password"), mode("secrets/cache-redis.conf")]).toEqual(
      [0o700, 0o400, 0o400],
    );
    for (const each of [out, readFileSync(path("compose.yaml"), "utf8")])
      for (const value of ["hunter2", generated]) expect(each).not.toContain(value);
    const { uid, gid } = statSync(path("secrets/db-postgres_password"));
    if (isRoot) expect([uid, gid]).toEqual([999, 999]);
    else expect(out).toContain(`  sudo chown 999:999 ${path("secrets/db-postgres_password")}\n`);
    expect(out.includes("sudo chown")).toBe(!isRoot);
  });

  it("are named in the data, with what schema/results.json describes", async () => {
    const { out } = await fix({ write: true, setPasswords: true, format: "json" });
    expect(fixResult.parse(JSON.parse(out))).toMatchObject({
      written: true,
      secrets: [
        { path: "secrets/db-postgres_password", owner: "999:999", from: "kept" },
        { path: "secrets/cache-redis.conf", owner: "999:999", from: "generated" },
      ],
    });
  });

  it("are written with the answer alone, another password each time, and named before it", async () => {
    answer = false;
    await fix({ setPasswords: true });
    expect([readdirSync(folder), readFileSync(path("compose.yaml"), "utf8")]).toEqual([
      ["compose.yaml"],
      text,
    ]);
    expect(said.join("\n")).toContain(
      "secrets/cache-redis.conf: mode 0400, owner 999:999: a password that is generated",
    );
    answer = true;
    const once = async () => {
      writeFileSync(path("compose.yaml"), text);
      rmSync(path("secrets"), { recursive: true, force: true });
      await fix({ setPasswords: true });
      return readFileSync(path("secrets/cache-redis.conf"), "utf8");
    };
    expect(await once()).not.toBe(await once());
  });

  it("are never written over another, and then nothing is", async () => {
    mkdirSync(path("secrets"), { mode: 0o750 });
    writeFileSync(path("secrets/cache-redis.conf"), "mine");
    await expect(fix({ write: true, setPasswords: true })).rejects.toMatchObject({
      code: "usage",
      message: expect.stringMatching(/cache-redis\.conf is there already, and is not overwritten\.$/),
    });
    expect(readdirSync(path("secrets"))).toEqual(["cache-redis.conf"]);
    expect(readFileSync(path("secrets/cache-redis.conf"), "utf8")).toBe("mine");
    expect([readFileSync(path("compose.yaml"), "utf8"), mode("secrets")]).toEqual([text, 0o750]);
  });

  it("are not written where a link leads", async () => {
    mkdirSync(path("elsewhere"));
    symlinkSync("elsewhere", path("secrets"));
    await expect(fix({ write: true })).rejects.toMatchObject({
      message: expect.stringMatching(/is no folder\.$/),
    });
    expect([readdirSync(path("elsewhere")), readFileSync(path("compose.yaml"), "utf8")]).toEqual([[], text]);
  });

  it("go again where the compose file can't be written", async () => {
    // In the place of what the file is replaced by: nothing can be renamed over a folder.
    const file = path("compose.yaml");
    const ask = async () => {
      rmSync(file);
      mkdirSync(file);
      writeFileSync(join(file, "x"), "");
      return true;
    };
    const run = composeFix.run({ given: { file }, typed: new Set() }, { ...outside, ask } as Outside);
    await expect(run).rejects.toMatchObject({ code: "usage" });
    expect(existsSync(path("secrets"))).toBe(false);
  });

  it("of a folder that is there are the only ones that git is told of", async () => {
    mkdirSync(path("secrets"));
    writeFileSync(path("secrets/other"), "");
    chmodSync(path("secrets"), 0o755);
    await fix({ write: true });
    expect(readFileSync(path("secrets/.gitignore"), "utf8")).toBe("/db-postgres_password\n");
    writeFileSync(path("compose.yaml"), text.replace("db:", "db2:"));
    const { out } = await fix({ write: true });
    expect(readFileSync(path("secrets/.gitignore"), "utf8")).toBe("/db-postgres_password\n");
    expect(out).toMatch(
      /\.gitignore must have these, so that git never takes them: \/db2-postgres_password\n/,
    );
    expect(mode("secrets")).toBe(0o755);
  });
});
