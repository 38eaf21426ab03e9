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

/** What sends packets elsewhere before ufw sees them. */
export const changingTables = (tables: readonly NftTable[]): readonly string[] =>
  tables.filter(({ changes }) => changes).map(({ name }) => name);

/** Tables of the backend that the host's iptables doesn't show, where there is no program to show them. */
export function unreadTables({
  variant,
  legacyTables,
  nftTables,
  other4,
  other6,
}: RulesFact): readonly string[] {
  if (other4 !== undefined || other6 !== undefined) return [];
  if (variant === "legacy") return nftTables.filter((name) => /^ip6? filter$/.test(name));
  const shown = variant === "nft" || nftTables.some((name) => /^ip6? /.test(name));
  return shown ? legacyTables : [];
}
