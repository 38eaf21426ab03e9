import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Control } from "../../src/controls/control.ts";
import { sysctl, unit } from "../../src/facts/files.ts";
import { type Facts, probeKey, type RawFact, readFact, valueOr } from "../../src/facts/probe.ts";
import type { JournalLine, RunFact } from "../../src/facts/runs.ts";
import { quoteAll } from "../../src/host/quote.ts";
import { itemsOf } from "../../src/plan/journal.ts";
import { owned, toRelease, unknownToRelease, unquote } from "../../src/plan/owned.ts";
import { undoChanges } from "../../src/plan/undo.ts";

const line = (
  verb: string,
  object: string,
  [before, after]: readonly [string, string],
  backup?: number,
): JournalLine => ({
  time: "",
  address: `x/${verb}:${object}`,
  verb,
  object,
  before,
  after,
  ...(backup === undefined ? {} : { backup }),
});
const run = (journal: readonly JournalLine[], more: Partial<RunFact> = {}) =>
  ({ id: "r", state: "confirmed", profile: "production", journal, ...more }) as RunFact;
const history = (...all: readonly RunFact[]) => ({
  all,
  rollback: (id: string) => `harden rollback web1 ${id}`,
});
const present = (text: string): RawFact => ({ state: "present", data: Buffer.from(text) });

describe("a run's journal", () => {
  it("is one undo a thing: from how it was first to how it was left", () => {
    const { items } = itemsOf(
      run([line("sysctl", "net.a", ["0", "1"]), line("sysctl", "net.a", ["1", "2"])]),
      history(),
    );
    expect(items).toMatchObject([{ undo: { kind: "sysctl", key: "net.a", before: "0", after: "2" } }]);
  });

  it("says what can't be undone", () => {
    expect(itemsOf(run([line("audit-lock", "kernel", ["1", "2"])]), history()).findings).toMatchObject([
      { id: "undo.lasting", level: "warn" },
    ]);
  });

  it("that purged a package can't be undone by a rollback, which installs nothing", () => {
    const { findings } = itemsOf(run([line("purge", "fail2ban", ["fail2ban=1", "absent"])]), history());
    expect(findings).toMatchObject([{ id: "undo.purged", level: "block" }]);
    expect(findings[0]?.message).toContain("fail2ban");
  });

  it("knows which later run changed the same thing, unless that was undone; an undo is named last", () => {
    const first = run([line("sysctl", "net.a", ["0", "1"])]);
    const later = (id: string, more: Partial<RunFact> = {}) =>
      run([line("sysctl", "net.a", ["1", "2"])], { id, ...more });
    const named = (...more: readonly RunFact[]) =>
      itemsOf(first, history(first, ...more)).items.map((item) => item.later?.run);
    expect(named()).toEqual([undefined]);
    expect(named(later("s"), later("t"))).toEqual(["t"]);
    expect(named(later("s"), later("t", { undoneBy: "u" }))).toEqual(["s"]);
    expect(named(later("s", { state: "rolled-back" }))).toEqual([undefined]);
    expect(named(later("s"), later("u", { undoes: "s" }))).toEqual(["s"]);
    expect(named(later("u", { undoes: "q" }))).toEqual(["u"]);
    expect(named(run([line("sysctl", "net.b", ["1", "2"])], { id: "s" }))).toEqual([undefined]);
  });

  it("takes a later run and its undo for no change: what is left then is of a run that was pruned, or somebody's", () => {
    const first = run([line("sysctl", "net.a", ["0", "1"])]);
    const second = run([line("sysctl", "net.a", ["3", "2"])], { id: "s", undoneBy: "u" });
    const undo = run([line("sysctl", "net.a", ["2", "3"])], { id: "u", undoes: "s" });
    const { items } = itemsOf(first, history(first, second, undo));
    expect(items.map((each) => each.later)).toEqual([undefined]);
    const facts: Facts = new Map([[probeKey(sysctl("net.a")), present("3")]]);
    const [finding] = undoChanges(items, facts).findings;
    expect(finding?.message).toContain("by no run that this host remembers");
    expect(finding?.hint).toContain("`enabled: false` in the profile's x gives back the original");
  });
});

