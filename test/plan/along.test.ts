/** What came along with a package goes with it, by which run brought what. */
import { describe, expect, it } from "vitest";
import { debianPackage } from "../../src/facts/files.ts";
import { type Facts, probeKey, type RawFact } from "../../src/facts/probe.ts";
import type { JournalLine, RunFact } from "../../src/facts/runs.ts";
import { changeLine } from "../../src/kinds/index.ts";
import { alongItems, alongUnknown } from "../../src/plan/along.ts";
import { type UndoItem, undoChanges } from "../../src/plan/undo.ts";

const line = (verb: string, object: string, before = "-") =>
  ({ verb, object, before, after: "-", address: "x/y", time: "" }) satisfies JournalLine;
const run = (id: string, journal: readonly JournalLine[], more: Partial<RunFact> = {}) =>
  ({ id, state: "confirmed", journal, ...more }) as RunFact;
const released = (name: string, run: string): UndoItem => ({
  undo: { kind: "package", run, names: [name], asked: [name] },
  owner: { control: "c", address: `c/package:${name}` },
  release: true,
});
const came = (all: readonly RunFact[], items = [released("fail2ban", "a")]) =>
  alongItems(items, all).map(({ undo }) => undo);

const a = run("a", [
  line("install", "fail2ban", "python3-systemd fail2ban"),
  line("install", "updates", "updates"),
]);
const b = run("b", [line("install", "ufw", "iptables ufw")]);

describe("packages that came along", () => {
  it("are each run's own, without what was asked for, when a package is given back", () => {
    expect(came([a, b])).toMatchObject([
      { kind: "package", run: "a", names: ["python3-systemd"], asked: [] },
      { kind: "package", run: "b", names: ["iptables"], asked: [] },
    ]);
  });

  it("are no matter when no package is given back", () => {
    const sysctl: UndoItem = {
      undo: { kind: "sysctl", key: "net.a", before: "0" },
      owner: { control: "c", address: "c/sysctl:net.a" },
      release: true,
    };
    expect(came([a, b], [sysctl])).toEqual([]);
    expect(alongUnknown([sysctl], "why")).toEqual([]);
  });

  it("are not harden's any more when a run has purged them, or was undone, or a later one asked for them", () => {
    const purge = run("p", [line("purge", "fail2ban"), line("purge", "python3-systemd other")]);
    expect(came([a, purge])).toEqual([]);
    expect(came([purge, a])).toHaveLength(1);
    expect(came([{ ...a, undoneBy: "u" }])).toEqual([]);
    expect(came([{ ...a, state: "rolled-back" }])).toEqual([]);
    expect(came([a, run("d", [line("install", "python3-systemd", "python3-systemd")])])).toEqual([]);
  });

  it("are named as not known when the runs could not be read", () => {
    const findings = alongUnknown([released("fail2ban", "a"), released("ufw", "b")], "it took too long");
    expect(findings).toMatchObject([{ control: "c", level: "warn" }]);
    expect(findings[0]?.message).toContain("it took too long");
  });

  it("are purged by name, but what the host or the profile needs", () => {
    const brought = run("a", [line("install", "ufw", "ufw iptables libip liblog")]);
    const present = (text: string): RawFact => ({ state: "present", data: Buffer.from(text) });
    const absent: RawFact = { state: "absent", data: Buffer.alloc(0) };
    const names = ["iptables", "libip", "liblog"];
    const facts: Facts = new Map([
      [probeKey({ collector: "purge_loses", args: ["a", ...names] }), absent] as const,
      ...names.map((name) => [probeKey(debianPackage(name)), present(`${name} 1 ii `)] as const),
      ...names.map((name) => {
        const why = name === "libip" ? present("libip it is needed by b") : absent;
        return [probeKey({ collector: "wanted", args: [`along:${name}`] }), why] as const;
      }),
    ]);
    const items = alongItems([released("ufw", "a")], [brought], new Set(["package:liblog"]));
    const { changes, findings } = undoChanges(items, facts);
    expect(findings).toEqual([]);
    expect(changes.map(changeLine)).toEqual(["purge iptables: after the confirm, unless needed by then"]);
    expect(changes).toMatchObject([
      { control: "c", stage: "finalize", details: ["~ libip stays: it is needed by b"] },
    ]);
    expect(changes[0]?.steps).toEqual([{ verb: "purge", run: "a", packages: ["iptables"] }]);
  });
});
