/** A line holds by what was measured, or by somebody's word that still counts: never by silence. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AnsweredLine, answer, holds } from "../../src/assess/lines.ts";
import type { Assessed } from "../../src/assess/report.ts";
import { lists } from "../../src/audit/checklist.ts";
import { everyCheck } from "../../src/audit/every-check.ts";
import type { Attestation } from "../../src/project/schema.ts";
import { report } from "./report.ts";

const { checklist } = lists;

const today = "2027-01-31";

const check = (id: string, verdict: Assessed["verdict"], more: Partial<Assessed> = {}): Assessed => ({
  ...report({ id, verdict }),
  ...more,
});

/** All checks of a list, each of which passes. */
const good = (lines: readonly AnsweredLine[]) =>
  [...new Set(lines.flatMap(({ checks }) => checks))].map((id) => check(id, "pass"));

const attest = (line: string, more: Partial<Attestation> = {}): Attestation => ({
  line,
  who: "Ops",
  when: "2027-01-01",
  until: "2027-06-30",
  evidence: "TICKET-1",
  ...more,
});

const attestations = checklist.filter(({ attestable }) => attestable).map(({ id }) => attest(id));

describe.each(Object.entries(lists))("the list %s", (_, lines) => {
  it("asks for checks that there are, and has each line once", () => {
    const known = everyCheck.map(({ id }) => id);
    expect(lines.flatMap(({ checks }) => checks).filter((id) => !known.includes(id))).toEqual([]);
    expect(new Set(lines.map(({ id }) => id)).size).toBe(lines.length);
    for (const { checks, must = [] } of lines) expect(checks).toEqual(expect.arrayContaining([...must]));
  });

  it("turns the lines red that a check answers, and no other, where it fails alone", () => {
    const all = good(lines);
    for (const { id } of all)
      for (const verdict of ["fail", "error", "until the next boot"] as const) {
        const one = all.map((each) => (each.id === id ? { ...each, verdict } : each));
        const open = answer(lines, { checks: one, attestations, today }).filter((line) => !holds(line));
        const own = lines.filter(({ checks }) => checks.includes(id)).map((line) => line.id);
        expect(
          open.map((line) => line.id),
          id,
        ).toEqual(own);
      }
  });

  it("never holds for a check that nobody has looked at", () => {
    const all = good(lines);
    expect(answer(lines, { checks: all, attestations, today }).every(holds)).toBe(true);
    fc.assert(
      fc.property(fc.nat(all.length - 1), (at) => {
        const rest = all.filter((_, place) => place !== at);
        const open = answer(lines, { checks: rest, attestations: [], today }).filter((line) => !holds(line));
        const line = lines.find(({ checks }) => checks.includes(all[at]!.id))!;
        expect(open.map(({ id }) => id)).toContain(line.id);
      }),
      { seed: 287603798 },
    );
  });
});

/** Checks of a control that can fail while the sentence of a line about it stays true. */
const besides = [
  ["server.updates", "updates", ["mail", "origins-only", "pending", "reboot", "restart"]],
  ["server.fail2ban", "fail2ban", []],
  ["server.audit-logging", "auditd", ["backlog", "immutable"]],
  [
    "server.firewall",
    "firewall",
    ["default-outgoing", "loopback", "replies", "rules", "ssh-from-anywhere", "ssh-open"],
  ],
  ["deployed.firewall", "firewall", ["other-rules", "ssh-from-anywhere"]],
] as const;

it.each(besides)("the line %s fails with each check of %s that makes it untrue", (id, control, others) => {
  const own = everyCheck.map((check) => check.id).filter((check) => check.startsWith(`${control}.`));
  const answering = Object.values(lists)
    .flat()
    .find((line) => line.id === id)!.checks;
  const silent = own.filter((check) => !answering.includes(check));
  expect(silent.sort()).toEqual(others.map((name) => `${control}.${name}`));
});

it("the lines of ssh's logins fail with each other way in", () => {
  const names = [
    "password-authentication",
    "keyboard-interactive",
    "gssapi",
    "host-based",
    "empty-passwords",
  ];
  for (const line of [...lists.checklist, ...lists["after-deploy"]])
    if (["server.ssh-keys", "deployed.ssh"].includes(line.id))
      expect(line.checks, line.id).toEqual(expect.arrayContaining(names.map((name) => `ssh.${name}`)));
});

describe("a line", () => {
  const line: AnsweredLine = { id: "x.y", section: "x", says: "y", checks: ["a.b", "a.c"] };
  const one = (
    checks: readonly Assessed[],
    more: Partial<AnsweredLine> = {},
    words: readonly Attestation[] = [],
  ) => answer([{ ...line, ...more }], { checks, attestations: words, today })[0]!;

  it("that is beside the point holds, and says so", () => {
    expect(one([check("a.b", "not applicable"), check("a.c", "not applicable")]).verdict).toBe(
      "not applicable",
    );
    expect(one([check("a.b", "pass"), check("a.c", "not applicable")]).verdict).toBe("pass");
  });

  it("that is waived holds, and says until when", () => {
    const waiver = { state: "waived", reason: "old", owner: "Ops", until: "2027-03-01" } as const;
    const found = one([check("a.b", "fail", { waiver }), check("a.c", "pass")]);
    expect(found).toMatchObject({ verdict: "waived", evidence: [{ waived: "until 2027-03-01: old" }, {}] });
    const over = one([
      check("a.b", "fail", { waiver: { ...waiver, state: "expired" } }),
      check("a.c", "pass"),
    ]);
    expect(over.verdict).toBe("fail");
  });

  it("counts advice: that is what the list is for", () => {
    expect(one([check("a.b", "fail", { role: "advice" }), check("a.c", "pass")]).verdict).toBe("fail");
  });

  it("is answered by a person only where no check says otherwise", () => {
    const more = { attestable: true, must: ["a.b"] } as const;
    const na = [check("a.b", "not applicable"), check("a.c", "pass")];
    expect(one(na, more).verdict).toBe("not measured");
    expect(one(na, more).remedy).toContain("an attestation of x.y in harden.yaml");
    expect(one(na, more, [attest("x.y")])).toMatchObject({
      verdict: "attested",
      attestation: { who: "Ops" },
    });
    expect(one(na, more, [attest("x.z")]).verdict).toBe("not measured");
    expect(one([check("a.b", "fail"), check("a.c", "pass")], more, [attest("x.y")]).verdict).toBe("fail");
    expect(one([check("a.b", "error"), check("a.c", "pass")], more, [attest("x.y")]).verdict).toBe(
      "not measured",
    );
    expect(one(na, {}, [attest("x.y")]).verdict).toBe("pass");
  });

  it.each([
    ["2027-01-30", "2026-01-01", "fail", "was good until 2027-01-30"],
    ["2027-01-31", "2026-01-01", "attested", undefined],
    ["2027-06-30", "2027-02-01", "fail", "begins on 2027-02-01"],
  ])("with an attestation until %s, of %s: %s", (until, when, verdict, said) => {
    const found = one([], { checks: [], attestable: true }, [attest("x.y", { until, when })]);
    expect(found.verdict).toBe(verdict);
    if (said !== undefined) expect(found.remedy).toContain(said);
  });
});
