import { describe, expect, test } from "vitest";
import { z } from "zod";
import { defineControl } from "../../src/controls/define.ts";
import { keyInFile } from "../../src/controls/families.ts";
import { absent, probeKey, unknown } from "../../src/facts/probe.ts";
import { access, debian, fileOf, inputOf, verdict } from "./facts.ts";
import { group, record } from "./record.ts";

const schema = z.strictObject({ level: z.string().optional() });
const control = defineControl({
  id: "tool",
  title: "",
  rationale: "",
  ...group,
  schema,
  checks: [
    keyInFile<z.output<typeof schema>>({
      ...record,
      id: "tool.level",
      reason: "So it is wanted.",
      because: "It is read anew.",
      file: { path: "/etc/tool.d/zz.conf", format: "ini", after: ["/etc/tool.conf"] },
      key: ["Tool", "Level"],
      value: ({ level }) => level,
      otherwise: "2",
    }),
  ],
});
const names = Object.keys(control.probes({}, access.visit));
const host = (main: object, ours: object, params: object = { level: "1" }) =>
  inputOf(control, { params, access, host: debian("13"), facts: { [names[0]!]: main, [names[1]!]: ours } });
const level = (text: string) => fileOf(`[Tool]\nLevel=${text}\n`);

describe("a key of a file", () => {
  test("is read from all files that its reader takes", () => {
    expect(names).toEqual(
      ["/etc/tool.conf", "/etc/tool.d/zz.conf"].map((path) => probeKey({ collector: "file", args: [path] })),
    );
  });

  test.each<readonly [verdict: string, main: object, ours: object, found: string]>([
    ["pass", absent, level("1"), "1"],
    ["pass", level("3"), level("1"), "1"],
    ["pass", level("1"), absent, "1"],
    ["fail", level("1"), level("3"), "3"],
    ["fail", absent, absent, "no file sets it: 2"],
    ["error", unknown("permission denied"), level("1"), "permission denied"],
    ["error", level("1"), fileOf("[Tool]\nLevel=1\nLevel=2\n"), ""],
  ])("is a %s by the last file that has it", (wanted, main, ours, found) => {
    const result = verdict(control, "tool.level", host(main, ours));
    expect(result).toMatchObject({ verdict: wanted, ...(found === "" ? {} : { found }) });
  });

  test("is the host's where the profile doesn't say it", () => {
    const input = host(absent, absent, {});
    expect(verdict(control, "tool.level", input).verdict).toBe("not applicable");
    expect(control.desired(input)).toEqual([]);
  });
});
