/** What the kernel has otherwise than ufw's files, a line each for a person; what the files' own changes bring is theirs. */
import { type Chains, parseTables, type Rule } from "../../facts/iptables.ts";
import { oneLine } from "../../text.ts";
import { ruleLine } from "./lines.ts";
import type { FamilyView, FirewallView } from "./model.ts";
import { named, namesOf } from "./opening.ts";
import { crossings } from "./order.ts";
import { userChains } from "./skeleton.ts";

/** Somebody may have put thousands of rules there. */
const mostLines = 20;

export function driftLines(view: FirewallView): readonly string[] {
  const { operation, reasons } = view.needed();
  if (operation === "enable" || operation === "none") return [];
  const setup = operation === "reload" && hasPolicies(view) ? reasons.map((reason) => `~ ${reason}`) : [];
  const user = view.families.flatMap((each) => [...userDrift(each), ...moved(each)]);
  const lines = [...new Set([...setup, ...user].map((line) => oneLine(line)))];
  const more = lines.length - mostLines;
  return more > 0 ? [...lines.slice(0, mostLines), `~ and ${more} more`] : lines;
}

/** Else the chains of the policies differ since the profile wants others. */
const hasPolicies = ({ settings, policies }: FirewallView) =>
  settings?.policies.input === policies.input && settings.policies.output === policies.output;

/** Rules of the user's chains that are in the kernel alone, and those that it has lost. */
function userDrift(view: FamilyView): readonly string[] {
  const text = nameIn(view);
  const file = chainsOf(view.userFile?.content);
  const keys = (rules: readonly Rule[]) => new Set(rules.map((rule) => view.read.normalRule(rule)));
  return [...userChains(view)].flatMap(([chain, { rules }]) => {
    const now = view.live?.get(chain)?.rules ?? [];
    const [live, written, wanted] = [keys(now), keys(file.get(chain)?.rules ?? []), keys(rules)];
    const is = (set: ReadonlySet<string>, rule: Rule) => set.has(view.read.normalRule(rule));
    return [
      ...now
        .filter((rule) => !is(written, rule) && !is(wanted, rule))
        .map((rule) => `- "${rule.text}" is in none of ufw's files`),
      ...rules
        .filter((rule) => is(written, rule) && !is(live, rule))
        .map((rule) => `+ ${text(rule)}, which the kernel has lost`),
    ];
  });
}

/** `~ allow 80/tcp moves before deny 80/tcp (the host's own)`: what the kernel has the other way round. */
function moved(view: FamilyView): readonly string[] {
  const text = nameIn(view);
  const crossed = [...userChains(view)].flatMap(
    ([chain, { rules }]) => crossings(view.live?.get(chain)?.rules ?? [], rules, view.read) ?? [],
  );
  return crossed.map(({ first, now }) => `~ ${text(first)} moves before ${text(now)}`);
}

function nameIn(view: FamilyView): (rule: Rule) => string {
  const names = namesOf(view.wanted.blocks, view, ruleLine);
  return (rule) => named(names, rule, view) ?? `"${rule.text}"`;
}

const chainsOf = (content: Buffer | undefined): Chains =>
  parseTables(content?.toString("latin1") ?? "").get("filter") ?? new Map();
