/** The project file's tiers as a cloud that checks can judge. Pure. */
import {
  anywhere,
  isTierName,
  listed,
  type OriginAt,
  portsOf,
  prefixListForm,
  rulePorts,
  subnetOf,
  type Tier,
  type Tiers,
} from "../project/tiers.ts";
import type {
  Cloud,
  Opening,
  Placed,
  RoleUse,
  Standing,
  Store,
  TierSeen,
  TrafficSource,
  WayOut,
} from "./model.ts";
import { spanOf } from "./network.ts";
import { storeOf } from "./stores.ts";

interface Own {
  readonly name: string;
  readonly tier: Tier;
  readonly seen: TierSeen;
  readonly at: (...path: readonly (string | number)[]) => Placed["at"];
}

export const tiersSeen = (tiers: Tiers): readonly TierSeen[] =>
  Object.entries(tiers).map(([name, tier]) => ({
    name,
    role: tier.role,
    ports: portsOf(tier),
    networks: tier.networks,
    hosts: tier.hosts,
    redirects: tier.inbound.some(({ redirect }) => redirect),
  }));

/** `origin` of a path such as `["tiers", "app", "inbound", 0]`. */
export function cloudOfTiers(file: string, tiers: Tiers, origin: OriginAt): Cloud {
  const seen = tiersSeen(tiers);
  const all = seen.map(
    (one): Own => ({
      name: one.name,
      tier: tiers[one.name]!,
      seen: one,
      at: (...path) => origin(["tiers", one.name, ...path]),
    }),
  );
  return {
    file,
    tiers: seen,
    isTerraform: false,
    unread: { doors: [], identities: [] },
    openings: all.flatMap((own) => openings(own, seen)),
    waysOut: all.flatMap(waysOut),
    standing: all.flatMap(standing),
    stores: all.flatMap(stores),
    policies: [],
    credentials: [],
    trails: [],
    roleUses: all.flatMap(roleUses),
  };
}

const sourceOf = (given: string, tiers: readonly TierSeen[]): TrafficSource => {
  if (given === anywhere) return { kind: "anywhere" };
  if (prefixListForm.test(given)) return { kind: "prefix list", id: given };
  if (!isTierName(given)) return { kind: "network", network: given };
  return { kind: "tier", tier: tiers.find(({ name }) => name === given)! };
};

/** A rule for several ports is several. */
function openings({ name, tier, seen, at }: Own, tiers: readonly TierSeen[]): readonly Opening[] {
  return tier.inbound.flatMap((rule, index) => {
    const sources =
      rule.from === undefined
        ? [{ kind: "unsaid" } as const]
        : listed(rule.from).map((one) => sourceOf(one, tiers));
    return rulePorts(rule, tier).map((port) => ({
      tier: seen,
      object: `${name} ${port}/${rule.protocol}`,
      at: at("inbound", index),
      sources,
      ports: spanOf(port),
      redirect: rule.redirect,
    }));
  });
}

function waysOut({ name, tier, seen, at }: Own): readonly WayOut[] {
  const { publicAddresses, wayOut, outbound } = tier;
  const isPublic = subnetOf(tier) === "public";
  const way =
    wayOut ?? (isPublic && (seen.role === "bastion" || seen.role === "load-balancer") ? "gateway" : "none");
  const rules = outbound.flatMap((rule, index): readonly WayOut[] => {
    const open = listed(rule.to).filter(
      (to) => to === anywhere || prefixListForm.test(to) || /\/0$/.test(to),
    );
    if (open.length === 0) return [];
    const place = { object: `${name} outbound`, at: at("outbound", index) };
    return [{ ...place, tier: seen, way: "rule", found: `a rule lets it out to ${open.join(", ")}` }];
  });
  return [
    ...(publicAddresses === true
      ? [
          {
            object: name,
            at: at("publicAddresses"),
            tier: seen,
            way: "public address",
            found: "its machines have public addresses",
          } as const,
        ]
      : []),
    {
      object: name,
      at: at(...(wayOut === undefined ? [] : ["wayOut"])),
      tier: seen,
      way,
      found: `its way out: ${way}`,
    },
    ...rules,
  ];
}

const standing = ({ name, tier, seen, at }: Own): readonly Standing[] =>
  seen.role === "vpn"
    ? []
    : [
        {
          object: name,
          at: at(...(tier.subnet === undefined ? [] : ["subnet"])),
          tier: seen,
          subnet: subnetOf(tier),
          found: `in the ${subnetOf(tier)} subnet`,
        },
      ];

const stores = ({ name, tier, seen, at }: Own): readonly Store[] => [
  ...tier.services.flatMap((service, index) =>
    storeOf(service) === undefined
      ? []
      : [{ object: `${name} ${service}`, at: at("services", index), tier: seen, what: service }],
  ),
];

const roleUses = ({ name, tier, seen, at }: Own): readonly RoleUse[] =>
  tier.iamRoles.map((role, index) => ({
    object: `${name} ${role}`,
    at: at("iamRoles", index),
    tier: seen,
    role,
  }));
