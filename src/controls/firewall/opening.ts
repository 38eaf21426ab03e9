/** Openings, for a person. */
import { parseTables, type Rule } from "../../facts/iptables.ts";
import type { HostOpening } from "./let-in.ts";
import type { FamilyRules, FamilyView, FirewallView } from "./model.ts";
import { allPeers, allPorts, anyLink, networksOf, type Ranges, union, without } from "./space.ts";
import { type Family, tupleText } from "./tuple.ts";
import type { Block } from "./user-rules.ts";

const keyOf = (rule: Rule, { read }: Pick<FamilyRules, "read">) => `${rule.chain} ${read.normalRule(rule)}`;

/** What ufw's rules are called, by what each of their lines does; {@link named} asks it. */
export const namesOf = (
  blocks: readonly Block[],
  view: Pick<FamilyRules, "read">,
  text: (block: Block) => string,
): ReadonlyMap<string, string> =>
  new Map(
    blocks.flatMap((block) =>
      [...(parseTables(`*filter\n${block.text}`).get("filter")?.values() ?? [])].flatMap(({ rules }) =>
        rules.map((rule) => [keyOf(rule, view), text(block)] as const),
      ),
    ),
  );

/** Undefined where it is none of theirs. */
export const named = (names: ReadonlyMap<string, string>, rule: Rule, view: Pick<FamilyRules, "read">) =>
  names.get(keyOf(rule, view));

/** The rules of user.rules by what they do, with whose they are. */
export const userRuleTexts = (view: FamilyRules): ReadonlyMap<string, string> =>
  namesOf(
    view.user.blocks,
    view,
    ({ tuple, ours }) => `${ours ? "harden's" : "the host's"} own rule "${tupleText(tuple)}"`,
  );

/** The rule as ufw would say it, where it is one of user.rules. */
export function ruleText(rule: Rule, view: FamilyView): string {
  return named(view.userRuleTexts(), rule, view) ?? `"${rule.text}"`;
}

const isLimit = ({ chain }: Rule) => /^ufw6?-user-limit-accept$/.test(chain);

/** At most this many networks are named; all ports are. */
const mostNamed = 4;

const all = "all ports";

function portsText(ports: Ranges): string {
  if (without(allPorts, ports).length === 0) return all;
  return ports.map(([from, to]) => (from === to ? `${from}` : `${from}:${to}`)).join(",");
}

function peersText(peers: Ranges, family: Family): string {
  const networks = (ranges: Ranges) => ranges.flatMap((range) => networksOf(range, family === 4 ? 32 : 128));
  const missing = networks(without(allPeers[family], peers));
  if (missing.length === 0) return "anywhere";
  const named = networks(peers);
  if (named.length <= mostNamed) return named.join(", ");
  return missing.length <= mostNamed ? `anywhere but ${missing.join(", ")}` : `${named.length} networks`;
}

function linksText(links: readonly string[], view: FamilyView): string {
  if (links.includes(anyLink) || view.links.every((link) => links.includes(link))) return "";
  return ` over ${links.join(", ")}`;
}

/** What comes in, and as a whole sentence by which rule. */
export interface Told {
  readonly object: string;
  readonly text: string;
}

function told({ pieces, protocol, fate, family, rule }: HostOpening, view: FamilyView): Told {
  const exact = portsText(union(pieces.flatMap((piece) => piece.ports)));
  const ports = portsText(fate.space.ports) === all && exact !== all ? `${all} but the profile's` : exact;
  const from = peersText(union(pieces.flatMap((piece) => piece.peers)), family);
  const over = linksText([...new Set(pieces.flatMap(({ links }) => links))], view);
  const to = fate.changedTo === undefined ? "" : ` to ${fate.changedTo}`;
  // What ufw limits is accepted in a chain of its own, which all of its limits lead to.
  const leading = isLimit(rule) ? (fate.via ?? rule) : rule;
  const by =
    rule.chain === "DOCKER" && to !== ""
      ? `, published by Docker${to}`
      : `${to} by ${ruleText(leading, view)}`;
  const object = `${ports}${ports.startsWith(all) ? ", " : "/"}${protocol} from ${from}${over}`;
  return { object, text: `${object}${by}` };
}

/** Each once, with its family where the other has it not. */
export function toldOpenings(
  { families }: FirewallView,
  openingsOf: (view: FamilyView) => readonly HostOpening[],
): readonly Told[] {
  const found = new Map<string, { readonly one: Told; readonly of: Family[] }>();
  for (const view of families)
    for (const opening of openingsOf(view)) {
      const one = told(opening, view);
      found.set(one.text, { one, of: [...(found.get(one.text)?.of ?? []), view.family] });
    }
  return [...found.values()].map(({ one, of }) => {
    const family = new Set(of).size < families.length ? ` (IPv${of[0]})` : "";
    return { object: `${one.object}${family}`, text: `${one.text}${family}` };
  });
}
