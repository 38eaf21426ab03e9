import { describe, expect, it } from "vitest";
import { type ErrorCode, exitStatus, HardenError } from "../../src/errors.ts";
import type { Profile } from "../../src/profile/profile.ts";
import { managedBy } from "../../src/run/managed.ts";

const profile = (...ids: readonly string[]) =>
  ({
    name: "mine",
    sections: Object.fromEntries(ids.map((id) => [id, { enabled: true, apply: true }])),
  }) as Profile;

function refused(...[choice]: Parameters<typeof managedBy>): { code: ErrorCode; said: string } {
  try {
    managedBy(choice);
  } catch (error) {
    if (error instanceof HardenError)
      return { code: error.code, said: `${error.message} ${error.details.hint}` };
  }
  throw new Error("it was not refused");
}

describe("a choice of controls that leaves nothing is no green host", () => {
  it.each([
    ["a section that the profile doesn't have", ["fail2ban"], []],
    ["a section that is left out again", ["ssh"], ["ssh"]],
    ["all that there is left out", [], ["ssh", "sysctl"]],
  ])("%s: usage, and what the profile has", (_what, only, skip) => {
    const { code, said } = refused({ profile: profile("ssh", "sysctl"), only, skip });
    expect(exitStatus(code)).toBe(64);
    expect(said).toMatch(/leave nothing of the profile mine\. It has ssh, sysctl\./);
  });

  it("a file that was emptied by accident: a bad profile", () => {
    const { code, said } = refused({ profile: profile(), only: [], skip: [] });
    expect(exitStatus(code)).toBe(78);
    expect(said).toMatch(/mine manages nothing: it has no section of a control/);
  });

  it("a section that is switched off is managed: it gives back what was there", () => {
    const off = { name: "mine", sections: { ssh: { enabled: false, apply: true } } } as unknown as Profile;
    const managed = managedBy({ profile: off, only: [], skip: [] });
    expect(managed).toMatchObject([{ control: { id: "ssh" }, mode: "off" }]);
  });

  it("what is left is managed", () => {
    const left = managedBy({ profile: profile("ssh", "sysctl"), only: ["ssh"], skip: [] });
    expect(left.map(({ control }) => control.id)).toEqual(["ssh"]);
  });
});
