/** What rules mean, each read once: they are walked through again and again, and equal lines are one rule. */
import type { Option, Rule } from "../../facts/iptables.ts";
import { once } from "../../once.ts";
import { type Condition, conditionsOf } from "./match.ts";
import { normalOptions, textOf } from "./normal.ts";
import type { Family } from "./tuple.ts";

export interface RulesReader {
  /** As in normal.ts. */
  readonly normalOptions: (rule: Rule) => readonly Option[];
  readonly normalRule: (rule: Rule) => string;
  /** As in match.ts. */
  readonly conditions: (rule: Rule) => readonly Condition[];
}

function readerOf(family: Family): RulesReader {
  const options = once((rule: Rule) => normalOptions(rule, family));
  return {
    normalOptions: options,
    normalRule: once((rule: Rule) => textOf(options(rule))),
    conditions: once((rule: Rule) => conditionsOf(rule, options(rule), family)),
  };
}

export const readers: Readonly<Record<Family, RulesReader>> = { 4: readerOf(4), 6: readerOf(6) };
