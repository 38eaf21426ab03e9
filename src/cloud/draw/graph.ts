/** A cloud as boxes and arrows: the guide's picture. Pure. */
import { usual } from "../../project/tiers.ts";
import {
  type Cloud,
  isFromAnywhere,
  isTold,
  type Opening,
  type TierSeen,
  type TrafficSource,
} from "../model.ts";
import { spanText } from "../network.ts";

export type Area = "outside" | "public" | "private";

export interface GraphNode {
  /** A plain word, made here: no text of a file is ever one. */
  readonly id: string;
  readonly lines: readonly string[];
  readonly area: Area;
}

export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly Edge[];
}

export const areas: Readonly<Record<Exclude<Area, "outside">, string>> = {
  public: "Public subnet",
  private: "Private subnet",
};

interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

const internet = "Internet";

/** By its key: a tier's is no other text's. */
function keyOf(source: TrafficSource, opening: Opening): string {
  if (source.kind === "tier") return tierKey(source.tier);
  if (source.kind === "network" && !isFromAnywhere(opening.sources)) return `network ${source.network}`;
  if (source.kind === "unknown") return "not known";
  return source.kind === "prefix list" ? `list ${source.id}` : internet;
}

const tierKey = ({ name }: TierSeen) => `tier ${name}`;

const arrows = ({ openings, waysOut }: Cloud): readonly Arrow[] => [
  ...openings.flatMap((opening) => {
    const { tier, ports, sources } = opening;
    const to = isTold(tier) ? tierKey(tier) : `group ${opening.object}`;
    const label = ports === undefined ? "not known" : spanText(ports);
    return sources.map((source) => ({ from: keyOf(source, opening), to, label }));
  }),
  ...waysOut.flatMap(({ tier, way }) =>
    way === "nat" && isTold(tier) ? [{ from: tierKey(tier), to: internet, label: "out, by NAT" }] : [],
  ),
];

/** Arrows between the same two are one. */
function merged(all: readonly Arrow[]): readonly Arrow[] {
  const found = new Map<string, { from: string; to: string; labels: Set<string> }>();
  for (const { from, to, label } of all) {
    const key = JSON.stringify([from, to]);
    const known = found.get(key) ?? { from, to, labels: new Set() };
    known.labels.add(label);
    found.set(key, known);
  }
  return [...found.values()].map(({ from, to, labels }) => ({ from, to, label: [...labels].join(", ") }));
}

function areaOf(tier: TierSeen, { standing }: Cloud): Area {
  if (tier.role === "vpn") return "outside";
  const own = standing.find((each) => isTold(each.tier) && each.tier.name === tier.name);
  return own === undefined || own.subnet === "unknown" ? usual[tier.role].subnet : own.subnet;
}

/** In the order of the file; what is outside comes first. */
export function graphOf(cloud: Cloud): Graph {
  const edges = merged(arrows(cloud));
  const tiers = cloud.tiers.map((tier) => ({
    key: tierKey(tier),
    lines: [tier.name, tier.role, ...tier.hosts],
    area: areaOf(tier, cloud),
  }));
  const known = new Set(tiers.map(({ key }) => key));
  const others = [...new Set(edges.flatMap(({ from, to }) => [from, to]))].filter((key) => !known.has(key));
  const all = [
    ...others.map((key) => ({
      key,
      lines: [key.replace(/^(?:network|group) /, "")],
      area: "outside" as const,
    })),
    ...tiers,
  ];
  const ids = new Map(all.map(({ key }, index) => [key, `n${index}`]));
  return {
    nodes: all.map(({ key, lines, area }) => ({ id: ids.get(key)!, lines, area })),
    edges: edges.map(({ from, to, label }) => ({ from: ids.get(from)!, to: ids.get(to)!, label })),
  };
}
