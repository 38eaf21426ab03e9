/** AWS: machines, load balancers, databases and caches: where they stand, and what has an address of the internet. Pure. */
import { once } from "../../once.ts";
import { isTold, type Standing, type Store, type TierOf, type WayOut } from "../model.ts";
import { isWritten, publicity, textOf } from "./aws-routes.ts";
import { groupsOf } from "./aws-rules.ts";
import { isUnknown, type TerraformResource } from "./document.ts";
import { type Linked, linkedBy } from "./linked.ts";
import { type CloudPart, commonTier, nothing, ofType, placed, type Reading } from "./part.ts";
import { tagOf } from "./tier.ts";

export const balancers = ["aws_lb", "aws_alb", "aws_elb"] as const;

/** What keeps data, with the attributes that say its groups and its subnets. */
const storeTypes: Readonly<Record<string, string>> = {
  aws_db_instance: "a database",
  aws_rds_cluster: "a database",
  aws_docdb_cluster: "a database",

  aws_neptune_cluster: "a database",
  aws_redshift_cluster: "a database",
  aws_opensearch_domain: "a search index",

  aws_elasticache_cluster: "a cache",
  aws_elasticache_replication_group: "a cache",
  aws_memorydb_cluster: "a cache",
  aws_mq_broker: "a queue",
  aws_msk_cluster: "a queue",
};

const groupAttributes = ["vpc_security_group_ids", "security_group_ids", "security_groups"];
const subnetGroupTypes = [
  "aws_db_subnet_group",
  "aws_elasticache_subnet_group",
  "aws_memorydb_subnet_group",
  "aws_docdb_subnet_group",
];

/** By its own tag or name, else by the groups that it is in. */
export function tierOfMachine(resource: TerraformResource, reading: Reading): TierOf {
  const own = reading.tiers.of(resource);
  if (isTold(own)) return own;
  const { resources } = groupsOfMachine(resource, reading);
  return resources.length === 0 ? own : commonTier(resources, reading);
}

function groupsOfMachine(resource: TerraformResource, reading: Reading): Linked {
  const all = groupAttributes.map((each) => groupsOf(resource, each, reading));
  return {
    resources: all.flatMap(({ resources }) => resources),
    others: all.flatMap(({ others }) => others),
    unknown: all.find(({ unknown }) => unknown !== undefined)?.unknown,
  };
}

export interface Subnets {
  readonly resources: readonly TerraformResource[];
  readonly isPartly: boolean;
}

function subnetsOf(resource: TerraformResource, reading: Reading): Subnets {
  const { document } = reading;
  const links = ["subnet_id", "subnets", "subnet_ids"].map((name) =>
    linkedBy(resource, name, { document, types: ["aws_subnet"] }),
  );
  const byGroup = ["db_subnet_group_name", "subnet_group_name", "cluster_subnet_group_name"].map((name) =>
    linkedBy(resource, name, { document, types: subnetGroupTypes }),
  );
  const inGroups = byGroup
    .flatMap(({ resources }) => resources)
    .map((each) => linkedBy(each, "subnet_ids", { document, types: ["aws_subnet"] }));
  const all = [...links, ...inGroups];
  return {
    resources: [...new Set(all.flatMap(({ resources }) => resources))],
    isPartly: [...all, ...byGroup].some(({ unknown, others }) => unknown !== undefined || others.length > 0),
  };
}

/** The worst of its subnets. */
export function stands({ resources, isPartly }: Subnets, reading: Reading): Standing["subnet"] {
  const all = resources.map((each) => publicity(each, reading));
  if (all.includes("public")) return "public";
  return isPartly || all.length === 0 || all.includes("unknown") ? "unknown" : "private";
}

function machine(resource: TerraformResource, tier: TierOf, reading: Reading): CloudPart {
  const subnets = subnetsOf(resource, reading);
  const subnet = stands(subnets, reading);
  const place = { ...placed(resource), tier };
  return {
    ...nothing,
    standing: [{ ...place, subnet, found: textOf[subnet] }],
    waysOut: [addressOf(resource, { tier, subnets: subnets.resources, subnet }, reading)],
  };
}

interface Where {
  readonly tier: TierOf;
  readonly subnets: readonly TerraformResource[];
  readonly subnet: Standing["subnet"];
}

/** Whether it has an address of the internet: by its own word, by an elastic one, else as its subnet gives. */
function addressOf(resource: TerraformResource, { tier, subnets, subnet }: Where, reading: Reading): WayOut {
  const { values, unknown } = resource;
  const place = { ...placed(resource), tier };
  const given = values.associate_public_ip_address ?? values.publicly_accessible;
  const has = (found: string): WayOut => ({ ...place, way: "public address", found });
  if (given === true) return has("it is given a public address");
  if (elastic(reading).has(resource)) return has("an elastic address is its");
  const names = ["associate_public_ip_address", "publicly_accessible"];
  const isOpen = names.some((name) => isUnknown(unknown[name]) && isWritten(resource, name, reading));
  if (isOpen)
    return { ...place, way: "unknown", found: "whether it gets a public address is known after the apply" };
  const isBySubnet = resource.type === "aws_instance" && typeof given !== "boolean";
  if (isBySubnet && subnets.some((each) => each.values.map_public_ip_on_launch === true))
    return has("its subnet gives public addresses");
  if (isBySubnet && subnet === "unknown" && subnets.length === 0)
    return { ...place, way: "unknown", found: "whether its subnet gives public addresses is not known" };
  return { ...place, way: "none", found: "no public address" };
}

/** Instances that an elastic address is of. */
const elastic = once((reading: Reading): ReadonlySet<TerraformResource> => {
  const { document } = reading;
  const links = { document, types: ["aws_instance"] };
  const addresses = ofType(reading, "aws_eip", "aws_eip_association");
  return new Set(
    addresses.flatMap((each) =>
      ["instance", "instance_id"].flatMap((name) => linkedBy(each, name, links).resources),
    ),
  );
});

/** By each tier that it is of: its tag, its subnets, its groups; by its name where none says it. */
function storesOf(resource: TerraformResource, what: string, reading: Reading): readonly Store[] {
  const place = placed(resource);
  const by = [
    ...(tagOf(resource.values, "tier") === undefined ? [] : [resource]),
    ...subnetsOf(resource, reading).resources,
    ...groupsOfMachine(resource, reading).resources,
  ];
  const told = by.map((each) => reading.tiers.of(each)).filter(isTold);
  const tiers = told.length > 0 ? [...new Set(told)] : [reading.tiers.of(resource)];
  return tiers.map((tier) => ({ ...place, tier, what }));
}

export function awsMachines(reading: Reading): readonly CloudPart[] {
  const instances = ofType(reading, "aws_instance").map((each) =>
    machine(each, tierOfMachine(each, reading), reading),
  );
  const stores = ofType(reading, ...Object.keys(storeTypes)).map((each): CloudPart => {
    const own = storesOf(each, storeTypes[each.type]!, reading);
    const tier = own.find(({ tier }) => isTold(tier) && tier.role === "data")?.tier ?? own[0]!.tier;
    return { ...machine(each, tier, reading), stores: own };
  });
  const open = ofType(reading, ...balancers)
    .filter(({ values }) => values.internal !== true)
    .map((each): CloudPart => {
      const own = reading.tiers.of(each);
      // What it is by its type needs no name.
      const tier = isTold(own) ? own : reading.tiers.ofRole("load-balancer");
      return {
        ...nothing,
        standing: [{ ...placed(each), tier, subnet: "public", found: "a load balancer of the internet" }],
      };
    });
  return [...instances, ...stores, ...open];
}
