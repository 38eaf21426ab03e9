/** How much of a host is asked: by a plan, by a proof, by the look behind the confirm. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Facts, probeKey } from "../../src/facts/probe.ts";
import { parseRecorded } from "../../src/facts/recorded.ts";
import { bareNext } from "../../src/next.ts";
import { probesOf } from "../../src/run/gather.ts";
import { judge } from "../../src/run/judge.ts";
import { look } from "../../src/run/look.ts";
import { managedBy } from "../../src/run/managed.ts";
import { stillProven } from "../../src/run/prove.ts";
import { choiceOf } from "../choice.ts";

describe.each(["debian12", "debian13"])("the recorded %s", async (name) => {
  const text = readFileSync(new URL(`../fixtures/hosts/${name}.json`, import.meta.url), "utf8");
  const recorded = parseRecorded(text);
  const choice = await choiceOf("production");
  const ports = { version: "0", now: () => Date.parse("2027-01-31T12:00:00Z") };
  const proofs = (facts: Facts) => {
    const about = { choice, target: "t", tool: "0", next: bareNext, transport: recorded as never };
    const { checks } = judge(look(facts, about), choice, ports);
    return checks.filter(({ role }) => role === "proof").map(({ id, verdict }) => `${id} ${verdict}`);
  };

  it("undoes no run for what its proof doesn't ask", () => {
    const of = { profile: choice.profile, transport: recorded as never };
    const asked = new Set(probesOf(managedBy(choice), { ...of, depth: "proof" }).map(probeKey));
    const facts = new Map([...recorded.facts].filter(([key]) => asked.has(key)));
    expect(facts.size).toBeLessThan(recorded.facts.size);
    expect(proofs(facts)).toEqual(proofs(recorded.facts));
  });

  it("asks again what a proof could not read, and nothing that it did", () => {
    const about = { choice, target: "t", tool: "0", next: bareNext, transport: recorded as never };
    const of = { profile: choice.profile, transport: recorded as never };
    const proven = (facts: Facts) => {
      const gathered = look(facts, about);
      return stillProven({ ...gathered, plan: { ...gathered.plan, changes: [] } }, of);
    };
    const [first = ""] = proven(recorded.facts).keys();
    const late = { state: "unknown", data: Buffer.from("reading it took more than 20 s") } as const;
    const kept = proven(new Map([...recorded.facts, [first, late]]));
    expect([...kept.keys()]).toEqual([...proven(recorded.facts).keys()].filter((key) => key !== first));
  });
});
