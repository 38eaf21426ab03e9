/** A file that is saved: in full or not at all. */
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkSavable, save } from "../src/outlet.ts";

const folderOf = () => mkdtempSync(join(tmpdir(), "harden-save-"));
const modeOf = (path: string) => statSync(path).mode & 0o777;

describe("what is saved", () => {
  it("is its owner's alone where it is new, and leaves nothing beside it", async () => {
    const folder = folderOf();
    const path = join(folder, "a.json");
    await checkSavable({ path, what: "audit" });
    expect(readdirSync(folder)).toEqual([]);
    await save({ path, what: "audit", text: "new" });
    expect(readFileSync(path, "utf8")).toBe("new");
    expect(modeOf(path)).toBe(0o600);
    expect(readdirSync(folder)).toEqual(["a.json"]);
  });

  it("keeps the mode, and the link to where it stands", async () => {
    const folder = folderOf();
    const path = join(folder, "a.json");
    const link = join(folder, "link");
    writeFileSync(path, "old");
    chmodSync(path, 0o644);
    symlinkSync("a.json", link);
    await checkSavable({ path: link, what: "audit" });
    expect(readFileSync(path, "utf8")).toBe("old");
    await save({ path: link, what: "audit", text: "new" });
    expect(readlinkSync(link)).toBe("a.json");
    expect(readFileSync(path, "utf8")).toBe("new");
    expect(modeOf(path)).toBe(0o644);
  });

  it("is a file of its own: who has the old one open reads that to its end", async () => {
    const path = join(folderOf(), "a.json");
    writeFileSync(path, "old");
    const { ino } = statSync(path);
    await save({ path, what: "audit", text: "new" });
    expect(statSync(path).ino).not.toBe(ino);
  });

  it("is refused for a full disk, and what stood there stays", async () => {
    await expect(save({ path: "/dev/full", what: "audit", text: "new" })).rejects.toThrow(
      "The audit could not be saved: no space left on device.",
    );
  });

  it.each(["folder", "none/a.json"])("is refused before any host is asked: %s", async (name) => {
    const folder = folderOf();
    mkdirSync(join(folder, "folder"));
    await expect(checkSavable({ path: join(folder, name), what: "audit" })).rejects.toMatchObject({
      code: "usage",
      details: { hostState: "no host was contacted" },
    });
    expect(readdirSync(folder)).toEqual(["folder"]);
  });
});
