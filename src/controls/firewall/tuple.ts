/** ufw's own form of a rule: the `### tuple ###` line of user.rules, and the iptables lines that ufw makes of it. */
import { formatAddress, formatNetwork, type Network, parseNetwork } from "../../profile/network.ts";
import { redactRemark } from "../../secrets/index.ts";
import { oneLine } from "../../text.ts";

export type Family = 4 | 6;

export const zeroNetwork = { 4: "0.0.0.0/0", 6: "::/0" } as const;

/** The chains' prefix in the kernel and in the files. */
export const prefixOf = (family: Family) => (family === 4 ? "ufw" : "ufw6");

/** A tuple line's words (ufw 0.36.2, backend_iptables.py, `_read_rules`). */
export interface Tuple {
  /** `allow`, `deny`, `reject`, `limit`, with `route:` before and `_log`, `_log-all` behind. */
  readonly action: string;
  readonly protocol: string;
  readonly toPort: string;
  readonly to: string;
  readonly fromPort: string;
  readonly from: string;
  /** Application profiles, `-` where there is none; undefined on a line of 7 words. */
  readonly applications?: readonly [string, string];
  /** `in`, `out`, `in_eth0`, `in_eth0!out_eth1`. */
  readonly direction: string;
  /** Decoded; empty where there is none. */
  readonly comment: string;
}

const mark = /^### tuple ###\s*/;

/** Undefined where the line is no tuple, or one that ufw would skip as malformed. */
export function parseTuple(line: string): Tuple | undefined {
  if (!mark.test(line)) return undefined;
  const [head = "", hex = ""] = line.replace(mark, "").split(" comment=");
  const fields = head.trim().split(/\s+/);
  if (fields.length < 6 || fields.length > 9) return undefined;
  const [action = "", protocol = "", toPort = "", to = "", fromPort = "", from = "", ...rest] = fields;
  const direction = fields.length % 2 === 1 ? rest.pop()! : "in";
  const [dapp, sapp] = rest;
  const comment = Buffer.from(hex.trim(), "hex").toString("utf8");
  return {
    action,
    protocol,
    toPort,
    to,
    fromPort,
    from,
    direction,
    comment,
    ...(dapp === undefined || sapp === undefined ? {} : { applications: [dapp, sapp] as const }),
  };
}

/** What two rules must have in common for ufw to take them for one: all but action, logging and comment. */
export const trafficKey = (tuple: Tuple): string =>
  JSON.stringify([
    tuple.action.startsWith("route:"),
    ...[tuple.protocol, tuple.toPort, tuple.to, tuple.fromPort, tuple.from, tuple.direction],
    ...(tuple.applications ?? ["-", "-"]),
  ]);

export const sameTraffic = (a: Tuple, b: Tuple): boolean => trafficKey(a) === trafficKey(b);

/** A rule has some fifteen ports at most: longer than any that ufw itself would write. */
export const mostOfALine = 1000;

/** A rule's comment, for a person: one line, cut where it is long. Only root can read ufw's files. */
export const shortNote = (comment: string) => oneLine(redactRemark(comment), 80);

/** For a person, in one line: `allow 5432/tcp from 10.0.0.0/8 (postgresql)`; no comment can end its parentheses. */
export function tupleText(tuple: Tuple): string {
  const anywhere = (address: string) => address === zeroNetwork[4] || address === zeroNetwork[6];
  const port = tuple.toPort === "any" ? "all ports" : tuple.toPort;
  const parts = [
    `${tuple.action} ${tuple.direction === "in" ? "" : `${tuple.direction.replace("_", " on ")} `}${port}`,
    tuple.protocol === "any" ? "" : `/${tuple.protocol}`,
    anywhere(tuple.to) ? "" : ` to ${tuple.to}`,
    anywhere(tuple.from) ? "" : ` from ${tuple.from}`,
    tuple.fromPort === "any" ? "" : ` port ${tuple.fromPort}`,
    tuple.comment === "" ? "" : ` (${shortNote(tuple.comment).replace(/[()"]/g, "'")})`,
  ];
  return oneLine(parts.join(""), mostOfALine);
}

/** A network as ufw writes it: without the prefix of a single address, and as inet_ntop(3) spells it. */
export function ufwAddress(text: string): string {
  const network = parseNetwork(text);
  if (network === undefined) throw new TypeError(`${text} is no network`);
  const single = network.prefix === network.bits;
  const mapped = mappedAddress(network);
  if (mapped !== undefined) return single ? mapped : `${mapped}/${network.prefix}`;
  return single ? formatAddress(network) : formatNetwork(network);
}

/** `::ffff:1.2.3.4`: the one IPv6 address form that inet_ntop(3) writes with dots. */
function mappedAddress({ bits, value }: Network): string | undefined {
  if (bits !== 128 || value >> 32n !== 0xffffn) return undefined;
  return `::ffff:${formatAddress({ bits: 32, value: value & 0xffffffffn, prefix: 32 })}`;
}

/** An allow rule for incoming traffic, the only kind that we write. */
export interface Allow {
  readonly family: Family;
  /** `22` or `6000:6010`. */
  readonly port: string;
  readonly protocol: "tcp" | "udp" | "any";
  /** As {@link ufwAddress} spells it, or the family's zero network. */
  readonly from: string;
  readonly comment: string;
}

export function allowTuple({ family, port, protocol, from, comment }: Allow): Tuple {
  const anywhere = zeroNetwork[family];
  return {
    action: "allow",
    protocol,
    toPort: port,
    to: anywhere,
    fromPort: "any",
    from,
    direction: "in",
    comment,
  };
}

/** The block of user.rules, as ufw's `_write_rules` and `format_rule` write it; without the blank line before it. */
export function allowBlock(allow: Allow): string {
  const { family, port, protocol, from, comment } = allow;
  const note = comment === "" ? "" : ` comment=${Buffer.from(comment, "utf8").toString("hex")}`;
  const tuple = `### tuple ### allow ${protocol} ${port} ${zeroNetwork[family]} any ${from} in${note}`;
  const source = from === zeroNetwork[family] ? "" : ` -s ${from}`;
  const match = port.includes(":") ? `-m multiport --dports ${port}` : `--dport ${port}`;
  const line = (one: string) => `-A ${prefixOf(family)}-user-input -p ${one} ${match}${source} -j ACCEPT`;
  const lines = (protocol === "any" ? ["tcp", "udp"] : [protocol]).map(line);
  return `${[tuple, ...lines].join("\n")}\n`;
}
