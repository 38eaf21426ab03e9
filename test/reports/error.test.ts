/** What failed on several hosts: each is named, and what to do is said once. */
import { describe, expect, it } from "vitest";
import { HardenError } from "../../src/errors.ts";
import { errorText, errorTexts } from "../../src/reports/error.ts";

const dead = (target: string) => ({
  target,
  error: new HardenError("connect", `${target} refuses connections`, { hint: "Is sshd there?" }),
});

describe("failures of several hosts", () => {
  it("that have one remedy are a line each, and the remedy once", () => {
    const other = { target: "db1", error: new HardenError("host", "No rights", { hostState: "as it was" }) };
    expect(errorTexts([dead("web1"), other, dead("web2")])).toEqual([
      "harden: web1 refuses connections\nharden: web2 refuses connections\n  next: Is sshd there?",
      "harden: db1: No rights\n  host: as it was",
    ]);
  });

  it("of one are as they are alone", () => {
    const { target, error } = dead("web1");
    expect(errorTexts([{ target, error }])).toEqual([errorText(error, target)]);
    expect(errorTexts([])).toEqual([]);
  });
});
