/** Tables that no walk goes through. */
import type { NftTable } from "../../facts/nftables.ts";
import type { RulesFact } from "../../facts/rules.ts";

/** Programs that look after their own: fail2ban and CrowdSec only ban, Docker takes only what is for its containers. */
const familiar = /^(inet|ip6?) (f2b-table|crowdsec6?(-.*)?|docker-bridges)$/;

/** Frames of bridges and ARP are none of ufw's, and nothing in `forward` is for the host. */
const touches = (hook: string) => /^(prerouting|input|output|postrouting|ingress|egress)$/.test(hook);

/** `inet mine (input, output)`: what takes packets away that ufw lets pass. */
export const takingTables = (tables: readonly NftTable[]): readonly string[] =>
  tables
    .filter(({ name }) => !familiar.test(name) && !/^(bridge|arp) /.test(name))
    .flatMap(({ name, takes }) => {
      const hooks = takes.filter(touches);
      return hooks.length === 0 ? [] : [`${name} (${hooks.join(", ")})`];
    });

/** Those of iptables, by their names in nftables. */
const iptables = /^ip6? (filter|nat|mangle|raw|security)$/;

/** What leaves packets otherwise than ufw's rules think, or may: `ip mine was not walked: its rules say notrack`. */
export function unwalkedTables({ nft, nftTables }: RulesFact): readonly string[] {
  const reasons = new Map(nft.map(({ name, unwalked }) => [name, unwalked]));
  const unread = nftTables.filter((name) => !reasons.has(name) && !iptables.test(name));
  return [
    ...reasons,
    ...unread.map((name) => [name, "there are too many tables to read all"] as const),
  ].flatMap(([name, why]) => (why === undefined ? [] : [`${name} was not walked: ${why}`]));
}

/** Tables of the backend that the host's iptables doesn't show, where there is no program to show them. */
export function unreadTables({
  variant,
  legacyTables,
  nftTables,
  other4,
  other6,
}: RulesFact): readonly string[] {
  if (other4 !== undefined || other6 !== undefined) return [];
  if (variant === "legacy") return nftTables.filter((name) => iptables.test(name));
  const shown = variant === "nft" || nftTables.some((name) => /^ip6? /.test(name));
  return shown ? legacyTables : [];
}
