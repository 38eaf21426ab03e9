/** Whether the kernel's rules shut out whom the running jail has banned: by rules of iptables, or by fail2ban's own table. */
import type { Banned, Jail } from "../../facts/fail2ban.ts";
import { parseDump, type Tables } from "../../facts/iptables.ts";
import { reached, reachedBy } from "../firewall/fates.ts";
import type { LinkTo } from "../firewall/links.ts";
import { readers } from "../firewall/reader.ts";
import { anyLink, peersOf, remainder, type Space } from "../firewall/space.ts";
import { rulesetOf } from "../firewall/walk.ts";
import { coversPort } from "./next.ts";

/** A banned address that may come in, or does. */
export interface Leak {
  readonly verdict: "fail" | "error";
  readonly found: string;
}

/** `by`: the rule, or what is missing. */
export interface BanAnswer {
  readonly state: "closed" | "open" | "unknown";
  readonly by: string;
}

/** Actions of which the rules that are looked at say all. */
const byRules = /^(iptables|nftables|ufw)/;

/** `ports`: those that a ban has to close. */
export const leaks = (jail: Jail, ports: readonly number[], linkTo: LinkTo): readonly Leak[] =>
  jail.banned.flatMap((banned) => ports.flatMap((port) => leak(jail, { banned, port, linkTo })));

export interface Packet {
  readonly banned: Banned;
  readonly port: number;
  readonly linkTo: LinkTo;
  /** Of a ban of a whole network; else of one address, which comes by the interface of its route. */
  readonly comers?: BannedComers;
}

/** By which interfaces the packets come; `spared`: those of them that no ban is to keep out. */
export interface BannedComers {
  readonly links: readonly string[];
  readonly spared: readonly Space[];
}

function leak(jail: Jail, packet: Packet): readonly Leak[] {
  const closing = jail.actions.filter((each) => each.port !== undefined).map(({ name }) => name);
  const save = jail.rules[isSix(packet.banned) ? "save6" : "save4"];
  const answers = [
    ...(closing.some((name) => name.startsWith("nftables"))
      ? [inTable(jail.rules.table, setOf(packet.banned), packet)]
      : []),
    ...(save.length > 0 ? [walked(save, packet)] : []),
  ];
  if (answers.some(({ state }) => state === "closed")) return [];
  const isSure =
    answers.length > 0 &&
    answers.every(({ state }) => state === "open") &&
    closing.every((name) => byRules.test(name));
  const why = answers.map(({ by }) => by).join("; ") || "the rules could not be read";
  const what = `${packet.banned.address} is banned and ${isSure ? "comes" : "may come"} in at port ${packet.port}`;
  return [{ verdict: isSure ? "fail" : "error", found: `${what}: ${why}` }];
}

/** fail2ban's own name of the set that has the address. */
export const setOf = (banned: Banned) => (isSix(banned) ? "addr6-set-sshd" : "addr-set-sshd");

export const isSix = ({ address }: Pick<Banned, "address">) => address.includes(":");

export const answer = (state: BanAnswer["state"], by: string): BanAnswer => ({ state, by });

/** The way of its first packet through all of iptables' tables. */
function walked(save: readonly string[], packet: Packet): BanAnswer {
  const hidden = save.find((line) => /^# Table .* is incompatible/.test(line));
  return hidden === undefined ? walkedTables([parseDump(save)], packet) : answer("unknown", hidden);
}

export function walkedTables(tables: readonly Tables[], packet: Packet): BanAnswer {
  const { banned, port, linkTo } = packet;
  const peers = peersOf(banned.address);
  if (peers === undefined) return answer("unknown", "no address");
  const family = isSix(banned) ? 6 : 4;
  const { links, spared } = packet.comers ?? { links: [linkTo(peers) ?? anyLink], spared: [] };
  const way = rulesetOf(tables, readers[family], linkTo).walk({
    family,
    protocol: "tcp",
    hook: "INPUT",
    state: "NEW",
    port: String(port),
    peer: banned.address,
    links,
  });
  if (way.cut) return answer("unknown", "there are too many rules");
  let isSure = true;
  let doubt: BanAnswer | undefined;
  for (const fate of reached(way)) {
    if (fate.ruling !== "accept" && fate.ruling !== "forward") isSure &&= fate.sure;
    else if (reachedBy(way, fate).some((piece) => remainder(piece, spared).length > 0)) {
      if (isSure && fate.sure) return answer("open", `by ${fate.by}`);
      doubt ??= answer("unknown", `by ${fate.by}`);
    }
  }
  return doubt ?? answer("closed", "");
}

/** The way through the chain of fail2ban's own table. */
export function inTable(lines: readonly string[], set: string, packet: Packet): BanAnswer {
  const text = lines.map((line) => line.replace(/ comment ""/g, "")).join("\n");
  const chains = [...text.matchAll(/^\tchain \S+ \{\n((?:\t\t.*\n)*)\t\}/gm)].map(([, body = ""]) =>
    body
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean),
  );
  const chain = chains.find((rules) => rules.some((rule) => rule.includes(`@${set} `)));
  if (chain === undefined) return answer("open", `nftables has no rule for ${set}`);
  if (/^\tflags .*\bdormant\b/m.test(text)) return answer("open", "the table f2b-table is dormant");
  if (!chain.some((rule) => /^type filter hook (input|prerouting) /.test(rule)))
    return answer(/\b(jump|goto) /.test(text) ? "unknown" : "open", "the chain of f2b-table has no hook");
  for (const rule of chain.filter((each) => !each.startsWith("type "))) {
    const found = ofRule(rule, set, packet);
    if (found !== undefined) return found;
  }
  return answer("open", `no rule for ${set} has the port`);
}

const counted = "(?:counter packets \\d+ bytes \\d+ )?";
const portsOf = "(\\{ [^}]* \\}|[\\d-]+)";
const banRule = new RegExp(
  `^(?:tcp dport ${portsOf} |(?:meta l4proto|ip protocol|ip6 nexthdr) (?:tcp|\\{ [^}]*\\btcp\\b[^}]*\\}) )?ip6? saddr @\\S+ ${counted}(?:reject|drop)\\b`,
);
const passRule = new RegExp(`^(?:(tcp|udp|th) dport ${portsOf} )?${counted}(?:accept|return)$`);

/** What a rule of the chain says of the packet; undefined where it goes on to the next one. */
function ofRule(rule: string, set: string, { banned, port }: Packet): BanAnswer | undefined {
  const covers = (ports: string | undefined) =>
    ports === undefined || coversPort(ports.replace(/[{} ]/g, "").replaceAll("-", ":"), port);
  if (rule.includes(`@${set} `)) {
    const ban = banRule.exec(rule);
    if (ban === null) return answer("unknown", rule);
    if (!covers(ban[1])) return undefined;
    const state = { yes: "closed", no: "open", unknown: "unknown" } as const;
    return answer(state[banned.inSet], `${set} in nftables does not have it`);
  }
  if (!/\b(accept|return|jump|goto|queue|vmap|continue)\b/.test(rule)) return undefined;
  const [whole, protocol, ports] = passRule.exec(rule) ?? [];
  if (whole === undefined) return answer("unknown", `by ${rule}`);
  return protocol !== "udp" && covers(ports) ? answer("open", `by ${rule}`) : undefined;
}
