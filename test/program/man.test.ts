/** Each command has a manual page, which says what its help says, and is read without a warning. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commands } from "../../src/program/index.ts";
import { manPages } from "../../src/program/man.ts";

const pages = manPages(commands, { version: "1.2.3", day: "2026-01-31" });
const files = pages.map(({ file }) => file);

describe("manual pages", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "harden-man-"));
    for (const { file, text } of pages) writeFileSync(join(folder, file), text);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const shown = (file: string) => {
    const env = {
      PATH: process.env.PATH,
      LC_ALL: "C.UTF-8",
      MANWIDTH: "2000",
      MANPAGER: "cat",
      MAN_KEEP_FORMATTING: "",
    };
    const { stdout, stderr } = spawnSync(
      "man",
      ["--warnings", "--no-hyphenation", "-l", join(folder, file)],
      {
        env,
        encoding: "utf8",
      },
    );
    // Bold is printed twice, one over the other.
    return { text: stdout.replace(/.\u0008/gu, "").replace(/\s+/g, " "), warnings: stderr };
  };

  it("are one of the whole, and one of each command, which package.json has all", () => {
    const names = commands.map(({ words }) => `harden-${words.replaceAll(" ", "-")}.1`);
    expect(files).toEqual(["harden.1", ...names]);
    const { man } = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8"));
    expect(man).toEqual(files.map((file) => `dist/man/${file}`));
  });

  it.each(files)("%s is read without a warning, by groff and by mandoc", (file) => {
    expect(shown(file).warnings).toBe("");
    const lint = spawnSync("mandoc", ["-T", "lint", join(folder, file)], { encoding: "utf8" });
    expect(lint.error).toBeUndefined();
    expect(lint.stdout + lint.stderr).toBe("");
  });

  it("have each option and argument with what it does, and nothing that the escapes have eaten", () => {
    for (const command of commands) {
      const { text } = shown(`harden-${command.words.replaceAll(" ", "-")}.1`);
      if (!("run" in command)) continue;
      for (const word of Object.values({ ...command.arguments, ...command.options })) {
        for (const [name] of word.spelled.matchAll(/--?[A-Za-z][\w-]*/g)) expect(text).toContain(name);
        expect(text).toContain(word.text.replace(/\s+/g, " "));
      }
    }
  });
});
