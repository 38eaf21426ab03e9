/** What was open then is told apart; what is new, or could not be measured any more, always counts. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Baseline, compare, counted, type Then } from "../../src/assess/baseline.ts";
import type { Assessed } from "../../src/assess/report.ts";
import { parseAudit } from "../../src/assess/saved-audit.ts";
import { weigh } from "../../src/assess/weigh.ts";
import { everyCheck, peculiar } from "../../src/audit/every-check.ts";
import type { HostEntry } from "../../src/plan/control.ts";
import { plainPage } from "../../src/reports/page.ts";
import { sinceText } from "../../src/reports/since.ts";
import { report } from "./report.ts";

const verdicts = ["pass", "fail", "error", "not applicable", "until the next boot"] as const;
const machineId = "m1";

const check = (id: string, verdict: Assessed["verdict"], more: Partial<Assessed> = {}): Assessed => ({
  ...report({ id, control: id.split(".")[0]!, object: "", verdict }),
  ...more,
});

const baseline = (checks: readonly Assessed[], more: Omit<Partial<Then>, "checks"> = {}): Baseline => ({
  file: "last.json",
  targets: new Map([["web1", { checks, machineId, ...more }]]),
});

const since = (then: readonly Assessed[], now: readonly Assessed[]) =>
  compare({ checks: now, machineId }, baseline(then), "web1", peculiar);

const ids = (checks: readonly Assessed[]) => counted(checks).map(({ id }) => id);

const anyCheck = fc
  .record({
    id: fc.constantFrom("ssh.port", "sysctl.value", "containers.user", "tls.chain"),
    object: fc.constantFrom("", "a", "b"),
    verdict: fc.constantFrom(...verdicts),
    isWaived: fc.boolean(),
  })
  .map(({ id, object, verdict, isWaived }) =>
    check(id, verdict, {
      object,
      ...(isWaived && verdict !== "pass" && verdict !== "not applicable"
        ? { waiver: { state: "waived", reason: "old", owner: "Ops", until: "2999-01-01" } as const }
        : {}),
    }),
  );
const anyChecks = fc.array(anyCheck, { maxLength: 12 });
const seed = { seed: 410212, numRuns: 500 };

describe("an audit against an earlier one", () => {
  it("that is its own finds nothing new, nothing mended and nothing left out", () => {
    fc.assert(
      fc.property(anyChecks, (checks) => {
        const { checks: now, since: told } = since(checks, checks);
        expect(ids(now)).toEqual([]);
        expect(told).toEqual({ baseline: "last.json", mended: [], unlooked: [] });
      }),
      seed,
    );
  });

  it("counts another value that fails as well, but not what moves by itself, nor why nothing was measured", () => {
    const was = (id: string, found: string, verdict: Assessed["verdict"] = "fail") => [
      check(id, verdict, { found }),
    ];
    const now = (id: string, then: string, found: string, verdict?: Assessed["verdict"]) =>
      ids(since(was(id, then, verdict), was(id, found, verdict)).checks);
    expect(now("ssh.permit-root-login", "prohibit-password", "yes")).toEqual(["ssh.permit-root-login"]);
    expect(now("ssh.permit-root-login", "yes", "yes")).toEqual([]);
    expect(now("tls.expiry", "over in 9 days", "over in 8 days")).toEqual([]);
    expect(now("sysctl.value", "timed out after 3 s", "timed out after 4 s", "error")).toEqual([]);
  });

  it("counts each thing that was not open then", () => {
    fc.assert(
      fc.property(anyChecks, anyCheck, (checks, more) => {
        const { checks: now } = since(checks, [...checks, more]);
        const isOpen = counted([more]).length === 1;
        expect(counted(now).length).toBe(isOpen ? 1 : 0);
      }),
      seed,
    );
  });

  it("never lets pass what could not be measured where it was measured then", () => {
    fc.assert(
      fc.property(anyChecks, fc.nat(), (checks, place) => {
        const at = place % Math.max(1, checks.length);
        const then = checks.map(
          (each) => ({ ...each, verdict: each.verdict === "error" ? "fail" : each.verdict }) as const,
        );
        const now = then.map((each, index): Assessed => {
          const { waiver: _, ...bare } = each;
          return index === at ? { ...bare, verdict: "error" } : each;
        });
        if (checks.length > 0) expect(counted(since(then, now).checks)).toHaveLength(1);
      }),
      seed,
    );
  });

  it("gives each thing that was open then one place: known, mended, or still to be told", () => {
    fc.assert(
      fc.property(anyChecks, anyChecks, (then, now) => {
        const told = since(then, now);
        for (const { id, object } of told.since.mended) {
          const own = now.filter((each) => each.id === id && each.object === object);
          expect(counted(own)).toEqual([]);
          expect(
            then.some((each) => each.id === id && each.object === object && counted([each]).length === 1),
          ).toBe(true);
        }
        const known = told.checks.filter((each) => each.since === "known").length;
        expect(known).toBeLessThanOrEqual(counted(then).length);
        // Nothing else of a check is touched: the score is the same.
        expect(told.checks.map(({ since: _, ...rest }) => rest)).toEqual(now);
        const weighed = (checks: readonly Assessed[]) => ({ ...weigh(checks, everyCheck), checks: [] });
        expect(weighed(told.checks)).toEqual(weighed(now));
      }),
      seed,
    );
  });

  it.each([
    ["fail", "fail", []],
    ["fail", "until the next boot", []],
    ["until the next boot", "fail", ["ssh.port"]],
    ["fail", "error", ["ssh.port"]],
    ["error", "fail", ["ssh.port"]],
    ["error", "error", []],
    ["pass", "fail", ["ssh.port"]],
    ["not applicable", "fail", ["ssh.port"]],
  ] as const)("counts by both verdicts: %s then, %s now", (was, is, counting) => {
    expect(ids(since([check("ssh.port", was)], [check("ssh.port", is)]).checks)).toEqual(counting);
  });

  it("counts what was waived then, once the waiver is over", () => {
    const waiver = { reason: "old", owner: "Ops", until: "2026-01-01" };
    const then = check("ssh.port", "fail", { waiver: { ...waiver, state: "waived" } });
    const now = check("ssh.port", "fail", { waiver: { ...waiver, state: "expired" } });
    expect(ids(since([then], [now]).checks)).toEqual(["ssh.port"]);
  });

  it("says what is mended, and how", () => {
    const then = ["a", "b", "c", "d"].map((object) => check("containers.user", "fail", { object }));
    const waiver = { state: "waived", reason: "old", owner: "Ops", until: "2999-01-01" } as const;
    const now = [
      check("containers.user", "pass", { object: "a" }),
      check("containers.user", "fail", { object: "b", waiver }),
      check("containers.user", "not applicable", { object: "c" }),
    ];
    expect(since(then, now).since.mended.map(({ object, now }) => `${object} ${now}`)).toEqual([
      ...["a pass", "b waived", "c not applicable", "d gone"],
    ]);
  });

  it("knows that a thing is mended by the one result of a check that finds none", () => {
    const then = check("permissions.accounts", "fail", { object: "/etc/group" });
    const { since: told } = since([then], [check("permissions.accounts", "pass")]);
    expect(told.mended).toMatchObject([{ object: "/etc/group", now: "pass" }]);
  });

  it("takes nothing for mended that nobody could look for", () => {
    const then = check("containers.user", "fail", { object: "a" });
    const silent = check("containers.readable", "error");
    expect(since([then], [silent]).since.mended).toEqual([]);
    const world = check("permissions.world-writable", "fail", { object: "/etc/x" });
    expect(since([world], [{ ...world, object: "", verdict: "error" }]).since.mended).toEqual([]);
  });

  it("names the sections that were measured then and aren't now", () => {
    const then = [
      check("ssh.port", "pass"),
      check("auditd.running", "not applicable"),
      check("sysctl.value", "fail"),
    ];
    expect(since(then, [check("ssh.port", "pass")]).since).toEqual({
      baseline: "last.json",
      mended: [],
      unlooked: ["sysctl"],
    });
    const doors = { asked: true };
    const { since: told } = compare(
      { checks: [], machineId, asked: false },
      baseline([check("tls.chain", "fail")], doors),
      "web1",
      peculiar,
    );
    expect(told).toMatchObject({ mended: [], unlooked: ["what answers from elsewhere"] });
  });

  it.each([
    ["has nothing of it", "web2", {}],
    ["has another machine by its name", "web1", { machineId: "m2" }],
  ])("counts all of a host where the baseline %s", (_, target, more) => {
    const checks = [check("ssh.port", "fail")];
    const { checks: now, since: told } = compare(
      { checks, machineId, ...more },
      baseline(checks),
      target,
      peculiar,
    );
    expect(ids(now)).toEqual(["ssh.port"]);
    expect(told.useless).toBeDefined();
  });
});

describe("the inventory of an audit against an earlier one", () => {
  const entry = (name: string): HostEntry => ({ kind: "jobs", name, about: `${name} is odd` });
  const listed = (entries: readonly HostEntry[] = [], ...why: readonly string[]) => ({
    entries,
    unread: why.map((each) => ({ kind: "jobs", why: each })),
  });
  type Listed = ReturnType<typeof listed> | undefined;
  const compared = (then: Listed, now: Listed, target = "web1", checks: readonly Assessed[] = []) =>
    compare({ checks, machineId, inventory: now }, baseline([], { inventory: then }), target, peculiar);
  const told = (then: Listed, now: Listed, target?: string) => compared(then, now, target).since.inventory;
  const names = (then: Listed, now: Listed) => told(then, now)!.new.map(({ name }) => name);
  const a = entry("/etc/cron.d/a");
  const b = entry("/etc/cron.d/b");
  const explained = { ...a, by: "its package" };

  it("names each entry that nothing explains and that was not so then, and no other", () => {
    expect(names(listed([a]), listed([a, b]))).toEqual(["/etc/cron.d/b"]);
    expect(names(listed([a]), listed([a, { ...b, by: "its package" }]))).toEqual([]);
    expect(names(listed([explained]), listed([a]))).toEqual(["/etc/cron.d/a"]);
    expect(names(listed([a]), listed([{ ...a, about: "another mode" }]))).toEqual(["/etc/cron.d/a"]);
    expect(told(listed([a, b]), listed([a, b]))).toEqual({ new: [], uncompared: [] });
  });

  it("takes two entries of one name for two", () => {
    expect(names(listed([a]), listed([a, a]))).toEqual(["/etc/cron.d/a"]);
  });

  it("is not compared, and nothing of it new, where the baseline has none", () => {
    const { since } = compared(undefined, listed([a]));
    expect(since.inventory).toMatchObject({
      new: [],
      uncompared: [{ why: expect.stringContaining("no inventory") }],
    });
    expect(sinceText({ checks: [], since }, plainPage).join()).toMatch(
      /^ {2}not compared +1 {2}the inventory/m,
    );
    expect(sinceText({ checks: [], since }, plainPage).join()).not.toMatch(/new +0/);
  });

  it("is all new where the baseline is of another host, and left out where it isn't read now", () => {
    expect(told(listed([a]), listed([a, { ...b, by: "x" }]), "web2")).toEqual({ new: [a], uncompared: [] });
    expect(told(listed([a]), undefined)).toBeUndefined();
  });

  it.each<[string, Listed, Listed, number]>([
    ["could be read then", listed([a]), listed([a], "no answer"), 1],
    ["could not be read then either", listed([a], "no answer"), listed([a], "no answer"), 0],
    ["could not be read for another reason", listed([a], "no answer"), listed([a], "killed"), 1],
    ["had another number left out", listed([a], "3 more"), listed([a], "4 more"), 0],
    ["lacks what was listed then", listed([explained], "no answer"), listed([], "no answer"), 1],
  ])("never lets pass a kind that can't be read and %s", (_, then, now, number) => {
    expect(told(then, now)!.uncompared).toHaveLength(number);
  });

  it("tells an entry as mended that is gone or explained, and none of a kind that can't be read", () => {
    const mended = (now: Listed) => compared(listed([a]), now).since.mended;
    const about = { id: "privileges.jobs", object: a.name, was: "fail" };
    expect(mended(listed([]))).toEqual([{ ...about, now: "gone" }]);
    expect(mended(listed([explained]))).toEqual([{ ...about, now: "pass" }]);
    expect(mended(listed([], "no answer"))).toEqual([]);
    expect(mended(listed([{ ...a, about: "another mode" }]))).toEqual([]);
  });

  it("tells an entry as mended once, and not while it is there and its check is told to keep still", () => {
    const was = check("privileges.jobs", "fail", { object: a.name });
    const mended = (now: HostEntry[]) =>
      compare(
        { checks: [check("privileges.jobs", "pass")], machineId, inventory: listed(now) },
        baseline([was], { inventory: listed([a]) }),
        "web1",
        peculiar,
      ).since.mended;
    expect(mended([])).toHaveLength(1);
    expect(mended([a])).toEqual([]);
  });

  it("counts an entry once, whether or not its check tells it", () => {
    const rows = (checks: readonly Assessed[]) =>
      sinceText(compared(listed([]), listed([a]), "web1", checks), plainPage).join();
    for (const checks of [[], [check("privileges.jobs", "fail", { object: a.name })]])
      expect(rows(checks)).toMatch(
        /new +1 {2}privileges\.jobs\n {2}new entries +1 {2}jobs \/etc\/cron\.d\/a$/m,
      );
  });
});

describe("a saved audit", () => {
  const value = {
    at: "2027-01-30T02:00:00Z",
    score: 88,
    host: { machineId },
    reach: [],
    outside: { doors: [] },
    checks: [check("ssh.port", "fail")],
  };
  const good = [{ target: "web1", verdict: "fail", status: 2, value }];

  it("is read as what it says of each target", () => {
    const failed = {
      target: "web2",
      verdict: "unreachable",
      status: 1,
      error: { code: "connect", message: "" },
    };
    const { targets } = parseAudit(JSON.stringify([...good, failed]), "last.json");
    expect([...targets.keys()]).toEqual(["web1", "web2"]);
    expect(targets.get("web1")).toMatchObject({
      machineId,
      asked: true,
      at: value.at,
      score: 88,
      checks: [{ id: "ssh.port" }],
    });
    expect(targets.get("web2")).toBeUndefined();
  });

  it("has the inventory as it was written, or none", () => {
    const inventory = {
      entries: [
        { kind: "jobs", name: "/etc/cron.d/a", about: "odd" },
        { kind: "logins", name: "root", about: "root", by: "Debian" },
      ],
      unread: [{ kind: "units", why: "no answer" }],
    };
    const read = (more: object) =>
      parseAudit(JSON.stringify([{ ...good[0], value: { ...value, ...more } }]), "l").targets.get("web1");
    expect(read({ inventory })?.inventory).toEqual(inventory);
    expect(read({})?.inventory).toBeUndefined();
    expect(() => read({ inventory: [] })).toThrow(/nothing that an audit has/);
  });

  it.each<[string, unknown, RegExp]>([
    ["no JSON", "[", /it is no JSON, or cut off/],
    ["half of it", JSON.stringify(good).slice(0, -20), /it is no JSON, or cut off/],
    ["nothing in it", [], /it has no results of hosts/],
    ["a verify", [{ ...good[0], value: { host: {}, checks: [], unsettled: [] } }], /it is of harden verify/],
    ["a plan", [{ ...good[0], value: { host: {}, changes: [] } }], /it is of harden plan/],
    ["a checklist", [{ ...good[0], value: { host: {}, lines: [] } }], /it is of harden checklist/],
    ["a saved plan", { format: "harden plan 1" }, /it is a saved plan/],
    [
      "compose check",
      [{ target: "c.yaml", value: { files: [], services: [], checks: [] } }],
      /compose check/,
    ],
    ["a target twice", [...good, ...good], /it has web1 more than once/],
    [
      "a verdict of its own",
      [{ ...good[0], value: { ...value, checks: [{ ...check("a.b", "pass"), verdict: "fine" }] } }],
      /nothing that an audit has/,
    ],
    ["a target of lines", [{ ...good[0], target: "a\nb" }], /nothing that an audit has/],
  ])("is nothing else: %s", (_, text, why) => {
    const read = () => parseAudit(typeof text === "string" ? text : JSON.stringify(text), "last.json");
    expect(read).toThrow(why);
    expect(read).toThrow(expect.objectContaining({ code: "usage" }));
  });
});
