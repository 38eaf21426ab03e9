import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineControl } from "../../src/controls/define.ts";
import { file, sha256, sysctl } from "../../src/facts/files.ts";
import { host } from "../../src/facts/host.ts";
import { type Facts, probeKey, type RawFact } from "../../src/facts/probe.ts";
import { storage } from "../../src/facts/storage.ts";
import { unifiedDiff } from "../../src/kinds/file-diff.ts";
import type { Access } from "../../src/plan/access.ts";
import type { Claim } from "../../src/plan/claim.ts";
import type { Control } from "../../src/plan/control.ts";
import { makePlan } from "../../src/plan/planner.ts";
import { batches } from "../../src/plan/steps.ts";
import { access } from "../controls/facts.ts";
import { group } from "../controls/record.ts";

const present = (text: string): RawFact => ({ state: "present", data: Buffer.from(text) });
const stat = (path: string, text: string, flags = "--------", type = "81a4") =>
  present(`${type} 644 root root ${text.length} '${path}'\n${flags}\n\n${text}`);
const hostFacts = [
  [probeKey(host), present("ID=debian\nharden_systemd=yes\nharden_uid=0\n")],
  [probeKey(storage), present("end\n")],
] as const;

const control = (id: string, claims: readonly Omit<Claim, "control">[]): Control =>
  defineControl({
    id,
    title: id,
    ...group,
    rationale: "",
    schema: z.strictObject({}),
    probes: () => ({}),
    desired: () => claims.map((claim) => ({ ...claim, control: id })),
    guard: () => [],
    checks: [],
  });

function planOf(
  controls: readonly Control[],
  facts: Iterable<readonly [string, RawFact]> = [],
  about: Access = access,
) {
  const all: Facts = new Map([...hostFacts, ...facts]);
  const managed = controls.map((each) => ({ control: each, params: {}, mode: "apply" as const }));
  return makePlan({
    managed,
    facts: all,
    access: about,
    owned: [],
    tool: "0",
    target: "t",
    profile: { name: "p", digest: "" },
  });
}

const path = "/etc/a.conf";
const wanted = (text: string): Claim["resource"] => ({
  kind: "file",
  path,
  content: Buffer.from(text),
  mode: "0644",
  owner: "root",
  group: "root",
});
const live = (value: string): Claim["resource"] => ({ kind: "sysctl", key: "net.a", value });
const liveFact = (value: string) => [probeKey(sysctl("net.a")), present(value)] as const;

