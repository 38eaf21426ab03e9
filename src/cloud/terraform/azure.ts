/** Azure: the rules of network security groups, and roles of owners. Pure. */
import type { Opening, Said, TierOf, TrafficSource, WayOut } from "../model.ts";
import { allPorts } from "../network.ts";
import {
  blocksOf,
  isUnknown,
  stringOf,
  stringsOf,
  type TerraformResource,
  type TerraformValues,
} from "./document.ts";
import { linkedBy } from "./linked.ts";
import { type CloudPart, commonTier, nothing, ofType, placed, type Reading, writtenSpan } from "./part.ts";

const isInternet = (prefix: string) => ["*", "internet", "any"].includes(prefix.toLowerCase());

const peerOf = (prefix: string): TrafficSource =>
  isInternet(prefix)
    ? { kind: "anywhere" }
    : /^[0-9a-f.:]+(?:\/\d+)?$/i.test(prefix)
      ? { kind: "network", network: prefix }
      : { kind: "unknown", why: `${prefix} names addresses that are not in it` };

const both = (values: TerraformValues, name: string) => [
  ...stringsOf(values[name]),
  ...stringsOf(values[`${name.replace(/x$/, "xe")}s`]),
];

/** One rule, of a resource of its own or of the group that it stands in. */
function rule(
  values: TerraformValues,
  unknown: TerraformValues,
  place: ReturnType<typeof placed>,
  tier: TierOf,
): Pick<CloudPart, "openings" | "waysOut"> {
  const none = { openings: [], waysOut: [] };
  if (values.access !== "Allow" || /^icmp$/i.test(String(values.protocol))) return none;
  if (values.direction === "Outbound") {
    const open = both(values, "destination_address_prefix").some(
      (one) => isInternet(one) || /\/0$/.test(one),
    );
    const way: WayOut = { ...place, tier, way: "rule", found: "a rule lets it out to anywhere" };
    return { ...none, waysOut: open ? [way] : [] };
  }
  const isOpen = ["source_address_prefix", "source_address_prefixes"].some((name) =>
    isUnknown(unknown[name]),
  );
  // The health of what stands behind it, from Azure's own address.
  const prefixes = both(values, "source_address_prefix").filter((one) => one !== "AzureLoadBalancer");
  const sources: readonly TrafficSource[] = [
    ...prefixes.map(peerOf),
    ...(isOpen ? [{ kind: "unknown", why: "its source is known after the apply" } as const] : []),
    ...stringsOf(values.source_application_security_group_ids).map(
      (id): TrafficSource => ({ kind: "unknown", why: `the tier of ${id}` }),
    ),
  ];
  if (sources.length === 0 && both(values, "source_address_prefix").length > 0) return none;
  const from: readonly TrafficSource[] = sources.length === 0 ? [{ kind: "unsaid" }] : sources;
  const ports = both(values, "destination_port_range").map((one) => writtenSpan(one) ?? allPorts);
  const openings = ports.map(
    (span): Opening => ({ ...place, tier, sources: from, ports: span, redirect: undefined }),
  );
  return { ...none, openings };
}

function tierOfRule(resource: TerraformResource, reading: Reading): TierOf {
  const { resources } = linkedBy(resource, "network_security_group_name", {
    document: reading.document,
    types: ["azurerm_network_security_group"],
  });
  if (resources.length > 0) return commonTier(resources, reading);
  const name = stringOf(resource.values.network_security_group_name);
  return name === undefined ? reading.tiers.of(resource) : reading.tiers.ofWord(name);
}

const owners = ["Owner", "Contributor", "User Access Administrator"];

function assignment(resource: TerraformResource): Said {
  const role = stringOf(resource.values.role_definition_name);
  const place = placed(resource);
  const remedy = "Name a role with what it needs.";
  if (role === undefined)
    return { ...place, verdict: "error", found: "its role is not known by its name", remedy };
  return owners.includes(role)
    ? { ...place, verdict: "fail", found: `it grants ${role}`, remedy }
    : { ...place, verdict: "pass", found: "" };
}

export function azure(reading: Reading): readonly CloudPart[] {
  const rules = ofType(reading, "azurerm_network_security_rule").map(
    (each): CloudPart => ({
      ...nothing,
      ...rule(each.values, each.unknown, placed(each), tierOfRule(each, reading)),
    }),
  );
  const inline = ofType(reading, "azurerm_network_security_group").flatMap((each) =>
    blocksOf(each.values.security_rule).map(
      (block): CloudPart => ({
        ...nothing,
        ...rule(block, {}, placed(each), reading.tiers.of(each)),
      }),
    ),
  );
  const policies = ofType(reading, "azurerm_role_assignment").map(assignment);
  return [...rules, ...inline, { ...nothing, policies }];
}
