/** The ruleset of the next boot: known only where ufw's own start, of its own files alone, brings it. */
import type { LoadedRules } from "../../facts/next-rules.ts";
import { type Fact, present, valueOr } from "../../facts/probe.ts";
import type { RulesFact } from "../../facts/rules.ts";
import { type CheckResult, Input, type Part } from "../../plan/control.ts";
import { nextBootOf, notLasting } from "../next-boot/next-start.ts";
import { notEnabled } from "./boot.ts";
import type { FirewallInput, FirewallSeen, FirewallView, NextBoot } from "./model.ts";

/** Undefined where ufw or its unit isn't there at all, which says enough by itself. */
export function nextBoot(
  seen: FirewallSeen,
  view: (seen: FirewallSeen) => FirewallView,
): NextBoot | undefined {
  const { boot, next, others } = seen.facts;
  if (boot.state === "absent" || next.state === "absent") return undefined;
  const start = nextBootOf([{ fact: boot, target: "multi-user.target" }], {
    fact: others,
    concern: "firewall",
  });
  if (start.as !== "packaged") return start;
  if (next.state !== "present") return notKnown(next.why);
  const { other, rules } = next.value;
  if (other[0] !== undefined) return notKnown(other[0]);
  if (rules === undefined) return { as: "not started", why: notEnabled };
  const later = { ...seen, facts: { ...seen.facts, rules: loadedInto(seen, rules) } };
  return { as: "known", input: new Input({ view }, later) };
}

function loadedInto({ facts }: FirewallSeen, loaded: LoadedRules): Fact<RulesFact> {
  if (facts.rules.state !== "present") return facts.rules;
  const { v4: _v4, v6: _v6, ...others } = facts.rules.value;
  return present({ ...others, ...loaded });
}

const notKnown = (why: string): NextBoot => ({ as: "not known", why });

/** What ufw could not load, as part of a sentence; empty where it loads all. */
function failed({ facts }: FirewallInput): string {
  const all = valueOr(facts.next, undefined)?.failed ?? [];
  return all.length === 0 ? "" : ` (ufw can't load ${all.join("; ")})`;
}

/** A way in fails where it will surely be shut; of the rest it is told; "whole" also that something can't be loaded. */
export type AtBoot = "way in" | "told" | "whole";

interface Later {
  readonly test: (input: FirewallInput) => CheckResult;
  readonly atBoot: AtBoot;
}

/** What holds now, judged by the next boot as well; of parts, each that the next boot brings is one more. */
export function untilNextBoot(now: CheckResult, input: FirewallInput, later: Later): CheckResult {
  const next = input.view.next();
  if (next === undefined) return now;
  const whole = judged(now, input, { next, ...later });
  return now.parts === undefined
    ? whole
    : { ...whole, parts: [...now.parts, ...coming(now.parts, next, later)] };
}

function coming(parts: readonly Part[], next: NextBoot, { test }: Later): readonly Part[] {
  const verdict = "until the next boot";
  if (next.as !== "known")
    return parts.some(({ found }) => found.includes(next.why))
      ? []
      : [{ object: "", verdict, found: notLasting(next) }];
  return (test(next.input).parts ?? [])
    .filter(({ object, found }) => !parts.some((part) => part.object === object && part.found === found))
    .map(({ object, found }) => ({ object, verdict, found: `at the next boot ${found}` }));
}

function judged(
  now: CheckResult,
  input: FirewallInput,
  { next, test, atBoot }: Later & { readonly next: NextBoot },
): CheckResult {
  if (now.verdict === "fail" || now.verdict === "error") return now;
  if (next.as !== "known") {
    if (now.verdict !== "pass") return now;
    return { ...now, verdict: "until the next boot", found: `${now.found}; ${notLasting(next)}` };
  }
  const later = test(next.input);
  const lost = later.verdict === "fail" || later.verdict === "error";
  const unloaded = failed(input);
  if (!lost && (atBoot !== "whole" || unloaded === "")) return now;
  const found = `${now.found} now; at the next boot ${later.found}${unloaded}`;
  return { ...now, verdict: atBoot === "way in" ? "fail" : "until the next boot", found };
}
