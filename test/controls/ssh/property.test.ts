import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readDirectives } from "../../../src/controls/ssh/config.ts";
import { renderLines } from "../../../src/controls/ssh/layout.ts";
import { type SshParams, sshSchema } from "../../../src/controls/ssh/params.ts";
import { wantedOf } from "../../../src/controls/ssh/wanted.ts";

const lists = {
  allowUsers: "allowusers",
  allowGroups: "allowgroups",
  kexAlgorithms: "kexalgorithms",
  ciphers: "ciphers",
  macs: "macs",
  hostKeyAlgorithms: "hostkeyalgorithms",
} as const;

/** Texts that people and attackers write: near to valid ones, and far from them. */
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
  fc.stringMatching(/^[a-z@.-]{1,12}$/),
  fc
    .tuple(
      fc.constantFrom("bob", "al*", "x@10.0.0.0/8", "curve25519-sha256", ""),
      fc.constantFrom(
        "\n",
        "\r",
        "\0",
        " ",
        "\t",
        "#",
        '"',
        "'",
        "\\",
        ",",
        "{{x}}",
        "$(id)",
        "\u2028",
        "=",
        "",
      ),
      fc.constantFrom("PermitRootLogin yes", "bob", "Match all", ""),
    )
    .map((parts) => parts.join("")),
);

const linesOf = (params: SshParams, whole: boolean) =>
  renderLines({ params, wanted: wantedOf(params, { old: false, effective: undefined }) }, whole);

const plain = readDirectives([
  { path: "/etc/ssh/sshd_config", content: Buffer.from(linesOf(sshSchema.parse({}), true)) },
]);

describe("a string of the profile", () => {
  for (const [field, keyword] of Object.entries(lists)) {
    it(`${field} is refused, or stays one directive with the same words`, () => {
      let taken = 0;
      fc.assert(
        fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), fc.boolean(), (values, whole) => {
          const parsed = sshSchema.safeParse({ [field]: values });
          if (!parsed.success) return;
          taken += 1;
          const content = Buffer.from(linesOf(parsed.data, whole));
          const found = readDirectives([{ path: "/etc/ssh/sshd_config", content }]);
          const own = found.filter((each) => each.keyword === keyword);
          const separator = field.startsWith("allow") ? " " : ",";
          expect(own.map(({ words }) => words.join(" "))).toEqual([values.join(separator)]);
          expect(found.length).toBe(plain.length + 1);
        }),
        { seed: 42, numRuns: 3000 },
      );
      expect(taken).toBeGreaterThan(10);
    });
  }
});
