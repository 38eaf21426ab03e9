import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Finding } from "../../src/checks/finding.ts";
import type { Change, Plan } from "../../src/plan/plan.ts";
import { fold, plainPage } from "../../src/reports/page.ts";
import { coloured } from "../../src/reports/paint.ts";
import { plansText } from "../../src/reports/plan.ts";

const sysctl = (name: string, after: string): Change => ({
  address: `sysctl/sysctl:${name}`,
  control: "sysctl",
  kind: "sysctl",
  action: "update",
  before: "0",
  after,
  reason: "Why it is wanted.",
  effect: "now",
  undo: "full",
  stage: "kernel",
  steps: [{ verb: "sysctl", key: name, value: after, before: "0" }],
});
function file(path: string, more: Partial<Change> = {}): Change {
  const { before: _before, ...common } = sysctl(path, "0644 root:root");
  const diff = `--- /dev/null\n+++ ${path}\n@@ -0,0 +1 @@\n+x`;
  const own = { address: `ssh/file:${path}`, control: "ssh", kind: "file", action: "create", diff } as const;
  return { ...common, ...own, ...more };
}
const service = (unit: string, action: "reload" | "restart"): Change => ({
  ...sysctl(unit, ""),
  address: `ssh/service:${unit}`,
  control: "ssh",
  kind: "service",
  action,
  effect: action,
});
const block: Finding = { control: "ssh", id: "ssh.no-method", level: "block", message: "No way in." };

const planned = (target: string, changes: readonly Change[], more: Partial<Plan> = {}) => ({
  target,
  ok: true as const,
  value: {
    host: { hostname: target, machineId: target, distro: "debian", version: "13" },
    profile: { name: "p", digest: "d" },
    findings: [],
    ...more,
    changes,
  } as unknown as Plan,
});
const debian12 = { host: { hostname: "h", distro: "debian", version: "12" } } as unknown as Partial<Plan>;

describe("one host", () => {
  it("a line a thing, names that differ in one part together, and what it comes to", () => {
    const keys = ["eth0", "all"].map((name) => sysctl(`net.ipv4.conf.${name}.rp_filter`, "1"));
    const other = sysctl("net.ipv4.conf.lo.rp_filter", "2");
    const report = [
      planned("web1", [
        ...keys,
        other,
        file("/etc/ssh/x", { details: ["+ /etc/ssh/ (new folder, 0755 root:root)"] }),
        { ...service("ssh.service", "reload"), undo: "best effort" },
      ]),
    ];
    expect(plansText(report)).toBe(`web1 (web1, debian 13), profile p

sysctl
  ~ net.ipv4.conf.{eth0,all}.rp_filter 0 → 1
  ~ net.ipv4.conf.lo.rp_filter 0 → 2

ssh
  + /etc/ssh/x (1 line)
    + /etc/ssh/ (new folder, 0755 root:root)
  ~ reload ssh.service (undo: best effort)

2 to add, 4 to change, 0 to remove; reloads ssh.service.`);
  });

  it("a file counts as what comes and goes within it, and --diff has those lines, too", () => {
    const details = ['+ allow 80/tcp "web"', "- allow 5432/tcp", "- allow 6379/tcp"];
    const report = [planned("web1", [file("/etc/ufw/user.rules", { action: "update", details })])];
    expect(plansText(report)).toContain("1 to add, 0 to change, 2 to remove.");
    expect(plansText(report, { ...plainPage, whole: true })).toContain("    - allow 6379/tcp\n");
  });

  it("of a rollback says whose runs it undoes, and never looks like a profile's", () => {
    const time = "2026-11-25T14:00:07Z";
    const run = {
      id: "r1",
      who: "anna@laptop",
      time,
      profile: "web",
      digest: "d",
      commit: `0ac7de91091e${"0".repeat(28)}`,
    };
    const dirty = { ...run, id: "r2", dirty: true };
    const undo = (...undoes: unknown[]) =>
      plansText([planned("web1", [], { undoes, findings: [block] } as never)]);
    const first = `run r1 of anna@laptop at ${time} (profile web at 0ac7de91091e)`;
    const one = undo(run);
    expect(one).toContain(`web1 (web1, debian 13), undoes ${first}\n`);
    expect(one).toContain("rollback would refuse");
    expect(one).not.toMatch(/profile p|apply/);
    expect(undo(dirty)).toContain("(profile web at 0ac7de91091e with uncommitted changes)");
    expect(undo({ ...dirty, commit: "-", undoes: ["r0"] }, run)).toContain(
      `undoes as one, newest first:\n  run r2 of anna@laptop at ${time} (profile web), which undid r0\n  ${first}\n`,
    );
  });

  it("without a change is as wanted, or blocked: then nobody knows", () => {
    expect(plansText([planned("web1", [])])).toMatch(/\nNothing to change\.$/);
    const text = plansText([planned("web1", [], { findings: [block] })]);
    expect(text).toMatch(/\nNo change is known\. Blocked by 1 finding: apply would refuse\.$/);
  });

  it("packages that come along stand on one line", () => {
    const along = ["xz-utils", "libatomic1"].map((name): Change => {
      const { before: _before, ...common } = sysctl(name, "1.0");
      return { ...common, address: `ufw/package:${name}`, kind: "package", action: "install", steps: [] };
    });
    expect(plansText([planned("web1", along)])).toContain(
      "  + install what they need: xz-utils 1.0, libatomic1 1.0\n",
    );
  });

  it("with --diff each file to the letter, and why", () => {
    const text = plansText([planned("web1", [file("/etc/ssh/x")])], { ...plainPage, whole: true });
    expect(text).toContain(`  + /etc/ssh/x (1 line)
      Why it is wanted. (takes effect: now; undo: full)
      mode and owner: 0644 root:root
      --- /dev/null
      +++ /etc/ssh/x
      @@ -0,0 +1 @@
      +x
`);
  });
});

