/** What each cloud's resources give of a {@link Cloud}, and what they are told by. */
import type { Cloud, TierOf, TrafficSource } from "../model.ts";
import { allPorts, type Span } from "../network.ts";
import type { TerraformDocument, TerraformResource } from "./document.ts";
import type { TierTable } from "./tier.ts";

export interface Reading {
  readonly document: TerraformDocument;
  readonly tiers: TierTable;
}

export type CloudPart = Pick<
  Cloud,
  "openings" | "waysOut" | "standing" | "stores" | "policies" | "credentials" | "trails" | "roleUses"
>;

export const nothing: CloudPart = {
  openings: [],
  waysOut: [],
  standing: [],
  stores: [],
  policies: [],
  credentials: [],
  trails: [],
  roleUses: [],
};

export const ofType = ({ document }: Reading, ...types: readonly string[]): readonly TerraformResource[] =>
  types.flatMap((type) => document.byType.get(type) ?? []).filter(({ mode }) => mode === "managed");

export const placed = ({ address, at }: TerraformResource) => ({ object: address, at });

/** The tiers of some resources: one, or why not. */
export function commonTier(resources: readonly TerraformResource[], { tiers }: Reading): TierOf {
  const found = [
    ...new Map(resources.map((each) => [JSON.stringify(tiers.of(each)), tiers.of(each)])).values(),
  ];
  const [first] = found;
  if (found.length === 1 && first !== undefined) return first;
  const names = found.map((tier) => ("role" in tier ? tier.name : tier.untold));
  return {
    untold: names.length === 0 ? "what it belongs to is not known" : `it belongs to ${names.join(" and ")}`,
  };
}

export const sourceOfTier = (tier: TierOf): TrafficSource =>
  "role" in tier ? { kind: "tier", tier } : { kind: "unknown", why: tier.untold };

/** As Terraform's protocols are called; undefined where no port of TCP or UDP is meant. */
export function spanOf(protocol: unknown, from: unknown, to: unknown): Span | undefined {
  if (["icmp", "icmpv6", "1", "58"].includes(String(protocol))) return undefined;
  const isPorts = ["tcp", "udp", "6", "17"].includes(String(protocol));
  if (!isPorts || typeof from !== "number") return allPorts;
  return { first: from, last: typeof to === "number" ? to : from };
}

/** `22`, `8000-9000`, `*`; undefined where it is none. */
export function writtenSpan(text: string): Span | undefined {
  if (text === "*" || text === "") return allPorts;
  const [, first, last] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  return first === undefined ? undefined : { first: Number(first), last: Number(last ?? first) };
}
