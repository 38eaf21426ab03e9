/** What two things differ in: nothing of itself, and the other way round what it is this way. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { apart, auditsApart, hostsApart, runsApart } from "../../src/assess/differences.ts";
import type { RunFact } from "../../src/facts/runs.ts";
import type { HostEntry, HostList } from "../../src/plan/control.ts";
import { redactAll } from "../../src/secrets/index.ts";
import { report } from "./report.ts";

const maps = fc
  .dictionary(fc.constantFrom("a", "b", "c", "d"), fc.constantFrom("1", "2"))
  .map((object) => new Map(Object.entries(object)));
const seed = { seed: 4711 };

describe("two sides", () => {
  it("are apart in what either has otherwise or alone, and in nothing else", () => {
    fc.assert(
      fc.property(maps, maps, (a, b) => {
        const told = apart("host", a, b);
        const rebuilt = new Map<string, string>(a);
        for (const { name, b: value } of told)
          value === undefined ? rebuilt.delete(name) : rebuilt.set(name, value);
        expect(new Map([...rebuilt].sort())).toEqual(new Map([...b].sort()));
        expect(told.length).toBeLessThanOrEqual(new Set([...a.keys(), ...b.keys()]).size);
        expect(apart("host", a, a)).toEqual([]);
        const turned = apart("host", b, a).map(({ a, b, ...rest }) => ({ ...rest, a: b, b: a }));
        const byName = (one: { name: string }, other: { name: string }) => (one.name < other.name ? -1 : 1);
        expect(turned.sort(byName)).toEqual(
          told.map((each) => ({ a: undefined, b: undefined, ...each })).sort(byName),
        );
      }),
      seed,
    );
  });
});

const host = {
  hostname: "web1",
  machineId: "1",
  bootId: "2",
  distro: "debian",
  version: "13",
  codename: "trixie",
  kernel: "6.12",
  architecture: "amd64",
  systemd: true,
  container: "none",
  uid: 0,
};
const profile = { name: "web", digest: "d1" };

describe("two hosts", () => {
  const one = { host, profile, changes: [], checks: [report()] };

  it("are the same whatever they are called", () => {
    expect(
      hostsApart(one, { ...one, host: { ...host, hostname: "web2", machineId: "9", bootId: "9" } }),
    ).toEqual([]);
  });

  it("differ in what they are, are to be, would be changed in, and show", () => {
    const other = {
      host: { ...host, kernel: "6.1" },
      profile: { ...profile, digest: "d2" },
      changes: [{ address: "ssh/file:/etc/ssh/x", action: "create" as const }],
      checks: [report({ verdict: "pass", found: "" })],
    };
    expect(
      hostsApart(one, other).map(({ of, name, a = "-", b = "-" }) => `${of} ${name}: ${a} → ${b}`),
    ).toEqual([
      "host kernel: 6.12 → 6.1",
      "profile digest: d1 → d2",
      "change ssh/file:/etc/ssh/x: - → create",
      expect.stringMatching(/^check firewall\.other-rules of 8080\/tcp from anywhere: fail \(.*\) → pass$/),
    ]);
  });
});

it("what a passing check found is no password to the redactor", () => {
  const apart = (found: string) => ({
    host,
    profile,
    changes: [],
    checks: [report({ verdict: "pass", found })],
  });
  const differences = hostsApart(apart("8 files, as expected"), apart("2 files, as expected"));
  expect(redactAll(differences)).toEqual(differences);
  expect(differences).toMatchObject([{ a: "pass (8 files, as expected)", b: "pass (2 files, as expected)" }]);
});

describe("two audits", () => {
  it("differ by verdicts, and not by what was found", () => {
    const then = { machineId: "1", checks: [report({ found: "since 3 days" })] };
    expect(auditsApart(then, { machineId: "1", checks: [report({ found: "since 4 days" })] })).toEqual([]);
    const waived = { ...report(), waiver: { state: "waived" as const } };
    expect(auditsApart(then, { machineId: "2", checks: [waived] })).toMatchObject([
      { name: "machine id", a: "1", b: "2" },
      { a: "fail", b: "waived fail" },
    ]);
  });
});

describe("two inventories", () => {
  const entry = (name: string, by?: string) => ({
    kind: "jobs",
    name,
    about: `${name} is odd`,
    ...(by === undefined ? {} : { by }),
  });
  const side = (entries: readonly HostEntry[], unread: HostList["unread"] = []) => ({
    inventory: { entries, unread },
  });
  type Side = { readonly inventory?: HostList };
  const shown = (a: Side, b: Side) => {
    const audits = auditsApart({ checks: [], ...a }, { checks: [], ...b });
    const own = { host, profile, changes: [], checks: [] };
    expect(hostsApart({ ...own, ...a }, { ...own, ...b })).toEqual(audits);
    return audits.map(({ of, name, a = "-", b = "-" }) => `${of} ${name}: ${a} → ${b}`);
  };

  it("differ in entries and in what explains them, of hosts and of audits alike", () => {
    expect(
      shown(side([entry("/a"), entry("/b", "its package")]), side([entry("/b"), entry("/c", "x")])),
    ).toEqual([
      "entry jobs /a: unexplained: /a is odd → -",
      "entry jobs /b: explained by its package → unexplained: /b is odd",
      "entry jobs /c: - → explained by x",
    ]);
    expect(shown(side([entry("/a")]), side([entry("/a")]))).toEqual([]);
  });

  it("are not known to lack what could not be read", () => {
    const unread = [{ kind: "jobs", why: "no answer" }];
    expect(shown(side([entry("/a")]), side([], unread))).toEqual([
      "entry jobs /a: unexplained: /a is odd → not known",
    ]);
    expect(shown(side([entry("/a")]), side([], [{ kind: "units", why: "x" }]))).toEqual([
      "entry jobs /a: unexplained: /a is odd → -",
    ]);
  });

  it("are told by their number where the other side has none", () => {
    expect(shown(side([entry("/a")]), {})).toEqual(["entry inventory: entries: 1 → -"]);
    expect(shown({}, {})).toEqual([]);
  });
});

describe("two runs", () => {
  const run = (number: number, more: Partial<RunFact> = {}): RunFact => ({
    id: `r${number}`,
    number,
    state: "confirmed",
    time: "t",
    who: "a@b",
    profile: "web",
    digest: "d",
    commit: "c",
    dirty: false,
    asked: "",
    result: "",
    notes: [],
    journal: [],
    ...more,
  });
  const line = (object: string, before: string, after: string) => ({
    time: "t",
    address: `x/file:${object}`,
    verb: "file",
    object,
    before,
    after,
  });
  const first = run(1, { journal: [line("/a", "absent", "0")] });
  const second = run(2, { journal: [line("/a", "0", "1"), line("/b", "absent", "1")] });
  const failed = run(3, { state: "rolled-back", journal: [line("/c", "0", "1")] });
  const third = run(4, { journal: [line("/a", "1", "2"), line("/b", "1", "absent"), line("/a", "2", "3")] });
  const all = [first, second, failed, third];
  const shown = (a: RunFact, b: RunFact) =>
    runsApart(all, a, b).map(({ of, name, a = "-", b = "-" }) => `${of} ${name}: ${a} → ${b}`);

  it("differ in what was changed after the one, up to the other; what was rolled back or taken back again is not told", () => {
    expect(shown(first, third)).toEqual(["thing file /a: 0 → 3"]);
    expect(shown(third, first)).toEqual(["thing file /a: 3 → 0"]);
    expect(shown(second, third)).toEqual(["thing file /a: 1 → 3", "thing file /b: 1 → absent"]);
    expect(shown(third, third)).toEqual([]);
  });

  it("differ in who made them of what", () => {
    const other = run(5, { who: "c@d", digest: "e" });
    expect(runsApart([...all, other], third, other)).toMatchObject([{ name: "who" }, { name: "digest" }]);
  });
});
