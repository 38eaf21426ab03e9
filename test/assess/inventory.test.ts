/** What a host lists is all in the audit's result, with what explains it. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { assess } from "../../src/assess/assess.ts";
import { runChecks } from "../../src/assess/checks.ts";
import { inventoryOf, inventorySince } from "../../src/assess/inventory.ts";
import { privileges } from "../../src/controls/privileges.ts";
import { parseRecorded } from "../../src/facts/recorded.ts";
import { bareNext } from "../../src/next.ts";
import { hostOf } from "../../src/plan/planner.ts";
import type { Waiver } from "../../src/profile/schema.ts";
import { look } from "../../src/run/look.ts";

const recorded = parseRecorded(
  readFileSync(new URL("../fixtures/hosts/debian13.json", import.meta.url), "utf8"),
);

/** The recorded host with these lines in its inventory. */
function listed(lines: string, section: object = {}, waivers: readonly Waiver[] = []) {
  const facts = new Map(
    [...recorded.facts].map(([key, raw]) =>
      key.startsWith("inventory\0")
        ? [key, { ...raw, data: Buffer.concat([raw.data, Buffer.from(lines)]) }]
        : [key, raw],
    ),
  );
  const { enabled = true, ...rest } = section as { enabled?: boolean };
  const sections = { privileges: { ...(privileges.schema.parse(rest) as object), enabled, apply: true } };
  const profile = {
    name: "t",
    digest: "",
    access: { from: ["0.0.0.0/0"] },
    sections,
    waivers,
    nearby: [],
  } as never;
  const choice = { profile, only: [], skip: [] };
  const gathered = look(facts, { choice, target: "t", tool: "0", next: bareNext, transport: recorded });
  const input = { ...gathered, host: hostOf(facts) };
  const { checks } = assess(runChecks(input), { waivers, today: "2027-01-01", planned: gathered.plan });
  return { checks, inventory: inventoryOf(input, checks) };
}

const job = "job\t/etc/cron.d/odd\tnone\n";
const jobs = (given: ReturnType<typeof listed>) =>
  given.inventory!.entries.filter(({ name }) => name === "/etc/cron.d/odd");

describe("the inventory of an audit", () => {
  it("has what is explained, what isn't, and each kind that can't be read", () => {
    const { inventory } = listed(`${job}unread\tjob\tno answer\n`);
    expect(inventory!.entries).toContainEqual({
      kind: "root-accounts",
      name: "root",
      about: "root is root by its number",
      by: "Debian",
    });
    expect(inventory!.entries).toContainEqual({
      kind: "jobs",
      name: "/etc/cron.d/odd",
      about: "/etc/cron.d/odd is of no package",
    });
    expect(inventory!.unread).toContainEqual({ kind: "jobs", why: "no answer" });
  });

  it("names what the profile accepts and was written anew since", () => {
    const accepting = { accepted: { jobs: ["/etc/cron.d/odd"] } };
    const having = (sum: string) => listed(`job\t/etc/cron.d/odd\tnone\t${sum}\n`, accepting).inventory!;
    const since = (sum: string) => inventorySince(having(sum), having("aa")).new.map(({ name }) => name);
    expect([since("aa"), since("bb")]).toEqual([[], ["/etc/cron.d/odd"]]);
  });

  it("has what the profile keeps still about, and names what the profile accepts", () => {
    const kept = listed(job, { unexplained: { default: "keep" } });
    expect(kept.checks.filter(({ verdict }) => verdict === "fail")).toEqual([]);
    expect(jobs(kept)).toMatchObject([{ kind: "jobs" }]);
    expect(jobs(kept)[0]).not.toHaveProperty("by");
    expect(jobs(listed(job, { accepted: { jobs: ["/etc/cron.d/odd"] } }))).toMatchObject([
      { by: "privileges.accepted" },
    ]);
  });

  it("takes a waiver for an explanation, as long as it counts", () => {
    const waiver = {
      check: "privileges.jobs",
      object: "/etc/cron.d/odd",
      found: "/etc/cron.d/odd is of no package",
      reason: "ours",
      owner: "Ops",
      until: "2027-01-31",
    };
    expect(jobs(listed(job, {}, [waiver]))).toMatchObject([{ by: "a waiver until 2027-01-31" }]);
    expect(jobs(listed(job, {}, [{ ...waiver, until: "2026-01-31" }]))[0]).not.toHaveProperty("by");
  });

  it("is without secrets", () => {
    const secret = "hunter2-Qx91-zzK4";
    const { inventory } = listed(`preload\t/x?password=${secret}\n`);
    expect(JSON.stringify(inventory)).not.toContain(secret);
    expect(inventory!.entries.map(({ kind }) => kind)).toContain("preload");
  });

  it("is left out where the control is off", () => {
    expect(listed(job, { enabled: false }).inventory).toBeUndefined();
  });
});
