/** What `harden schedule` writes into a folder where something may be already. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Outside } from "../../src/command/command.ts";
import { schedule } from "../../src/features/schedule/words.ts";

const outside = {
  self: ["/usr/bin/harden"],
  project: async () => undefined,
  places: async () => ({ cwd: "/w" }),
  say: () => {},
} as unknown as Outside;

const units = ["harden-audit.service", "harden-audit.timer"];

const written = (out: string, at = "03:00") => {
  const given = { targets: ["web1"], as: "systemd", at, lastGood: "last.json", out };
  return schedule.run({ given, typed: new Set<string>() }, outside);
};
const folder = () => mkdtempSync(join(tmpdir(), "harden-schedule-"));

describe("the files of a schedule", () => {
  it("are written once: what says the same is left as it is", async () => {
    const out = join(folder(), "new/units");
    expect((await written(out)).out).toBe(units.map((name) => `${out}/${name}`).join("\n"));
    const inode = () => statSync(join(out, units[0]!)).ino;
    const was = inode();
    await written(out);
    expect(inode()).toBe(was);
    expect(readdirSync(out).sort()).toEqual(units);
  });

  it.each(units)("are none of them where %s says something else", async (taken) => {
    const out = folder();
    writeFileSync(join(out, taken), "theirs\n");
    await expect(written(out)).rejects.toMatchObject({
      code: "usage",
      message: `${join(out, taken)} is there already, and says something else.`,
      details: { hint: expect.stringContaining("Name another folder") },
    });
    expect(readdirSync(out)).toEqual([taken]);
    expect(readFileSync(join(out, taken), "utf8")).toBe("theirs\n");
  });

  it("are none of them in a place that can't be made, which is told at once", async () => {
    await expect(written("/proc/nowhere/units")).rejects.toMatchObject({
      message: "/proc/nowhere/units/harden-audit.service can't be written: no such file or directory.",
      details: { hint: expect.stringContaining("the path is right") },
    });
  });

  it("are none of them where one can't be written", async () => {
    const out = folder();
    mkdirSync(join(out, units[1]!));
    await expect(written(out)).rejects.toMatchObject({ message: expect.stringContaining(units[1]!) });
    expect(readdirSync(out)).toEqual([units[1]]);
  });
});
