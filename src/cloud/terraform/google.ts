/** Google Cloud: firewall rules by network tags, machines with addresses, databases, and roles of owners. Pure. */
import { areAnywhere } from "../../profile/network.ts";
import type { Opening, Said, TierOf, TrafficSource, WayOut } from "../model.ts";
import { allPorts, type Span } from "../network.ts";
import { blocksOf, isUnknown, stringOf, stringsOf, type TerraformResource } from "./document.ts";
import { type CloudPart, nothing, ofType, placed, type Reading, sourceOfTier, writtenSpan } from "./part.ts";

/** Of all its tags: one tier, or why not. */
function tierOfTags(resource: TerraformResource, tags: readonly string[], { tiers }: Reading): TierOf {
  const told = [...new Set(tags.map((tag) => tiers.ofWord(tag)).filter((tier) => "role" in tier))];
  return told.length === 1
    ? told[0]!
    : told.length > 1
      ? { untold: "its tags are of several tiers" }
      : tiers.of(resource);
}

function spansOf(resource: TerraformResource): readonly Span[] {
  return blocksOf(resource.values.allow).flatMap(({ protocol, ports }): readonly Span[] => {
    const name = String(protocol).toLowerCase();
    if (["icmp", "1", "58", "ipv6-icmp"].includes(name)) return [];
    const written = stringsOf(ports);
    return written.length === 0 ? [allPorts] : written.map((one) => writtenSpan(one) ?? allPorts);
  });
}

function rule(
  resource: TerraformResource,
  reading: Reading,
): { readonly openings: readonly Opening[]; readonly waysOut: readonly WayOut[] } {
  const { values, unknown } = resource;
  const place = placed(resource);
  const tier = tierOfTags(resource, stringsOf(values.target_tags), reading);
  if (values.disabled === true || blocksOf(values.allow).length === 0) return { openings: [], waysOut: [] };
  if (values.direction === "EGRESS") {
    const isOpen =
      areAnywhere(stringsOf(values.destination_ranges)) || values.destination_ranges === undefined;
    return {
      openings: [],
      waysOut: isOpen ? [{ ...place, tier, way: "rule", found: "a rule lets it out to anywhere" }] : [],
    };
  }
  const sources: readonly TrafficSource[] = [
    ...stringsOf(values.source_ranges).map((network): TrafficSource => ({ kind: "network", network })),
    ...stringsOf(values.source_tags).map((tag) => sourceOfTier(reading.tiers.ofWord(tag))),
    ...stringsOf(values.source_service_accounts).map(
      (account): TrafficSource => ({ kind: "unknown", why: `the tier of ${account}` }),
    ),
    ...["source_ranges", "source_tags", "source_service_accounts"].flatMap(
      (name): readonly TrafficSource[] =>
        isUnknown(unknown[name]) ? [{ kind: "unknown", why: `${name} is known after the apply` }] : [],
    ),
  ];
  const from: readonly TrafficSource[] = sources.length === 0 ? [{ kind: "unsaid" }] : sources;
  const openings = spansOf(resource).map((ports) => ({
    ...place,
    tier,
    sources: from,
    ports,
    redirect: undefined,
  }));
  return { openings, waysOut: [] };
}

function machine(resource: TerraformResource, reading: Reading): WayOut {
  const { values } = resource;
  const tier = tierOfTags(resource, stringsOf(values.tags), reading);
  const has = blocksOf(values.network_interface).some(
    ({ access_config }) => blocksOf(access_config).length > 0,
  );
  return {
    ...placed(resource),
    tier,
    way: has ? "public address" : "none",
    found: has ? "it has a public address" : "no public address",
  };
}

function database(resource: TerraformResource, reading: Reading): CloudPart {
  const tier = reading.tiers.of(resource);
  const place = { ...placed(resource), tier };
  const isPublic = blocksOf(resource.values.settings)
    .flatMap(({ ip_configuration }) => blocksOf(ip_configuration))
    .some(({ ipv4_enabled }) => ipv4_enabled === true);
  const isStored = { ...place, what: resource.type === "google_redis_instance" ? "a cache" : "a database" };
  const way: WayOut = {
    ...place,
    way: isPublic ? "public address" : "none",
    found: isPublic ? "it has a public address" : "no public address",
  };
  return { ...nothing, stores: [isStored], waysOut: [way] };
}

function grants(resource: TerraformResource): readonly Said[] {
  const { values } = resource;
  const place = placed(resource);
  const remedy = "Name a role with what it needs, and who has it.";
  const role = stringOf(values.role);
  const members = [...stringsOf(values.member), ...stringsOf(values.members)];
  const open = members.filter((member) => ["allUsers", "allAuthenticatedUsers"].includes(member));
  if (role === undefined)
    return [{ ...place, verdict: "error", found: "its role is known after the apply", remedy }];
  if (/^roles\/(?:owner|editor)$/.test(role))
    return [{ ...place, verdict: "fail", found: `it grants ${role}`, remedy }];
  if (open.length > 0)
    return [{ ...place, verdict: "fail", found: `it grants ${role} to ${open.join(", ")}`, remedy }];
  return [{ ...place, verdict: "pass", found: "" }];
}

export function google(reading: Reading): readonly CloudPart[] {
  const rules = ofType(reading, "google_compute_firewall").map(
    (each): CloudPart => ({ ...nothing, ...rule(each, reading) }),
  );
  const machines = ofType(reading, "google_compute_instance").map(
    (each): CloudPart => ({ ...nothing, waysOut: [machine(each, reading)] }),
  );
  const databases = ofType(reading, "google_sql_database_instance", "google_redis_instance").map((each) =>
    database(each, reading),
  );
  const policies = ofType(reading, "google_project_iam_member", "google_project_iam_binding").flatMap(grants);
  return [...rules, ...machines, ...databases, { ...nothing, policies }];
}
