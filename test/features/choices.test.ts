/** Words are told by their form alone, and what goes with nothing is refused. */
import { describe, expect, it } from "vitest";
import { sidesOf } from "../../src/features/diff/choices.ts";

const [run1, run2] = ["20261125-140007-dc57cfcf", "20261126-140007-dc57cfcf"] as const;

describe("two things", () => {
  it.each([
    ["web1 root@web2:2222", { of: "hosts", hosts: ["web1", "root@web2:2222"] }],
    ["ssh://root@web1 web2", { of: "hosts", hosts: ["ssh://root@web1", "web2"] }],
    [`${run1} ${run2}`, { of: "runs", runs: [run1, run2] }],
    [`web1 ${run1} ${run2}`, { of: "runs", host: "web1", runs: [run1, run2] }],
    ["profile:staging profile:production", { of: "profiles", names: ["staging", "production"] }],
    ["./a b.yml", { of: "profiles", names: ["./a", "b.yml"] }],
    ["profile:staging b.yaml", { of: "profiles", names: ["staging", "b.yaml"] }],
    ["a.json dir/b.json", { of: "audits", files: ["a.json", "dir/b.json"] }],
    ["a.json", { of: "today", file: "a.json" }],
    ["a.json web1", { of: "today", file: "a.json", host: "web1" }],
  ])("are told by their form: %s", (words, sides) => {
    expect(sidesOf(words.split(" "))).toEqual(sides);
  });

  it.each([
    "web1",
    run1,
    `web1 ${run1}`,
    `web1 web2 ${run1}`,
    `web1 web2 web3`,
    "web1 web1",
    "web1 profile:production",
    "web1 a.json",
    "a.json b.yaml",
    "a.json b.json c.json",
    "profile:production",
    "profile: profile:production",
    "@web web1",
    "a.plan web1",
    "-x web1",
    "",
  ])("are refused: %s", (words) => {
    expect(() => sidesOf(words === "" ? [] : words.split(" "))).toThrow(
      expect.objectContaining({ code: "usage" }),
    );
  });
});
