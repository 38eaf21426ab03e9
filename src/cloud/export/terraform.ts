/** Tiers as Terraform's JSON configuration for AWS: security groups and their rules. Pure. */
import type { Tiers } from "../../project/tiers.ts";
import { jsonText } from "../../text.ts";
import { described, identifiers, literal } from "./names.ts";
import { type CloudRule, peerText, rulesOf } from "./rules.ts";

type Attributes = Readonly<Record<string, unknown>>;

const kinds = {
  in: "aws_vpc_security_group_ingress_rule",
  out: "aws_vpc_security_group_egress_rule",
} as const;

/** `main.tf.json`; the VPC comes by the variable vpc_id. */
export function terraformText(tiers: Tiers): string {
  const own = Object.entries(tiers).filter(([, { role }]) => role !== "vpn");
  const ids = identifiers(own.map(([name]) => name));
  const names = new Map(own.map(([name], index) => [name, ids[index]!]));
  const rules = rulesOf(tiers);
  const resource = {
    aws_security_group: Object.fromEntries(
      own.map(([name, { role }]) => [names.get(name)!, group(name, role)]),
    ),
    ...withRules("in", rules, names),
    ...withRules("out", rules, names),
  };
  return jsonText({
    terraform: { required_providers: { aws: { source: "hashicorp/aws", version: ">= 5.0" } } },
    variable: { vpc_id: { type: "string", description: "The VPC that the tiers are in" } },
    resource,
  });
}

const group = (name: string, role: string): Attributes => ({
  name: literal(name),
  description: described(`tier ${name} (${role})`),
  vpc_id: "${var.vpc_id}",
  tags: { tier: literal(name), role },
});

type Names = ReadonlyMap<string, string>;

function withRules(direction: CloudRule["direction"], all: readonly CloudRule[], names: Names): Attributes {
  const own = all.filter((rule) => rule.direction === direction);
  if (own.length === 0) return {};
  const ids = identifiers(own.map(titleOf));
  return {
    [kinds[direction]]: Object.fromEntries(own.map((rule, index) => [ids[index]!, attributes(rule, names)])),
  };
}

const titleOf = ({ tier, direction, peer, ports, protocol }: CloudRule) =>
  [tier, direction === "in" ? "from" : "to", peerText(peer), protocol, ports.first].join("_");

function attributes({ tier, peer, ports, protocol, why }: CloudRule, names: Names): Attributes {
  const reference = (name: string) => `\${aws_security_group.${names.get(name)}.id}`;
  return {
    security_group_id: reference(tier),
    ...(peer.kind === "tier"
      ? { referenced_security_group_id: reference(peer.name) }
      : peer.kind === "prefix list"
        ? { prefix_list_id: peer.id }
        : peer.network.includes(":")
          ? { cidr_ipv6: peer.network }
          : { cidr_ipv4: peer.network }),
    ip_protocol: protocol,
    from_port: ports.first,
    to_port: ports.last,
    ...(why === "" ? {} : { description: literal(described(why)) }),
  };
}