describe("many hosts", () => {
  const a = sysctl("net.a", "1");
  const more = ["b", "c", "d"].map((name) => sysctl(`net.${name}`, "1"));

  it("that change alike are shown together, also across releases; others by what differs; then all in one line", () => {
    const report = [
      planned("web1", [a, ...more]),
      planned("web2", [sysctl("net.a", "2"), ...more], { findings: [block] }),
      planned("web3", [a, ...more], debian12),
    ];
    expect(
      plansText(report),
    ).toBe(`2 hosts with the same changes: web1, web3 (debian 13, debian 12), profile p

sysctl
  ~ net.a 0 → 1
  ~ net.b 0 → 1
  ~ net.c 0 → 1
  ~ net.d 0 → 1

0 to add, 4 to change, 0 to remove.

web2 (web2, debian 13), profile p: as web1, but for:

only here
  ~ net.a 0 → 2

not here
  ~ net.a 0 → 1

findings
  BLOCKED No way in. [ssh.no-method]

0 to add, 4 to change, 0 to remove. Blocked by 1 finding: apply would refuse.

3 hosts: 0 to add, 12 to change, 0 to remove; 1 blocked.`);
  });

  it("what one of them alone is told stands by its name", () => {
    const warn: Finding = { ...block, id: "ssh.options", level: "warn", message: "All of them." };
    const text = plansText([
      planned("web1", [a], { findings: [warn] }),
      planned("web2", [a], { findings: [warn, block] }),
    ]);
    expect(text).toContain(`findings
  warning All of them. [ssh.options]
  BLOCKED web2: No way in. [ssh.no-method]

0 to add, 1 to change, 0 to remove. Blocked: web2.`);
  });

  it("that have little in common are each shown whole", () => {
    const text = plansText([planned("web1", [a]), planned("web2", [sysctl("net.z", "1")])]);
    expect(text).not.toContain("but for");
  });
});

describe("a line that is too long", () => {
  const word = fc.stringMatching(/^[a-z/.]{1,30}$/);
  it("is broken at spaces alone, further in, and nothing of it is lost", () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), fc.integer({ min: 40, max: 120 }), (words, width) => {
        const text = `  ${words.join(" ")}`;
        const lines = fold(text, { width }, 2).split("\n");
        expect(lines.map((line) => line.trim()).join(" ")).toBe(words.join(" "));
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
        for (const line of lines.slice(1)) expect(line).toMatch(/^ {4}\S/);
      }),
      { seed: 7 },
    );
  });

  it("is as long as it looks, and stays whole where there is no terminal", () => {
    const text = coloured("bad", "x".repeat(38));
    expect(fold(text, { width: 40 })).toBe(text);
    expect(fold("a ".repeat(100), {})).toBe("a ".repeat(100));
  });
});
