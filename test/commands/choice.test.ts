import { expect, test } from "vitest";
import { managedBy } from "../../src/commands/gather.ts";

const profile = (sections: object) => ({ name: "p", sections }) as never;
const chosen = (sections: object, { only = [], skip = [] }: { only?: string[]; skip?: string[] } = {}) =>
  managedBy({ profile: profile(sections), only, skip });

test("a section that is switched off is managed: it gives back what was there", () => {
  expect(chosen({ ssh: { enabled: false } })).toMatchObject([{ control: { id: "ssh" }, enabled: false }]);
});

test.each([
  ["a profile without any section", "profile", {}, {}, /^The profile p manages nothing/],
  ["--only and --skip of the same", "usage", { ssh: {} }, { only: ["ssh"], skip: ["ssh"] }, /leave nothing/],
  ["--only of what isn't in the profile", "usage", { ssh: {} }, { only: ["auditd"] }, /leave nothing/],
  ["--only of what is no control", "usage", { ssh: {} }, { only: ["telnet"] }, /^There is no control telnet/],
])("%s is never in sync", (_what, code, sections, choice, message) => {
  expect(() => chosen(sections, choice)).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message) }),
  );
});
