/** AWS: what security groups let in and out, in each of the four ways to write it. Pure. */
import { areAnywhere } from "../../profile/network.ts";
import { isTold, type Opening, type TierOf, type TrafficSource, type WayOut } from "../model.ts";
import {
  blocksOf,
  isUnknown,
  recordOf,
  stringsOf,
  type TerraformResource,
  type TerraformValues,
} from "./document.ts";
import { type Linked, linkedBy, linkedOf } from "./linked.ts";
import {
  type CloudPart,
  commonTier,
  nothing,
  ofType,
  placed,
  type Reading,
  sourceOfTier,
  spanOf,
} from "./part.ts";
import { expressionsOf } from "./references.ts";

const groups = ["aws_security_group", "aws_default_security_group"] as const;

/** One rule of either direction, however it was written. */
interface Rule {
  readonly resource: TerraformResource;
  readonly isInbound: boolean;
  readonly tier: TierOf;
  readonly protocol: unknown;
  readonly first: unknown;
  readonly last: unknown;
  /** Something of protocol and ports is not known. */
  readonly isOpen: boolean;
  readonly others: readonly TrafficSource[];
}

export function awsRules(reading: Reading): CloudPart {
  const rules = [
    ...ofType(reading, ...groups).flatMap((each) => inline(each, reading)),
    ...ofType(reading, "aws_security_group_rule").map((each) => ofRule(each, reading)),
    ...ofType(reading, "aws_vpc_security_group_ingress_rule").map((each) => ofVpcRule(each, true, reading)),
    ...ofType(reading, "aws_vpc_security_group_egress_rule").map((each) => ofVpcRule(each, false, reading)),
  ];
  return {
    ...nothing,
    openings: rules.filter(({ isInbound }) => isInbound).flatMap((rule) => openingOf(rule, reading)),
    waysOut: rules.filter(({ isInbound }) => !isInbound).flatMap(wayOut),
  };
}

function openingOf(rule: Rule, reading: Reading): readonly Opening[] {
  const ports = spanOf(rule.protocol, rule.first, rule.last);
  if (ports === undefined && !rule.isOpen) return [];
  const sources: readonly TrafficSource[] = rule.others.length === 0 ? [{ kind: "unsaid" }] : rule.others;
  return [
    {
      ...placed(rule.resource),
      tier: rule.tier,
      sources,
      ports: rule.isOpen ? undefined : ports,
      redirect: redirectsOnly(reading) ?? (isTold(rule.tier) && rule.tier.redirects ? true : undefined),
    },
  ];
}

/** Whether every listener on port 80 does nothing but send to HTTPS; undefined where there is none. */
function redirectsOnly(reading: Reading): boolean | undefined {
  const plain = ofType(reading, "aws_lb_listener", "aws_alb_listener").filter(
    ({ values }) => values.port === 80,
  );
  if (plain.length === 0) return undefined;
  return plain.every(({ values }) =>
    blocksOf(values.default_action).every(
      ({ type, redirect }) =>
        type === "redirect" && blocksOf(redirect).every(({ protocol }) => protocol === "HTTPS"),
    ),
  );
}

function wayOut({ resource, tier, others, isOpen }: Rule): readonly WayOut[] {
  const place = { ...placed(resource), tier };
  const networks = others.flatMap((each) => (each.kind === "network" ? [each.network] : []));
  const isAnywhere = areAnywhere(networks) || others.some(({ kind }) => kind === "prefix list");
  if (isAnywhere) return [{ ...place, way: "rule", found: "a rule lets it out to anywhere" }];
  const unknown = others.find(({ kind }) => kind === "unknown");
  if (unknown === undefined && !isOpen) return [];
  return [{ ...place, way: "unknown", found: "where a rule lets it out to is known after the apply" }];
}

const links = (document: Reading["document"]) => ({ document, types: groups });

function ofGroups({ resources, others, unknown }: Linked, reading: Reading): readonly TrafficSource[] {
  return [
    ...resources.map((each) => sourceOfTier(reading.tiers.of(each))),
    ...others.map((id): TrafficSource => ({ kind: "unknown", why: `${id} is not in it` })),
    ...(unknown === undefined ? [] : [{ kind: "unknown", why: unknown } as const]),
  ];
}

const networksOf = (value: unknown): readonly TrafficSource[] =>
  stringsOf(value).map((network) => ({ kind: "network", network }));

const listsOf = (value: unknown): readonly TrafficSource[] =>
  stringsOf(value).map((id) => ({ kind: "prefix list", id }));

/** What an attribute gives where it is not known: a network or a list that somebody will choose. */
const untilApply = (
  resource: TerraformResource,
  attributes: readonly string[],
  reading: Reading,
): readonly TrafficSource[] => {
  const written = expressionsOf(resource, reading.document);
  return attributes.flatMap((each): readonly TrafficSource[] =>
    isUnknown(resource.unknown[each]) && (written === undefined || written[each] !== undefined)
      ? [{ kind: "unknown", why: `${each} is known after the apply` }]
      : [],
  );
};

