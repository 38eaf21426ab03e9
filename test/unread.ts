/** Invariant 6: unreadable is never absent, and unread is never "not applicable". */
import { runChecks } from "../src/assess/checks.ts";
import { host } from "../src/facts/host.ts";
import { type Facts, probeKey, type RawFact } from "../src/facts/probe.ts";
import type { Recorded } from "../src/facts/recorded.ts";
import { bareNext } from "../src/next.ts";
import { hostOf } from "../src/plan/planner.ts";
import { look } from "../src/run/look.ts";
import type { ProfileChoice } from "../src/run/ports.ts";

const unread: RawFact = { state: "unknown", data: Buffer.from("it is not read") };

/** Verdicts by check, those of its objects behind each other. */
function verdictsOf({ identity, facts }: Recorded, choice: ProfileChoice): ReadonlyMap<string, string> {
  const about = { choice, target: "web1", tool: "0", next: bareNext, transport: { identity } };
  const reports = runChecks({ ...look(facts, about), host: hostOf(facts) });
  const verdicts = new Map<string, string>();
  for (const { id, verdict } of reports) verdicts.set(id, `${verdicts.get(id) ?? ""} ${verdict}`.trim());
  return verdicts;
}

const without = (facts: Facts, key: string): Facts => new Map([...facts, [key, unread]]);

/** Which checks pass, or do not apply, only since a fact is unread: none. */
export function greenUnread(recorded: Recorded, choice: ProfileChoice): readonly string[] {
  const whole = verdictsOf(recorded, choice);
  const greener = (key: string) =>
    [...verdictsOf({ ...recorded, facts: without(recorded.facts, key) }, choice)]
      .filter(([id, verdict]) => /^(pass|not applicable)$/.test(verdict) && verdict !== whole.get(id))
      .map(([id, verdict]) => `${id}: ${whole.get(id)} is ${verdict} without ${key.slice(0, 100)}`);
  return [...recorded.facts.keys()].filter((key) => key !== probeKey(host)).flatMap(greener);
}
