/** Targets of iptables by which a packet goes on as a walk thinks. Source: iptables-extensions(8). */
import type { Rule } from "../../facts/iptables.ts";

/** A mark may be asked for later, and such a rule matches perhaps; the others decide nothing. */
const harmless: ReadonlySet<string> = new Set([
  ...["LOG", "NFLOG", "ULOG", "AUDIT", "TRACE", "LED", "RATEEST", "IDLETIMER", "ACCOUNT", "SET"],
  ...["MARK", "CONNMARK", "HMARK", "CLASSIFY", "SECMARK", "CONNSECMARK"],
  ...["TCPMSS", "TCPOPTSTRIP", "DSCP", "TOS", "ECN", "TTL", "HL", "CHECKSUM"],
  // The new source is for what goes out.
  ...["MASQUERADE", "SNAT"],
]);

const has = ({ options }: Rule, pattern: RegExp) => options.some(({ name }) => pattern.test(name));

export const untracks = (rule: Rule) =>
  rule.target === "NOTRACK" || (rule.target === "CT" && has(rule, /^--notrack$/));

/** Another zone is another table of connections. */
const keepsZone = (rule: Rule) => rule.target === "CT" && !has(rule, /^--zone/);

/** Whether nobody knows what a packet is after the rule, which neither accepts it nor takes it away. */
export const isStrange = (rule: Rule): boolean =>
  rule.target !== undefined && !harmless.has(rule.target) && !untracks(rule) && !keepsZone(rule);
