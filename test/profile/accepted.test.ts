/** What a profile accepts of a host's inventory: read again as it was written, and never what opens everything. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { kindNames } from "../../src/controls/privileges/kind-names.ts";
import { isAcceptable } from "../../src/controls/privileges/params.ts";
import { privileges } from "../../src/controls/privileges.ts";
import { acceptingText, whyByHand } from "../../src/profile/accepted.ts";

const parts = {
  name: "web1",
  from: ["0.0.0.0/0"],
  sections: [{ id: "ssh", params: { port: 22 } }],
  leftOut: [
    { control: "privileges", as: "left out", why: "a person's" },
    { control: "daemon", as: "left out", why: "there is none" },
  ],
};

describe("a profile that accepts entries", () => {
  it("has each name as the host had it, whatever YAML makes of such a word, and no other section is touched", () => {
    const name = fc
      .oneof(
        fc.string({ unit: "binary", maxLength: 30 }),
        fc.constantFrom("- a: b", "no", "~", "#x", "{}", "a\\x0ab"),
      )
      .filter(isAcceptable);
    const entries = fc.array(fc.record({ kind: fc.constantFrom(...kindNames), name }), { minLength: 1 });
    fc.assert(
      fc.property(entries, (all) => {
        const { privileges: section, ...rest } = parse(acceptingText(parts, privileges.id, all));
        const { accepted } = privileges.schema.parse(section) as { accepted: Record<string, string[]> };
        for (const kind of kindNames)
          expect(accepted[kind]).toEqual(all.filter((each) => each.kind === kind).map((each) => each.name));
        expect(rest).toEqual({
          description: "What web1 is, as harden init found it",
          access: { from: ["0.0.0.0/0"] },
          ssh: { port: 22 },
        });
      }),
      { seed: 220_101 },
    );
  });

  it("has the section once, and says what is left out", () => {
    const sections = [...parts.sections, { id: privileges.id, params: {} }];
    const text = acceptingText({ ...parts, sections }, privileges.id, [
      { kind: "jobs", name: "/etc/cron.d/a" },
    ]);
    expect(text).toContain("# - daemon: there is none");
    expect(text.match(/^privileges:/gm)).toHaveLength(1);
  });
});

describe("an entry that harden never writes", () => {
  const unexplained = [
    { kind: "root-accounts", name: "toor" },
    { kind: "empty-passwords", name: "guest" },
    { kind: "logins", name: "deploy" },
  ];
  const isByHand = (kind: string, name: string) => whyByHand({ kind, name }, unexplained) !== undefined;

  it("is a second root, an empty password, a range of others' numbers, preload, sudo for everybody, a changed file, and an unsigned source", () => {
    const kinds = kindNames.filter((kind) => isByHand(kind, "x"));
    expect(kinds).toEqual([
      ...["root-accounts", "empty-passwords", "subordinate-ids"],
      ...["sudo-for-everybody", "preload", "changed-files", "package-sources"],
    ]);
  });

  it("is a login or a key of such an account, too, and of no other", () => {
    expect(isByHand("logins", "toor")).toBe(true);
    expect(isByHand("login-keys", "guest SHA256:x")).toBe(true);
    expect(isByHand("logins", "deploy")).toBe(false);
    expect(isByHand("login-keys", "toorx SHA256:x")).toBe(false);
    expect(isByHand("jobs", "toor")).toBe(false);
  });
});