describe("undoing", () => {
  const item = (after?: string) => ({
    undo: { kind: "sysctl" as const, key: "net.a", before: "0", ...(after === undefined ? {} : { after }) },
    owner: { control: "x", address: "x/sysctl:net.a" },
    release: false,
  });
  const facts = (value: string): Facts => new Map([[probeKey(sysctl("net.a")), present(value)]]);

  it("sets a live value back, and has nothing to do where it is back already", () => {
    expect(undoChanges([item("1")], facts("1")).changes).toMatchObject([{ before: "1", after: "0" }]);
    expect(undoChanges([item("1")], facts("0"))).toEqual({ changes: [], findings: [] });
  });

  it("refuses what somebody changed since, and names it", () => {
    expect(undoChanges([item("1")], facts("7"))).toMatchObject({
      changes: [],
      findings: [{ level: "block", message: expect.stringContaining("net.a") }],
    });
  });

  it("names the later run of ours that changed it, and what to do first", () => {
    const later = { run: "s", command: "harden rollback web1 s" };
    const [finding] = undoChanges([{ ...item("1"), later }], facts("7")).findings;
    expect(finding?.message).toMatch(/^net\.a .* by run s\.$/);
    expect(finding?.hint).toBe("Roll that back first: harden rollback web1 s");
    expect(undoChanges([item("1")], facts("7")).findings[0]?.message).toContain(
      "by no run that this host remembers",
    );
  });

  it("leaves it to systemd whether sshd runs where that listens for it, and has it read its files anew", () => {
    const undo = { kind: "service" as const, unit: "ssh.service", enabled: "disabled" };
    const steps = (active: string, more: object) => {
      const unitFacts: Facts = new Map(
        [
          ["ssh.service", active],
          ["ssh.socket", "active"],
        ].map(([id = "", state]) => [
          probeKey(unit(id)),
          present(`Id=${id}\nActiveState=${state}\nUnitFileState=disabled\n`),
        ]),
      );
      const one = {
        undo: { ...undo, ...more },
        owner: { control: "x", address: "x/service:ssh.service" },
        release: false,
      } as Parameters<typeof undoChanges>[0][number];
      return undoChanges([one], unitFacts).changes.flatMap(({ steps: all }) => all);
    };
    expect(steps("active", { active: "inactive" })).toEqual([]);
    expect(steps("inactive", { active: "active" })).toEqual([]);
    expect(steps("active", { active: "active", refresh: "reload" })).toMatchObject([
      { operation: "restart" },
    ]);
  });

  it("stops a service that the run had started, and leaves others alone", () => {
    const undo = { kind: "service" as const, unit: "a.service", enabled: "disabled", active: "inactive" };
    const unitFacts: Facts = new Map([
      [probeKey(unit("a.service")), present("Id=a.service\nActiveState=active\nUnitFileState=enabled\n")],
    ]);
    const { changes } = undoChanges(
      [{ undo, owner: { control: "x", address: "x/service:a.service" }, release: false }],
      unitFacts,
    );
    expect(changes[0]?.steps).toMatchObject([{ operation: "disable" }, { operation: "stop" }]);
  });
});

describe("a service that somebody has masked since", () => {
  const undone = (active: string, now: string) => {
    const undo = { kind: "service" as const, unit: "a.service", enabled: "enabled", active };
    const facts: Facts = new Map([
      [probeKey(unit("a.service")), present(`Id=a.service\nActiveState=${now}\nUnitFileState=masked\n`)],
    ]);
    return undoChanges(
      [{ undo, owner: { control: "x", address: "x/service:a.service" }, release: false }],
      facts,
    );
  };

  it("is not started by an undo, which says so before anything changes", () => {
    expect(undone("active", "inactive")).toMatchObject({
      changes: [],
      findings: [{ level: "block", hint: expect.stringContaining("systemctl unmask a.service") }],
    });
  });

  it("can be stopped", () => {
    expect(undone("inactive", "active").changes[0]?.steps).toMatchObject([{ operation: "stop" }]);
  });
});

describe("the manifest", () => {
  it("reads back every word that was quoted into it", () => {
    const word = fc.string({ unit: fc.constantFrom("a", "'", "\\", " ", "$", "`", '"', "ü") });
    fc.assert(
      fc.property(fc.array(word), (words) => {
        expect(unquote(quoteAll(words))).toEqual(words);
      }),
      { seed: 11 },
    );
  });

  it("gives each thing with its control, its run and its original", () => {
    const text = `x/file:/a\tx\tr\t${quoteAll(["file", "/a", "r", "1", "absent"])}\n.\n`;
    const fact = readFact(new Map([[probeKey(owned), present(text)]]), owned);
    expect(fact).toMatchObject({
      state: "present",
      value: [{ address: "x/file:/a", undo: { kind: "file", path: "/a", backup: 1, before: "absent" } }],
    });
  });

  it("has an entry that another version wrote as unknown, and only that one", () => {
    const text = `x/file:/a\tx\tr\t'mode' '/a' 'absent'\nx/y\tx\tr\t'teleport'\n.\n`;
    const fact = readFact(new Map([[probeKey(owned), present(text)]]), owned);
    const all = valueOr(fact, []);
    expect(all.map(({ undo }) => undo.kind)).toEqual(["mode", "unknown"]);
    const off = [{ control: { id: "x" } as Control, params: {}, mode: "off" as const }];
    expect(toRelease(off, all).map(({ owner }) => owner.address)).toEqual(["x/file:/a"]);
    expect(unknownToRelease(off, all)).toMatchObject([
      { id: "undo.unknown", level: "block", message: expect.stringContaining("x/y") },
    ]);
  });

  it("without its end line is unknown as a whole, never shorter", () => {
    for (const text of ["", "x/file:/a\tx\tr\t'mode' '/a' 'absent'\n"]) {
      expect(readFact(new Map([[probeKey(owned), present(text)]]), owned).state).toBe("unknown");
    }
  });
});
