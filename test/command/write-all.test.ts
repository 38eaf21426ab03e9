/** Several files, all or none, on a real file system. */
import {
  chmodSync,
  lstatSync,
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
import { writeAll } from "../../src/command/write-all.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "harden-write-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const path = (name: string) => join(folder, name);
const text = (name: string) => readFileSync(path(name), "utf8");
const all = () => (readdirSync(folder, { recursive: true }) as string[]).sort();

describe("files that are written together", () => {
  it("are new ones in new folders, and old ones with the mode that they have", async () => {
    writeFileSync(path("old"), "1");
    chmodSync(path("old"), 0o640);
    mkdirSync(path("real"));
    writeFileSync(path("real/linked"), "1");
    symlinkSync("real/linked", path("link"));
    await writeAll([
      { path: path("new/a"), text: "a", before: undefined },
      { path: path("old"), text: "2", before: "1" },
      { path: path("link"), text: "3", before: "1" },
    ]);
    expect([text("new/a"), text("old"), text("real/linked")]).toEqual(["a", "2", "3"]);
    expect(statSync(path("old")).mode & 0o777).toBe(0o640);
    expect(lstatSync(path("link")).isSymbolicLink()).toBe(true);
    expect(all()).toEqual(["link", "new", "new/a", "old", "real", "real/linked"]);
  });

  it.each([
    ["is there already", { name: "b", before: undefined }, "is there already, and is not overwritten"],
    ["was changed meanwhile", { name: "b", before: "other" }, "was changed meanwhile"],
    ["has no place", { name: "b/c", before: undefined }, "can't be written"],
    ["is a link that leads nowhere", { name: "dangling", before: undefined }, "is there already"],
  ])("are none of them where one %s", async (_why, { name, before }, message) => {
    writeFileSync(path("b"), "theirs");
    writeFileSync(path("old"), "1");
    symlinkSync("nowhere", path("dangling"));
    const was = all();
    const wrote = writeAll([
      { path: path("new/deep/a"), text: "a", before: undefined },
      { path: path("old"), text: "2", before: "1" },
      { path: path(name), text: "mine", before },
    ]);
    await expect(wrote).rejects.toMatchObject({ code: "usage", message: expect.stringContaining(message) });
    expect([text("b"), text("old")]).toEqual(["theirs", "1"]);
    expect(all()).toEqual(was);
  });
});
