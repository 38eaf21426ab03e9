/** The inventory alone: what nothing explains is read first, and no name forges a line. */
import { expect, it } from "vitest";
import { inventoryResults } from "../../generate/results-schema.ts";
import { HardenError } from "../../src/errors.ts";
import { inventoriesJson, inventoriesText } from "../../src/features/audit/inventory-text.ts";
import { auditedItems } from "../../src/reports/items.ts";
import { plainPage } from "../../src/reports/page.ts";
import type { AuditReport } from "../../src/results/audited.ts";
import { report as check } from "../assess/report.ts";
import { debian } from "../controls/facts.ts";

const entries = [
  { kind: "logins", name: "root", about: "root can log in by a key", by: "Debian" },
  { kind: "jobs", name: "/etc/cron.d/odd", about: "/etc/cron.d/odd is of no package" },
];
const unread = [{ kind: "units", why: "no answer" }];
const unused = [{ kind: "jobs", name: "/etc/cron.d/typo" }];
const reportOf = (listed: object | undefined) =>
  [
    {
      target: "web1",
      ok: true,
      verdict: "fail",
      status: 2,
      value: {
        host: debian("13"),
        outside: { why: "x" },
        reach: [],
        containers: [],
        engine: {},
        checks: [],
        inventory: listed === undefined ? undefined : { unused, ...listed },
      },
    },
    {
      target: "web2",
      ok: false,
      verdict: "unreachable",
      status: 1,
      error: new HardenError("connect", "No answer."),
    },
    {
      target: "c.yaml",
      ok: true,
      verdict: "pass",
      status: 0,
      value: { files: ["c.yaml"], services: [], checks: [], findings: [] },
    },
  ] as unknown as AuditReport;

it("the inventory is a table for a person, in which what nothing explains is marked and comes first", () => {
  expect(
    inventoriesText(reportOf({ entries, unread })),
  ).toBe(`web1 (web1, debian 13): 2 entries, 1 that nothing explains

  kind    name             explained by
! jobs    /etc/cron.d/odd  nothing: /etc/cron.d/odd is of no package
  logins  root             Debian

Not known, there may be more of units: no answer.

The profile accepts /etc/cron.d/typo of jobs, and there is none: a name counts as it stands here, whole.

Look at each of them. What is meant to be there, the profile accepts by these lines:

privileges:
  accepted:
    jobs:
      - /etc/cron.d/odd

web2: no inventory: No answer.`);
  expect(inventoriesText(reportOf({ entries: entries.slice(0, 1), unread: [] }))).toContain(
    "1 entry, all of them explained",
  );
  expect(inventoriesText(reportOf(undefined))).toContain(
    "no inventory, for the profile has no section privileges",
  );
});

it("the inventory is the same data as JSON, by its schema, of hosts alone", () => {
  const all = JSON.parse(inventoriesJson(reportOf({ entries, unread })));
  expect(inventoryResults.safeParse(all).error).toBeUndefined();
  expect(all).toMatchObject([
    { target: "web1", value: { inventory: { entries, unread, unused } } },
    { target: "web2", error: { code: "connect" } },
  ]);
});

it("the inventory has each hostile name on its own line, in a column that it can't stretch", () => {
  const name = `/tmp/x\n! logins  root\u001b[31m\u202e${"y".repeat(4096)}`;
  const hostile = [{ kind: "jobs", name, about: name }, ...entries];
  const text = inventoriesText(reportOf({ entries: hostile, unread }));
  expect(text).not.toMatch(/^! logins/m);
  expect(text).not.toMatch(/[\u001b\u202e]/);
  expect(text.split("\n").find((line) => line.includes("Debian"))!.length).toBeLessThan(100);
  expect(inventoriesText(reportOf({ entries: hostile, unread }), { ...plainPage, width: 80 })).not.toMatch(
    /^! logins/m,
  );
});

it("what is new in the inventory and no check tells is an item of every format, as is what can't be compared", () => {
  const [web1] = reportOf({ entries, unread: [] }) as never as { value: object }[];
  const [, odd] = entries;
  const items = (checks: readonly object[]) => {
    const inventory = { new: [odd], uncompared: [{ kind: "units", why: "no answer" }] };
    const since = { baseline: "b", mended: [], unlooked: [], inventory };
    const layers = { layers: [], assets: [], findings: [], profile: { name: "web", digest: "d" } };
    const value = { ...web1!.value, ...layers, engine: { state: "unasked", why: "x" }, checks, since };
    return auditedItems({ target: "web1", ok: true, value } as never).items.map(
      ({ rule, object, state, word }) => ({ rule, object, state, word }),
    );
  };
  const uncompared = { rule: "privileges.units", object: "", state: "unmeasured", word: "not compared" };
  expect(items([])).toEqual([
    { rule: "privileges.jobs", object: "/etc/cron.d/odd", state: "bad", word: "new" },
    uncompared,
  ]);
  const told = { ...check({ id: "privileges.jobs", object: "/etc/cron.d/odd" }), since: "new" };
  expect(items([told]).map(({ word }) => word)).toEqual(["fail", "not compared"]);
});
