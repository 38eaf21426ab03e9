import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { debianPackage, file, stat, sysctl, unit } from "../../src/facts/files.ts";
import { unquote } from "../../src/facts/manifest.ts";
import { type Facts, probeKey, type RawFact, readFact, valueOr } from "../../src/facts/probe.ts";
import { rules } from "../../src/facts/rules.ts";
import type { JournalLine, RunFact } from "../../src/facts/runs.ts";
import { look } from "../../src/kinds/file.ts";
import { changeLine } from "../../src/kinds/index.ts";
import type { Control } from "../../src/plan/control.ts";
import { itemsOf } from "../../src/plan/journal.ts";
import { owned, toRelease, unknownToRelease } from "../../src/plan/owned.ts";
import { undoChanges } from "../../src/plan/undo.ts";
import { quoteAll } from "../../src/quote.ts";

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
  rollbackTo: (id: string) => `harden rollback web1 --to ${id}`,
});
const absent: RawFact = { state: "absent", data: Buffer.alloc(0) };
const unknown: RawFact = { state: "unknown", data: Buffer.from("why") };
const present = (text: string): RawFact => ({ state: "present", data: Buffer.from(text) });

describe("a run's journal", () => {
  it("is one undo a thing: from how it was first to how it was left", () => {
    const { items } = itemsOf(
      [run([line("sysctl", "net.a", ["0", "1"]), line("sysctl", "net.a", ["1", "2"])])],
      history(),
    );
    expect(items).toMatchObject([{ undo: { kind: "sysctl", key: "net.a", before: "0", after: "2" } }]);
  });

  it("purges what it brought, each by its name, but what others have come to need", () => {
    const installed = ["ufw", "iptables", "libip"];
    const { items } = itemsOf(
      [run([{ ...line("install", "ufw", [installed.join(" "), "-"]), address: "x/package:ufw" }])],
      history(),
    );
    const factsWith = (wanted: Readonly<Record<string, RawFact>>, loses = absent): Facts =>
      new Map([
        [probeKey({ collector: "purge_loses", args: ["r", ...installed] }), loses] as const,
        ...installed.map((name) => [probeKey(debianPackage(name)), present(`${name} 1 ii `)] as const),
        ...["own:ufw", "along:iptables", "along:libip"].map(
          (word) => [probeKey({ collector: "wanted", args: [word] }), wanted[word] ?? absent] as const,
        ),
      ]);
    const [all] = undoChanges(items, factsWith({})).changes;
    expect(changeLine(all!)).toBe("purge ufw, iptables, libip: after the confirm, unless needed by then");
    expect(all).toMatchObject({ stage: "finalize", steps: [{ verb: "purge", packages: installed }] });
    const [some] = undoChanges(
      items,
      factsWith({ "along:libip": present("libip it is needed by b") }),
    ).changes;
    expect(some).toMatchObject({
      details: ["~ libip stays: it is needed by b"],
      steps: [{ verb: "purge", packages: ["ufw", "iptables"] }],
    });
    for (const fact of [present("ufw it is needed by b"), unknown])
      expect(undoChanges(items, factsWith({ "own:ufw": fact }))).toMatchObject({
        changes: [],
        findings: [{ id: "undo.changed", level: "block" }],
      });
  });

  it("blocks a purge, with the paths, when somebody has changed what would go with the packages", () => {
    const { items } = itemsOf([run([line("install", "ufw", ["ufw iptables", "-"])])], history());
    const withLoses = (loses: RawFact): Facts =>
      new Map([
        ...["ufw", "iptables"].map(
          (name) => [probeKey(debianPackage(name)), present(`${name} 1 ii `)] as const,
        ),
        [probeKey({ collector: "wanted", args: ["own:ufw"] }), absent] as const,
        [
          probeKey({ collector: "wanted", args: ["along:iptables"] }),
          present("iptables it is needed by b"),
        ] as const,
        [probeKey({ collector: "purge_loses", args: ["r", "ufw", "iptables"] }), loses] as const,
      ]);
    for (const loses of [unknown, present("ufw /etc/ufw/my own\nufw /etc/ufw/a\n")])
      expect(undoChanges(items, withLoses(loses))).toMatchObject({
        changes: [],
        findings: [{ id: "undo.changed", level: "block" }],
      });
    expect(
      undoChanges(items, withLoses(present("ufw /etc/ufw/my own\nufw /etc/ufw/a\n"))).findings[0]?.message,
    ).toContain(": /etc/ufw/my own, /etc/ufw/a.");
    // That of a package that stays stays with it.
    expect(undoChanges(items, withLoses(present("iptables /etc/iptables/a\n"))).changes).toHaveLength(1);
  });

  it("says what can't be undone", () => {
    expect(itemsOf([run([line("audit-lock", "kernel", ["1", "2"])])], history()).findings).toMatchObject([
      { id: "undo.lasting", level: "warn" },
    ]);
  });

  it("that purged a package can't be undone by a rollback, which installs nothing", () => {
    const { findings } = itemsOf([run([line("purge", "fail2ban", ["fail2ban=1", "absent"])])], history());
    expect(findings).toMatchObject([{ id: "undo.purged", level: "block" }]);
    expect(findings[0]?.message).toContain("fail2ban");
    // That profile has taken it away.
    expect(findings[0]?.hint).not.toContain("production");
  });

  it("knows which later run changed the same thing, unless that was undone; an undo is named last", () => {
    const first = run([line("sysctl", "net.a", ["0", "1"])]);
    const later = (id: string, more: Partial<RunFact> = {}) =>
      run([line("sysctl", "net.a", ["1", "2"])], { id, ...more });
    const named = (...more: readonly RunFact[]) =>
      itemsOf([first], history(first, ...more)).items.map((item) => item.later?.run);
    expect(named()).toEqual([undefined]);
    expect(named(later("s"), later("t"))).toEqual(["t"]);
    expect(named(later("s"), later("t", { undoneBy: "u" }))).toEqual(["s"]);
    expect(named(later("s", { state: "rolled-back" }))).toEqual([undefined]);
    expect(named(later("s"), later("u", { undoes: ["s"] }))).toEqual(["s"]);
    expect(named(later("u", { undoes: ["q"] }))).toEqual(["u"]);
    expect(named(run([line("sysctl", "net.b", ["1", "2"])], { id: "s" }))).toEqual([undefined]);
  });

  it("takes a later run and its undo for no change: what is left then is of a run that was pruned, or somebody's", () => {
    const first = run([line("sysctl", "net.a", ["0", "1"])]);
    const second = run([line("sysctl", "net.a", ["3", "2"])], { id: "s", undoneBy: "u" });
    const undo = run([line("sysctl", "net.a", ["2", "3"])], { id: "u", undoes: ["s"] });
    const { items } = itemsOf([first], history(first, second, undo));
    expect(items.map((each) => each.later)).toEqual([undefined]);
    const facts: Facts = new Map([[probeKey(sysctl("net.a")), present("3")]]);
    const [finding] = undoChanges(items, facts).findings;
    expect(finding?.message).toContain("by no run that this host remembers");
    expect(finding?.hint).toContain("`enabled: false` in the profile's x gives back the original");
  });
});

