/** The text of a profile that a host was found to fit: whatever the host says of itself is a value or a comment. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { profileText } from "../../src/profile/described.ts";
import { hostile } from "../controls/facts.ts";

fc.configureGlobal({ seed: 831610384 });

it("reads as what was found, and no reason is more than a comment", () => {
  fc.assert(
    fc.property(hostile, fc.array(hostile), hostile, (value, list, why) => {
      const text = profileText({
        name: "web1",
        from: ["::/0"],
        sections: [
          { id: "a", params: { value, list, rules: [{ comment: value }] } },
          { id: "b", params: {}, apply: false },
        ],
        leftOut: [
          { control: "c", as: "left out", why },
          { control: "a", as: "managed" },
        ],
      });
      expect(parse(text)).toEqual({
        description: "What web1 is, as harden init found it",
        access: { from: ["::/0"] },
        a: { value, list, rules: [{ comment: value }] },
        b: { apply: false },
      });
      expect(text.split("\n").filter((line) => line.startsWith("# - "))).toHaveLength(1);
    }),
    { numRuns: 300 },
  );
});
