/** AWS: which subnets are public, and which tiers a route leads to the internet. Pure. */
import { once } from "../../once.ts";
import { areAnywhere } from "../../profile/network.ts";
import type { Standing, WayOut } from "../model.ts";
import {
  blocksOf,
  isUnknown,
  recordOf,
  stringOf,
  stringsOf,
  type TerraformResource,
  type TerraformValues,
} from "./document.ts";
import { linkedBy, linkedOf } from "./linked.ts";
import { type CloudPart, nothing, ofType, placed, type Reading } from "./part.ts";
import { expressionsOf } from "./references.ts";

const tables = ["aws_route_table", "aws_default_route_table"] as const;

export type RouteWay = "gateway" | "nat" | "unknown";

/** A default route of a table. */
interface Default {
  readonly resource: TerraformResource;
  readonly table: TerraformResource;
  readonly way: RouteWay;
}

const gateways = ["aws_internet_gateway", "aws_nat_gateway", "aws_egress_only_internet_gateway"];

/** Where a route leads: only what is of the internet. */
function wayOf(
  route: TerraformValues,
  unknown: TerraformValues,
  link: (attribute: string) => ReturnType<typeof linkedBy>,
): RouteWay | undefined {
  const to = [
    route.destination_cidr_block,
    route.cidr_block,
    route.destination_ipv6_cidr_block,
    route.ipv6_cidr_block,
  ];
  const networks = to.flatMap((one) => stringOf(one) ?? []);
  const isOpen = [
    "destination_cidr_block",
    "cidr_block",
    "destination_ipv6_cidr_block",
    "ipv6_cidr_block",
  ].some((name) => isUnknown(unknown[name]));
  if (!areAnywhere(networks) && !(isOpen && networks.length === 0)) return undefined;
  const ids = ["gateway_id", "nat_gateway_id", "egress_only_gateway_id"].flatMap((name) =>
    stringsOf(route[name]),
  );
  if (ids.some((id) => id.startsWith("igw-"))) return "gateway";
  const through = ["gateway_id", "nat_gateway_id", "egress_only_gateway_id"].map(link);
  const types = through.flatMap(({ resources }) => resources.map(({ type }) => type));
  if (types.includes("aws_internet_gateway")) return "gateway";
  if (ids.some((id) => /^(?:nat|eigw)-/.test(id)) || types.length > 0) return "nat";
  // An interface, a transit gateway, a peering, or something that is not known.
  return "unknown";
}

/** Every route of a table to the internet. */
const defaultRoutes = once((reading: Reading): readonly Default[] => {
  const { document } = reading;
  const own = ofType(reading, "aws_route").flatMap((route): readonly Default[] => {
    const way = wayOf(route.values, route.unknown, (attribute) =>
      linkedBy(route, attribute, { document, types: gateways }),
    );
    if (way === undefined) return [];
    const { resources } = linkedBy(route, "route_table_id", { document, types: tables });
    return resources.map((table) => ({ resource: route, table, way }));
  });
  return [...own, ...ofType(reading, ...tables).flatMap((table) => inlineRoutes(table, reading))];
});

function inlineRoutes(table: TerraformResource, { document }: Reading): readonly Default[] {
  const unknowns = Array.isArray(table.unknown.route) ? table.unknown.route : [];
  const written = blocksOf(expressionsOf(table, document)?.route);
  return blocksOf(table.values.route).flatMap((route, index) => {
    const unknown = recordOf(unknowns[index]);
    const way = wayOf(route, unknown, (attribute) =>
      linkedOf(
        { value: route[attribute], unknown: unknown[attribute] },
        { resource: table, expression: written.map((each) => each[attribute]), document, types: gateways },
      ),
    );
    return way === undefined ? [] : [{ resource: table, table, way }];
  });
}