describe("runs that are undone together", () => {
  const of = (...newestFirst: readonly RunFact[]) => itemsOf(newestFirst, history());

  it("are one undo a thing: as the oldest found it, from how the newest left it, and of each kind", () => {
    const file = (before: string, after: string, backup: number) =>
      line("file", "/a", [`file ${before} 0644 root root`, `file ${after} 0644 root root`], backup);
    const older = run([
      file("A", "B", 1),
      line("sysctl", "net.a", ["0", "1"]),
      line("mode", "/m", ["file X 0644 root root", "file X 0600 root root"]),
      line("service-enable", "a.service", ["disabled inactive", "enabled inactive"]),
      line("install", "ufw", [" ufw iptables", "ufw=1"]),
      line("firewall-enable", "ufw", ["inactive", "active"]),
      line("audit-rules", "kernel", ["0 rules", "9 rules"]),
      line("group", "g", ["absent", "900"]),
    ]);
    const newer = run(
      [
        file("B", "C", 2),
        line("sysctl", "net.a", ["1", "2"]),
        line("sysctl", "net.b", ["5", "6"]),
        line("mode", "/m", ["file Y 0600 root root", "file Y 0400 root root"]),
        line("service-reload", "a.service", ["enabled active", "enabled active"]),
        line("install", "ufw", [" libip", "libip=1"]),
        line("firewall-load", "ufw", ["active", "active"]),
        line("audit-rules", "kernel", ["9 rules", "8 rules"]),
      ],
      { id: "s" },
    );
    const { items, findings } = of(newer, older);
    expect(findings).toEqual([]);
    expect(items.map(({ undo }) => undo)).toEqual([
      {
        kind: "file",
        path: "/a",
        run: "r",
        backup: 1,
        before: "file A 0644 root root",
        after: "file C 0644 root root",
      },
      { kind: "sysctl", key: "net.a", before: "0", after: "2" },
      { kind: "mode", path: "/m", before: "file X 0644 root root", after: "file Y 0400 root root" },
      { kind: "service", unit: "a.service", enabled: "disabled", active: "inactive", refresh: "reload" },
      { kind: "package", run: "r", names: ["ufw", "iptables", "libip"], asked: ["ufw"] },
      { kind: "firewall", before: "inactive" },
      { kind: "audit-rules" },
      { kind: "group", name: "g", gid: 900, was: "absent" },
      { kind: "sysctl", key: "net.b", before: "5", after: "6" },
    ]);
  });

  it("are refused where somebody changed a thing between them, which would be lost", () => {
    const between = (verb: string, [a, b, c, d]: readonly [string, string, string, string]) =>
      of(run([line(verb, "x", [c, d])], { id: "s" }), run([line(verb, "x", [a, b])]));
    for (const { items, findings } of [
      between("sysctl", ["0", "1", "7", "2"]),
      between("file", ["absent", "file A 0644 r r", "file B 0644 r r", "absent"]),
      between("mode", ["file A 0644 r r", "file A 0600 r r", "file A 0640 r r", "file A 0600 r r"]),
    ]) {
      expect(items).toEqual([]);
      expect(findings).toMatchObject([
        {
          id: "undo.changed",
          level: "block",
          message: "x was changed between the runs r and s, by no run that this host remembers.",
          hint: "What the newer ones made of it can be undone: harden rollback web1 --to s",
        },
      ]);
    }
  });

  it("name the run between them that has purged packages: its files are other ones since", () => {
    const states = (before: string, after: string): readonly [string, string] => [
      `file ${before} 0644 r r`,
      `file ${after} 0644 r r`,
    ];
    const first = run([
      line("install", "ufw", [" ufw", "ufw=1"]),
      line("file", "/etc/ufw/x", states("A", "B")),
    ]);
    const purge = run([line("purge", "ufw", ["ufw=1", "absent"])], { id: "s" });
    const third = run([line("file", "/etc/ufw/x", states("A", "C"))], { id: "t" });
    expect(of(third, purge, first).findings).toMatchObject([
      {
        id: "undo.changed",
        message:
          "/etc/ufw/x is another file since run r: run s has purged packages, and a purge takes their files along.",
      },
    ]);
  });

  it("don't want a package back that a newer one purged and an older one had brought; what can't be undone is said once", () => {
    const purge = run([line("purge", "fail2ban", ["fail2ban=1", "absent"])], { id: "s" });
    const install = run([line("install", "fail2ban", [" fail2ban python3", "fail2ban=1"])]);
    expect(of(purge, install).findings).toEqual([]);
    expect(of(purge, run([])).findings).toMatchObject([{ id: "undo.purged" }]);
    // The other way round it was there before both.
    const before = { ...purge, id: "r" };
    expect(of({ ...install, id: "s" }, before).findings).toMatchObject([{ id: "undo.purged" }]);
    const lock = (id: string) => run([line("audit-lock", "kernel", ["1", "2"])], { id });
    expect(of(lock("s"), lock("r")).findings).toMatchObject([{ id: "undo.lasting" }]);
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

  it("has nothing to do for bits that are back, and says of others whether they stay", () => {
    const path = "/home/a/.ssh";
    const before = { mode: "0755", uid: 1000, gid: 1000, inode: "7" };
    const undo = { kind: "bits" as const, path, before, after: "0700" };
    const undone = (now: RawFact) =>
      undoChanges(
        [{ undo, owner: { control: "permissions", address: `permissions/bits:${path}` }, release: false }],
        new Map([[probeKey({ collector: "bits", args: [path, "1000", "1000"] }), now]]),
      ).changes.map(({ details = [] }) => details.length);
    expect(undone(present("0755 1000 1000 7\n"))).toEqual([]);
    expect(undone(present("0700 1000 1000 7\n"))).toEqual([0]);
    for (const words of [
      "0750 1000 1000 7",
      "0700 1000 1000 8",
      "0700 0 0 7",
      "0755 0 0 7",
      "0777 1000 1000 9",
    ])
      expect(undone(present(`${words}\n`)), words).toEqual([1]);
    expect(undone(absent)).toEqual([1]);
  });

  const ufws = "-A a\n\n-A z\n";
  const factsOf = (path: string, text: string): Facts =>
    new Map([
      [probeKey(file(path)), present(`81a4 640 root root ${text.length} '${path}'\n--------\n\n${text}`)],
    ]);
  const left = (text: string) => look(valueOr(readFact(factsOf("x", text), file("x")), undefined));
  const found = (
    now: string,
    { path = "/etc/ufw/user.rules", before = left("x\n"), after = left(ufws) } = {},
  ) => {
    const undo = { kind: "file" as const, path, run: "r", backup: 3, before, after };
    const owner = { control: "x", address: `x/file:${path}` };
    const [finding] = undoChanges([{ undo, owner, release: false }], factsOf(path, now)).findings;
    return `${finding?.message}\n${finding?.hint}`;
  };

  it("shows the lines that came to a file since, and what to do about ufw's", () => {
    const text = found("-A a\n\n### tuple ###\n-A more\n-A z\n");
    expect(text).toContain(
      "by no run that this host remembers: lines came to what the run left.\nThese lines came:",
    );
    expect(text).toContain(": + ### tuple ###; + -A more. Delete the rules that came since");
    expect(text).toContain("diff /var/lib/harden/runs/r/backup/3 /etc/ufw/user.rules");
    expect(text).not.toContain("or gone");
  });

  it("says of a file that is gone how it comes back, and where its original is", () => {
    const gone = (path: string) => {
      const undo = {
        kind: "file" as const,
        path,
        run: "r",
        backup: 3,
        before: left("x\n"),
        after: left(ufws),
      };
      const owner = { control: "x", address: `x/file:${path}` };
      const now: Facts = new Map([[probeKey(file(path)), absent]]);
      return undoChanges([{ undo, owner, release: false }], now).findings[0]?.hint;
    };
    for (const path of ["/etc/ufw/user.rules", "/etc/a"]) {
      expect(gone(path)).toMatch(/install/);
      expect(gone(path)).toContain("/var/lib/harden/runs/r/backup/3");
      expect(gone(path)).not.toMatch(/ufw status|diff /);
    }
    expect(gone("/etc/ufw/user.rules")).toContain("apt-get install ufw");
  });

  it("says of a file that is gone that the runs themselves have purged packages", () => {
    const path = "/etc/ufw/ufw.conf";
    const undone = run([
      line("file", path, [left(ufws), left("x\n")], 3),
      line("purge", "ufw", ["ufw=1", "absent"]),
    ]);
    const { items } = itemsOf([undone], history(undone));
    const [finding] = undoChanges(items, new Map([[probeKey(file(path)), absent]])).findings;
    expect(finding?.message).toContain(`${path} is gone: run r has purged packages`);
    const [changed] = undoChanges(items, factsOf(path, "another\n")).findings;
    expect(changed?.message).toContain("by no run that this host remembers: its content is another one");
  });

  it("has nothing to do for files that went with a package which the runs had brought, and names it of others", () => {
    const path = "/etc/ufw/ufw.conf";
    const address = "firewall/package:ufw";
    const install = { ...line("install", "ufw", [" ufw iptables", "ufw=1"]), address };
    const purge = { ...line("purge", "ufw", ["ufw=1", "absent"]), address };
    const written = { ...line("file", path, [left("x\n"), left(ufws)], 3), address: `firewall/file:${path}` };
    const packageNow = (ufw: RawFact): Facts =>
      new Map([
        [probeKey(file(path)), absent],
        ...["ufw", "iptables"].map((name) => [probeKey(debianPackage(name)), ufw] as const),
      ]);
    const told = (facts: Facts, ...oldestFirst: readonly JournalLine[][]) => {
      const all = oldestFirst.map((journal, index) => run(journal, { id: `r${index}` }));
      const { items } = itemsOf(all.toReversed(), history(...all));
      const files = items.filter(({ undo }) => undo.kind === "file");
      return undoChanges(files, facts);
    };
    const nothing = { changes: [], findings: [] };
    expect(told(packageNow(absent), [install, written], [purge])).toEqual(nothing);
    expect(told(packageNow(present("ufw 1 rc \n")), [install], [written], [purge])).toEqual(nothing);
    for (const { findings } of [
      told(packageNow(present("ufw 1 ii \n")), [install, written], [purge]),
      told(packageNow(absent), [written], [purge]),
      // It was there before the package was.
      told(packageNow(absent), [written], [install, purge]),
      told(packageNow(unknown), [install, written], [purge]),
    ])
      expect(findings).toMatchObject([{ hint: "Install ufw again (apt-get install ufw); then roll back." }]);
  });

  it("has no firewall to disable where ufw is neither installed nor active", () => {
    const owner = { control: "firewall", address: "firewall/firewall:ufw" };
    const actions = (ufw: RawFact, before = "inactive") =>
      undoChanges(
        [{ undo: { kind: "firewall", before }, owner, release: false }],
        new Map([
          [probeKey(debianPackage("ufw")), ufw],
          [probeKey(rules), present("inactive\n")],
        ]),
      ).changes.map(({ action }) => action);
    expect(actions(absent)).toEqual([]);
    expect(actions(present("ufw 1 ii \n"))).toEqual(["disable"]);
    expect(actions(unknown)).toEqual(["disable"]);
    expect(actions(absent, "active")).toEqual(["enable"]);
  });

  it("says which mode and owner change, and of what somebody changed since which differs", () => {
    const [change] = undoChanges(
      [
        {
          undo: {
            kind: "file",
            path: "/etc/a",
            run: "r",
            backup: 3,
            before: left(ufws).replace("0640", "0600"),
            after: left(ufws),
          },
          owner: { control: "x", address: "x/file:/etc/a" },
          release: false,
        },
      ],
      factsOf("/etc/a", ufws),
    ).changes;
    expect(changeLine(change!)).toMatch(/, mode 0640 → 0600\)$/);
    const words = "file - 0600 root root";
    const undo = {
      kind: "mode" as const,
      path: "/etc/shadow",
      before: words.replace("0600", "0644"),
      after: words,
    };
    const owner = { control: "x", address: "x/mode:/etc/shadow" };
    const now = present("81a4 640 root shadow 1 '/etc/shadow'\n");
    const changed = undoChanges(
      [{ undo, owner, release: false }],
      new Map([[probeKey(stat("/etc/shadow")), now]]),
    );
    expect(changed.findings[0]?.message).toBe(
      "/etc/shadow was changed since, by no run that this host remembers: mode 0600 → 0640, owner root:root → root:shadow.",
    );
  });

  it("tells what is known where something else was changed, and that a new file may go", () => {
    const other = found("-A z\n", { path: "/etc/a" });
    expect(other).toContain(": its content is another one.");
    expect(other).not.toContain("or gone");
    expect(found("-A z\n", { path: "/etc/a", before: "absent" })).toContain("or gone, the run can be undone");
    const rights = found(ufws, { after: left(ufws).replace("0640", "0600") });
    expect(rights).toContain("mode 0600 → 0640, with the content as the run left it.");
  });

  it("doesn't take what it may not read for a change", () => {
    const path = "/etc/a";
    const undo = { kind: "file" as const, path, run: "r", backup: 3, before: left("x\n"), after: left(ufws) };
    const items = [{ undo, owner: { control: "x", address: `x/file:${path}` }, release: false }];
    const unread = `81a4 600 root root 9 '${path}'\n--------\npermission denied\n`;
    const { findings } = undoChanges(items, new Map([[probeKey(file(path)), present(unread)]]));
    expect(findings.map(({ message }) => message)).toEqual([
      expect.stringContaining(`the content of ${path} could not be read`),
    ]);
  });

  it("ends the search in a large file", () => {
    const lines = Array.from({ length: 20_000 }, (_, line) => `line ${line}\n`).join("");
    expect(found(lines)).toContain("its content is another one");
  });

  it("names the later run of ours that changed it, and what to do first", () => {
    const later = { run: "s", command: "harden rollback web1 --to r" };
    const [finding] = undoChanges([{ ...item("1"), later }], facts("7")).findings;
    expect(finding?.message).toMatch(/^net\.a .* by run s\.$/);
    expect(finding?.hint).toBe(
      "To undo both, with all that is in force since, in one run: harden rollback web1 --to r",
    );
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