describe("the planner", () => {
  it("has nothing to say of a file that is as wanted", () => {
    const facts = [[probeKey(file(path)), stat(path, "a\n")]] as const;
    expect(planOf([control("x", [{ resource: wanted("a\n"), reason: "" }])], facts)).toMatchObject({
      changes: [],
      findings: [],
    });
  });

  it("shows content and mode, and remembers what it replaces", () => {
    const facts = [[probeKey(file(path)), stat(path, "b\n")]] as const;
    const { changes } = planOf([control("x", [{ resource: wanted("a\n"), reason: "why" }])], facts);
    expect(changes).toMatchObject([{ address: `x/file:${path}`, action: "update", reason: "why" }]);
    expect(changes[0]?.diff).toContain("-b\n+a");
    expect(changes[0]?.steps[0]).toMatchObject({
      verb: "file",
      before: { state: "file", mode: "0644" },
      own: { control: "x" },
    });
  });

  it.each([
    ["an immutable file", stat(path, "b\n", "----i---"), /immutable/],
    ["a symbolic link", stat(path, "", "--------", "a1ff"), /symbolic link/],
    ["a folder", stat(path, "", "--------", "41ed"), /not a regular file/],
    [
      "a file that could not be read",
      { state: "unknown", data: Buffer.from("permission denied") } as RawFact,
      /could not be read: permission denied/,
    ],
  ])("blocks %s", (_what, fact, why) => {
    const plan = planOf(
      [control("x", [{ resource: wanted("a\n"), reason: "" }])],
      [[probeKey(file(path)), fact]],
    );
    expect(plan.changes).toEqual([]);
    expect(plan.findings).toMatchObject([{ level: "block", message: expect.stringMatching(why) }]);
  });

  it("merges equal claims, lets a consequence give way, and names both of two that differ", () => {
    const a = control("a", [{ resource: live("1"), reason: "" }]);
    const same = control("b", [{ resource: live("1"), reason: "" }]);
    const other = control("b", [{ resource: live("0"), reason: "" }]);
    const follows = { ...live("0"), consequence: true } as Claim["resource"];
    const yielding = control("b", [{ resource: follows, reason: "" }]);
    expect(planOf([a, same], [liveFact("0")]).changes).toHaveLength(1);
    for (const order of [
      [a, yielding],
      [yielding, a],
    ])
      expect(planOf(order, [liveFact("0")])).toMatchObject({ changes: [{ after: "1" }], findings: [] });
    expect(planOf([yielding], [liveFact("1")]).changes).toMatchObject([{ after: "0" }]);
    expect(planOf([a, other], [liveFact("0")]).findings).toMatchObject([
      { id: "plan.conflict", level: "block", message: expect.stringMatching(/control a wants .* and b /) },
    ]);
  });

  it("takes a path that a collector discovered as it was found: no probe names it", () => {
    const content = Buffer.from("old\n");
    const found = {
      type: "file",
      mode: "0644",
      owner: "root",
      group: "root",
      size: 4,
      immutable: false,
      content,
    };
    const file_ = { ...wanted("new\n"), found } as Claim["resource"];
    const mode = { kind: "mode", path: "/etc/b", mode: "0600", owner: "root", group: "root", found };
    const claims = [file_, mode as Claim["resource"]].map((resource) => ({ resource, reason: "" }));
    const { changes, findings } = planOf([control("x", claims)]);
    expect(findings).toEqual([]);
    expect(changes.map(({ steps: [step] }) => step)).toMatchObject([
      { verb: "file", before: { state: "file" } },
      { verb: "mode", mode: "0600", before: { mode: "0644" } },
    ]);
    const [step] = changes[0]!.steps;
    const before = step?.verb === "file" ? step.before : undefined;
    expect(before?.state === "file" && before.sha256.value).toBe(sha256(content));
  });

  it("gives nothing back that another control wants, whoever it was taken over for", () => {
    const [a, b] = ["a", "b"].map((id) => control(id, [{ resource: live("1"), reason: "" }]));
    const undo = { kind: "sysctl", key: "net.a", before: "0" } as const;
    const owned = [{ address: "a/sysctl:net.a", control: "a", run: "r", undo }];
    const changes = (mode: "apply" | "off") =>
      makePlan({
        managed: [
          { control: a!, params: {}, mode: "off" },
          { control: b!, params: {}, mode },
        ],
        facts: new Map([...hostFacts, liveFact("1")]),
        access,
        owned,
        tool: "0",
        target: "t",
        profile: { name: "p", digest: "" },
      }).changes;
    expect(changes("apply")).toEqual([]);
    expect(changes("off")).toMatchObject([{ address: "a/sysctl:net.a", after: "0" }]);
  });

  it("works in the order of the stages, judges files when all are there, and each check once", () => {
    const proof = { check: "sshd" as const, words: [] };
    const second = { ...wanted("b\n"), path: "/etc/b.conf", proof } as Claim["resource"];
    const first = { ...wanted("a\n"), proof } as Claim["resource"];
    const absent: RawFact = { state: "absent", data: Buffer.alloc(0) };
    const facts = [
      liveFact("0"),
      [probeKey(file(path)), absent],
      [probeKey(file("/etc/b.conf")), absent],
    ] as const;
    const { changes } = planOf(
      [
        control(
          "x",
          [live("1"), first, second].map((resource) => ({ resource, reason: "" })),
        ),
      ],
      facts,
    );
    const verbs = batches(changes).apply.flatMap(({ steps }) => steps.map(({ verb }) => verb));
    expect(verbs).toEqual(["file", "file", "check", "sysctl"]);
  });

  it("says that apply is refused where systemd doesn't run", () => {
    const facts: Facts = new Map([[probeKey(host), present("ID=debian\n")]]);
    const plan = makePlan({
      managed: [],
      facts,
      access,
      owned: [],
      tool: "0",
      target: "t",
      profile: { name: "p", digest: "" },
    });
    expect(plan.findings).toMatchObject([{ id: "host.no-systemd", level: "block" }]);
  });

  it("shows a diff with the line numbers of diff(1), also for a new and for an empty file", () => {
    const head = (before: string | undefined, after: string | undefined) => {
      const content = (text: string | undefined) => (text === undefined ? undefined : Buffer.from(text));
      return unifiedDiff("/f", content(before), content(after)).split("\n")[2];
    };
    expect(head(undefined, "a\nb\n")).toBe("@@ -0,0 +1,2 @@");
    expect(head("a\n", undefined)).toBe("@@ -1,1 +0,0 @@");
    expect(head("1\n2\n3\n4\n5\n", "1\n2\n3\n4\n5\n6\n")).toBe("@@ -3,3 +3,4 @@");
  });

  it("blocks for a caller whom access.from leaves out, whichever controls there are", () => {
    const planned = { login: "root", ports: [22], callers: ["10.0.0.0/8", "2001:db8::/32"] };
    const ids = (caller: string | undefined) => {
      const { caller: _caller, ...rest } = access;
      const about: Access = { ...rest, planned, ...(caller === undefined ? {} : { caller }) };
      return planOf([], [], about).findings.map(({ id }) => id);
    };
    expect(ids("192.0.2.7")).toEqual(["host.caller-not-covered"]);
    expect(ids("2001:db9::1")).toEqual(["host.caller-not-covered"]);
    expect(ids("10.1.2.3")).toEqual([]);
    expect(ids("2001:db8::7")).toEqual([]);
    expect(ids(undefined)).toEqual([]);
  });
});

describe("a file whose folder is missing", () => {
  const facts = [[probeKey(file(path)), { state: "absent", data: Buffer.from("no folder") }]] as const;
  it("says that the folder is new, and so does its step", () => {
    const [change] = planOf([control("x", [{ resource: wanted("a"), reason: "" }])], facts).changes;
    expect(change).toMatchObject({
      action: "create",
      details: ["+ /etc/ (new folder, 0755 root:root)"],
      steps: [{ before: { state: "absent", folder: "missing" } }],
    });
  });
});
