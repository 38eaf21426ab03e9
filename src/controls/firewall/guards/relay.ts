/** A login that is passed on by something of this host that goes out by itself, such as `ssh -R`, needs its way out again. */
import type { Finding } from "../../../checks/finding.ts";
import { findingsOf } from "../../../checks/finding.ts";
import { valueOr } from "../../../facts/probe.ts";
import type { Remote } from "../../../facts/sockets.ts";
import { obstacle } from "../effective.ts";
import type { FamilyView, FirewallInput, FirewallView } from "../model.ts";
import { peersOf } from "../space.ts";
import { isRelayed } from "../tunnel.ts";
import { zeroNetwork } from "../tuple.ts";
import type { Packets } from "../walk.ts";
import { all } from "./list.ts";

const say = findingsOf("firewall", {
  "relay-shut": ["block", "What passes the planned login on could not go out again"],
});

export const findings = say.records;

/** It was not found: it may go anywhere. */
const notFound: Remote = { protocol: "tcp", address: "::", port: 0 };

export function relay({ facts, access }: FirewallInput, view: FirewallView): readonly Finding[] {
  if (!isRelayed(facts.routes, access)) return [];
  const ways = valueOr(facts.sockets, undefined)?.relay ?? [notFound];
  const shut = ways.filter((way) => view.families.some((each) => isShut(way, each)));
  if (shut.length === 0) return [];
  const isKnown = shut.every(({ port }) => port !== 0);
  return say(
    "relay-shut",
    `You come from ${access.caller}, an address of this host's own: something on it passes your login on. ${isKnown ? `It has gone out to ${all(unique(shut.map(remoteText)))}` : "Where it goes out to can't be told"}, and no rule would let it out again once its connection ends.`,
    isKnown
      ? `Let it out before: ${all(unique(shut.map(ruleText)))}; where it goes there by a name, DNS as well. Or keep defaultOutgoing: allow.`
      : "Let it out by a rule of the host's own (ufw allow out), then close the rest by hand once (ufw default deny outgoing) and see that it comes back. Or keep defaultOutgoing: allow.",
  );
}

/** It passes now, and wouldn't. */
function isShut(way: Remote, each: FamilyView): boolean {
  const packets = packetsTo(way, each);
  return (
    packets !== undefined &&
    each.ruleset.tables.length > 0 &&
    obstacle(each.ruleset, [packets]) === undefined &&
    obstacle(each.planned(), [packets]) !== undefined
  );
}

function packetsTo({ protocol, address, port }: Remote, each: FamilyView): Packets | undefined {
  const { family, links, ruleset } = each;
  const packets = { family, protocol, hook: "OUTPUT", state: "NEW", links } as const;
  if (address === "::" || (port === 0 && isOf(address, each)))
    return { ...packets, peer: zeroNetwork[family] };
  if (!isOf(address, each)) return undefined;
  const to = peersOf(address);
  const link = to === undefined ? undefined : ruleset.linkTo(to);
  return { ...packets, port: String(port), peer: address, links: link === undefined ? links : [link] };
}

const isOf = (address: string, { family }: FamilyView) => address.includes(":") === (family === 6);

const unique = (texts: readonly string[]) => [...new Set(texts)];

const remoteText = ({ protocol, address, port }: Remote) => `${address} ${port}/${protocol}`;

const ruleText = ({ protocol, address, port }: Remote) =>
  `ufw allow out to ${address} port ${port} proto ${protocol}`;
