/** A merge request's comment on many hosts: those that are to be changed alike stand together, as in the text. */
import { expect, it } from "vitest";
import type { Finding } from "../../src/checks/finding.ts";
import { HardenError } from "../../src/errors.ts";
import type { Change, Plan } from "../../src/plan/plan.ts";
import { markdown } from "../../src/reports/markdown.ts";
import { plainPage } from "../../src/reports/page.ts";
import type { Judged } from "../../src/results/verdict.ts";

const file = (path: string, line = "x") =>
  ({
    address: `ssh/file:${path}`,
    control: "ssh",
    kind: "file",
    action: "create",
    after: "0644 root:root",
    reason: "It is wanted.",
    effect: "now",
    undo: "full",
    stage: "files",
    steps: [],
    diff: `--- /dev/null\n+++ ${path}\n@@ -0,0 +1 @@\n+${line}`,
  }) as Change;
const warn: Finding = { control: "ssh", id: "ssh.options", level: "warn", message: "All of them." };
const block: Finding = { control: "ssh", id: "ssh.no-method", level: "block", message: "No way in." };
const planned = (target: string, changes: readonly Change[], more: object = {}): Judged<Plan> => ({
  target,
  ok: true,
  verdict: "changes",
  status: 2,
  value: {
    host: { hostname: `${target}.example`, machineId: target, distro: "debian", version: "13" },
    profile: { name: "p", digest: "d" },
    findings: [],
    ...more,
    changes,
  } as unknown as Plan,
});
const written = (...report: readonly Judged<Plan>[]) =>
  markdown.plan(report, plainPage).replace(/&#(\d+);/g, (_all, code) => String.fromCodePoint(Number(code)));
const sections = (text: string) => text.split(/^(?=### )/m).slice(1);
const times = (text: string, part: string) => text.split(part).length - 1;

const all = ["/etc/a", "/etc/b", "/etc/c", "/etc/d"].map((path) => file(path));

it("says once what changes alike, with the names of the hosts, and what one of them is told alone", () => {
  const text = written(
    planned("web1", all, { findings: [warn] }),
    planned("web2", all, { findings: [warn, block] }),
  );
  const [together, ...others] = sections(text);
  expect(others).toEqual([]);
  expect(together).toMatch(/^### <code>web1<\/code>, <code>web2<\/code>\n/);
  expect(together).toContain("2 hosts with the same changes, debian 13, profile p");
  expect(together).toContain("**4 to add, 0 to change, 0 to remove. Blocked: web2.**");
  expect(times(text, "+++ /etc/a")).toBe(1);
  expect(text).toMatch(/\| \*\*blocked\*\* \| <code>ssh.no-method<\/code> \| <code>web2<\/code> \|/);
  expect(times(text, "All of them.")).toBe(1);
});

it("tells a host that is nearly alike by what differs, and one that isn't as a whole", () => {
  const own = file("/etc/a", "other");
  const text = written(
    planned("web1", all),
    planned("web2", all),
    planned("db1", [own, ...all.slice(1)]),
    planned("old1", [file("/etc/z")]),
  );
  const [, near, far] = sections(text);
  expect(near).toMatch(/^### <code>db1<\/code>\n\n<code>db1.example, debian 13, profile p<\/code>\n/);
  expect(near).toContain("As <code>web1</code>, but for:");
  const [here, there] = near!.split("And not here:");
  expect(here).toContain("+other");
  expect(there).toContain("+x");
  expect(times(text, "+++ /etc/b")).toBe(1);
  expect(far).toContain("+++ /etc/z");
  expect(far).not.toContain("but for");
});

it("names a host without a plan, and one alone as it always was", () => {
  const error = new HardenError("connect", "No answer.");
  const lost = { target: "web2", ok: false, error, verdict: "unreachable", status: 1 } as const;
  const [first, second] = sections(written(planned("web1", all), lost));
  expect(first).toMatch(/^### <code>web1<\/code>\n\n<code>web1.example, debian 13, profile p<\/code>\n/);
  expect(first).toContain("<summary><code>ssh/file:/etc/a</code></summary>");
  expect(second).toMatch(/^### <code>web2<\/code>\n\n\*\*No result.\*\*/);
});
