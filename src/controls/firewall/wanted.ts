/** The allow rules that a profile wants, of one address family: sshd's first. */
import type { Access } from "../../plan/access.ts";
import { parseNetwork } from "../../profile/network.ts";
import { eachRule, type FirewallParams, type RuleParams } from "./schema.ts";
import { type Allow, allowTuple, type Family, sameTraffic, ufwAddress, zeroNetwork } from "./tuple.ts";
import { ourComment } from "./user-rules.ts";

const familyOf = (network: string): Family => (parseNetwork(network)?.bits === 128 ? 6 : 4);

const fromOf = (network: string, family: Family) => {
  const parsed = parseNetwork(network);
  return parsed?.prefix === 0 ? zeroNetwork[family] : ufwAddress(network);
};

/** A rule for sshd's own port says nothing that access.from doesn't say better, but for its comment. */
const isSshRule = (rule: RuleParams, ports: readonly number[]) =>
  rule.protocol === "tcp" &&
  rule.from === undefined &&
  typeof rule.port === "number" &&
  ports.includes(rule.port);

/**
 * Rules for the ports on which sshd will listen. Those that it only has now need none: open connections live on, and
 * a rule that is needed during a run only would be a change again after it.
 */
export function sshAllows(params: FirewallParams, { planned }: Access, family: Family): readonly Allow[] {
  return planned.ports.flatMap((port) => {
    const named = eachRule(params).find((rule) => isSshRule(rule, [port]));
    return planned.callers
      .filter((network) => familyOf(network) === family)
      .map((network) => ({
        family,
        port: String(port),
        protocol: "tcp" as const,
        from: fromOf(network, family),
        comment: ourComment(named?.comment ?? "ssh"),
      }));
  });
}

export function ruleAllows(params: FirewallParams, { planned }: Access, family: Family): readonly Allow[] {
  return eachRule(params)
    .filter((rule) => !isSshRule(rule, planned.ports))
    .filter(({ from }) => from === undefined || familyOf(from) === family)
    .map(({ port, protocol, from, comment }) => ({
      family,
      port: String(port),
      protocol,
      from: from === undefined ? zeroNetwork[family] : fromOf(from, family),
      comment: ourComment(comment),
    }));
}

/** All of them, each kind of traffic once. */
export function wantedAllows(params: FirewallParams, access: Access, family: Family): readonly Allow[] {
  const all = [...sshAllows(params, access, family), ...ruleAllows(params, access, family)];
  return all.filter(
    (allow, index) => all.findIndex((other) => sameTraffic(allowTuple(other), allowTuple(allow))) === index,
  );
}