/** The tables that subnets have of their own. */
const associations = once(
  (reading: Reading): ReadonlyMap<TerraformResource, readonly TerraformResource[]> => {
    const { document } = reading;
    const found = new Map<TerraformResource, readonly TerraformResource[]>();
    for (const each of ofType(reading, "aws_route_table_association")) {
      const own = linkedBy(each, "route_table_id", { document, types: tables }).resources;
      for (const subnet of linkedBy(each, "subnet_id", { document, types: ["aws_subnet"] }).resources)
        found.set(subnet, [...(found.get(subnet) ?? []), ...own]);
    }
    return found;
  },
);

/** Where a subnet has no table of its own, that of its network counts. */
function routesOf(subnet: TerraformResource, reading: Reading): readonly Default[] | undefined {
  const own = associations(reading).get(subnet) ?? [];
  const all = defaultRoutes(reading);
  if (own.length > 0) return all.filter(({ table }) => own.includes(table));
  const main = [
    ...ofType(reading, "aws_default_route_table"),
    ...ofType(reading, "aws_main_route_table_association").flatMap(
      (each) => linkedBy(each, "route_table_id", { document: reading.document, types: tables }).resources,
    ),
  ];
  if (main.length > 0) return all.filter(({ table }) => main.includes(table));
  // A network that is made here routes to itself alone.
  return ofType(reading, "aws_vpc").length > 0 ? [] : undefined;
}

/** By its routes, and by whether machines in it are given addresses of the internet. */
function judged(subnet: TerraformResource, reading: Reading): Standing["subnet"] {
  if (subnet.values.map_public_ip_on_launch === true) return "public";
  const routes = routesOf(subnet, reading);
  if (routes?.some(({ way }) => way === "gateway")) return "public";
  const isOpen =
    isUnknown(subnet.unknown.map_public_ip_on_launch) &&
    isWritten(subnet, "map_public_ip_on_launch", reading);
  return routes === undefined || isOpen || routes.some(({ way }) => way === "unknown")
    ? "unknown"
    : "private";
}

const known = once((_: Reading) => new Map<TerraformResource, Standing["subnet"]>());

/** Of each subnet once: many machines stand in it. */
export function publicity(subnet: TerraformResource, reading: Reading): Standing["subnet"] {
  const found = known(reading).get(subnet) ?? judged(subnet, reading);
  known(reading).set(subnet, found);
  return found;
}

export const isWritten = (resource: TerraformResource, attribute: string, { document }: Reading) =>
  document.configuration === undefined || expressionsOf(resource, document)?.[attribute] !== undefined;

const found: Readonly<Record<RouteWay, string>> = {
  gateway: "it routes to an internet gateway",
  nat: "it routes to the internet by address translation",
  unknown: "where its default route leads is not known",
};

export function awsRoutes(reading: Reading): CloudPart {
  const subnets = ofType(reading, "aws_subnet");
  const routed = subnets.flatMap((subnet): readonly WayOut[] => {
    const tier = reading.tiers.of(subnet);
    // A subnet that is nobody's matters by what stands in it.
    if (!("role" in tier)) return [];
    const routes = routesOf(subnet, reading);
    const place = { ...placed(subnet), tier };
    if (routes === undefined) return [{ ...place, way: "unknown", found: "its routes are not in it" }];
    if (routes.length === 0) return [{ ...place, way: "none", found: "no route to the internet" }];
    return routes.map(({ way, resource }) => ({
      ...place,
      way,
      found: `${found[way]} (${resource.address})`,
    }));
  });
  const standing = subnets.flatMap((subnet) => {
    const tier = reading.tiers.of(subnet);
    if (!("role" in tier)) return [];
    const subnetIs = publicity(subnet, reading);
    return [{ ...placed(subnet), tier, subnet: subnetIs, found: textOf[subnetIs] }];
  });
  return { ...nothing, waysOut: routed, standing };
}

export const textOf = {
  public: "a public subnet",
  private: "a private subnet",
  unknown: "whether its subnet is public is not known",
} as const;