/** The tier of the group that a rule is of. */
function ownerTier(resource: TerraformResource, reading: Reading): TierOf {
  const { resources, others, unknown } = linkedBy(resource, "security_group_id", links(reading.document));
  if (others.length > 0 || unknown !== undefined)
    return { untold: `its security group ${others.join(", ") || (unknown ?? "")} is not in it` };
  return commonTier(resources, reading);
}

function ofRule(resource: TerraformResource, reading: Reading): Rule {
  const { values, unknown } = resource;
  const tier = ownerTier(resource, reading);
  return {
    resource,
    tier,
    isInbound: values.type !== "egress",
    protocol: values.protocol,
    first: values.from_port,
    last: values.to_port,
    isOpen: [unknown.protocol, unknown.from_port, unknown.to_port].some(isUnknown),
    others: [
      ...networksOf(values.cidr_blocks),
      ...networksOf(values.ipv6_cidr_blocks),
      ...listsOf(values.prefix_list_ids),
      ...untilApply(resource, ["cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids"], reading),
      ...(values.self === true ? [sourceOfTier(tier)] : []),
      ...ofGroups(linkedBy(resource, "source_security_group_id", links(reading.document)), reading),
    ],
  };
}

function ofVpcRule(resource: TerraformResource, isInbound: boolean, reading: Reading): Rule {
  const { values, unknown } = resource;
  return {
    resource,
    isInbound,
    tier: ownerTier(resource, reading),
    protocol: values.ip_protocol,
    first: values.from_port,
    last: values.to_port,
    isOpen: [unknown.ip_protocol, unknown.from_port, unknown.to_port].some(isUnknown),
    others: [
      ...networksOf(values.cidr_ipv4),
      ...networksOf(values.cidr_ipv6),
      ...listsOf(values.prefix_list_id),
      ...untilApply(resource, ["cidr_ipv4", "cidr_ipv6", "prefix_list_id"], reading),
      ...ofGroups(linkedBy(resource, "referenced_security_group_id", links(reading.document)), reading),
    ],
  };
}

/** The rules that stand in the group itself. */
function inline(resource: TerraformResource, reading: Reading): readonly Rule[] {
  const tier = reading.tiers.of(resource);
  return (["ingress", "egress"] as const).flatMap((direction): readonly Rule[] => {
    const written = expressionsOf(resource, reading.document)?.[direction];
    const isUnsaid = written === undefined && reading.document.configuration !== undefined;
    const isInbound = direction === "ingress";
    const base = { resource, isInbound, tier };
    if (resource.unknown[direction] === true && !isUnsaid)
      return [
        {
          ...base,
          protocol: "-1",
          first: 0,
          last: 0,
          isOpen: true,
          others: [{ kind: "unknown", why: `${direction} is known after the apply` }],
        },
      ];
    const unknowns = Array.isArray(resource.unknown[direction]) ? resource.unknown[direction] : [];
    return blocksOf(resource.values[direction]).map((block, index) => ({
      ...base,
      protocol: block.protocol,
      first: block.from_port,
      last: block.to_port,
      ...ofBlock({ block, unknown: recordOf(unknowns[index]), written, resource, tier }, reading),
    }));
  });
}

interface Block {
  readonly block: TerraformValues;
  readonly unknown: TerraformValues;
  readonly written: unknown;
  readonly resource: TerraformResource;
  readonly tier: TierOf;
}

function ofBlock({ block, unknown, written, resource, tier }: Block, reading: Reading) {
  const networks = ["cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids"];
  const expression = expressionFor(block, written);
  const within = { resource, expression, ...links(reading.document) };
  return {
    isOpen: [unknown.protocol, unknown.from_port, unknown.to_port].some(isUnknown),
    others: [
      ...networksOf(block.cidr_blocks),
      ...networksOf(block.ipv6_cidr_blocks),
      ...listsOf(block.prefix_list_ids),
      ...networks.flatMap((each): readonly TrafficSource[] =>
        isUnknown(unknown[each]) ? [{ kind: "unknown", why: `${each} is known after the apply` }] : [],
      ),
      ...(block.self === true ? [sourceOfTier(tier)] : []),
      ...ofGroups(
        linkedOf({ value: block.security_groups, unknown: unknown.security_groups }, within),
        reading,
      ),
    ],
  };
}

/** A set has no order: a block is known again by its ports; where they are no constants, it may be any of them. */
function expressionFor(block: TerraformValues, written: unknown): unknown {
  const constant = (each: TerraformValues, name: string) => {
    const given = recordOf(each[name]);
    return "constant_value" in given ? given.constant_value : block[name];
  };
  const alike = blocksOf(written).filter((each) =>
    ["from_port", "to_port", "protocol"].every(
      (name) => String(constant(each, name)) === String(block[name]),
    ),
  );
  return alike.map(({ security_groups }) => security_groups);
}

/** The groups that something is in, by an attribute that lists them. */
export const groupsOf = (resource: TerraformResource, attribute: string, { document }: Reading): Linked =>
  linkedBy(resource, attribute, { document, types: groups });
