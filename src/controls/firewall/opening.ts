/** Openings, for a person. */

import { parseTables, type Rule } from "../../facts/iptables.ts";
import type { Opening } from "./let-in.ts";
import type { FamilyRules, FamilyView, View } from "./model.ts";
import { allPeers, allPorts, anyLink, count, networksOf, type Ranges, union, without } from "./space.ts";
import { type Family, tupleText } from "./tuple.ts";

/** The host's own rules of user.rules, by what they do. */
export function ownTuples({ user, read }: FamilyRules): ReadonlyMap<string, string> {
  const blocks = user.blocks.map(({ text, tuple }) => ({ tuple, tables: parseTables(`*filter\n${text}`) }));
  return new Map(
    blocks.flatMap(({ tuple, tables }) =>
      [...(tables.get("filter")?.values() ?? [])].flatMap(({ rules }) =>
        rules.map((rule) => [`${rule.chain} ${read.normalRule(rule)}`, tupleText(tuple)] as const),
      ),
    ),
  );
}

/** The rule as ufw would say it, where it is one of user.rules. */
export function ruleText(rule: Rule, view: FamilyView): string {
  const own = view.ownTuples().get(`${rule.chain} ${view.read.normalRule(rule)}`);
  return own === undefined ? `"${rule.text}"` : `the host's own rule "${own}"`;
}

/** At most this many networks or ranges are named. */
const mostNamed = 4;

const all = "all ports";

function portsText(ports: Ranges): string {
  if (without(allPorts, ports).length === 0) return all;
  const texts = ports.map(([from, to]) => (from === to ? `${from}` : `${from}:${to}`));
  return texts.length > mostNamed ? `${count(ports)} ports` : texts.join(",");
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

function told({ pieces, protocol, fate, family, rule }: Opening, view: FamilyView): Told {
  const exact = portsText(union(pieces.flatMap((piece) => piece.ports)));
  const ports = portsText(fate.space.ports) === all && exact !== all ? `${all} but the profile's` : exact;
  const from = peersText(union(pieces.flatMap((piece) => piece.peers)), family);
  const over = linksText([...new Set(pieces.flatMap(({ links }) => links))], view);
  const to = fate.changedTo === undefined ? "" : ` to ${fate.changedTo}`;
  const by =
    rule.chain === "DOCKER" && to !== "" ? `, published by Docker${to}` : `${to} by ${ruleText(rule, view)}`;
  const object = `${ports}${ports.startsWith(all) ? ", " : "/"}${protocol} from ${from}${over}`;
  return { object, text: `${object}${by}` };
}

/** Each once, with its family where the other has it not. */
export function toldOpenings(
  { families }: View,
  openingsOf: (view: FamilyView) => readonly Opening[],
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
