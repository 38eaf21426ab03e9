/** A cloud as its checks see it, be it from a project file or from Terraform. Types, and what derives from them; pure. */
import { areAnywhere, isWithin } from "../profile/network.ts";
import type { Origin } from "../profile/tree.ts";
import type { TierRole } from "../project/tiers.ts";
import type { Span } from "./network.ts";

export interface TierSeen {
  readonly name: string;
  readonly role: TierRole;
  /** Where it answers. */
  readonly ports: readonly number[];
  readonly networks: readonly string[];
  /** Hosts and @groups of the project file. */
  readonly hosts: readonly string[];
  /** The project file says that its port 80 only sends to https. */
  readonly redirects: boolean;
}

export type TrafficSource =
  | { readonly kind: "tier"; readonly tier: TierSeen }
  | { readonly kind: "network"; readonly network: string }
  | { readonly kind: "anywhere" }
  /** What is in it is not seen here: it counts as anywhere. */
  | { readonly kind: "prefix list"; readonly id: string }
  /** A rule that names none lets everybody in. */
  | { readonly kind: "unsaid" }
  | { readonly kind: "unknown"; readonly why: string };

export interface Placed {
  /** What it is called there: a tier's rule, or a resource's address. */
  readonly object: string;
  readonly at: Origin;
}

/** A tier, or why nobody can tell. */
export type TierOf = TierSeen | { readonly untold: string };

export const isTold = (tier: TierOf): tier is TierSeen => "role" in tier;

/** One rule that lets in. */
export interface Opening extends Placed {
  readonly tier: TierOf;
  readonly sources: readonly TrafficSource[];
  /** Undefined where it is not known before the apply. */
  readonly ports: Span | undefined;
  /** Port 80 answers with nothing but where https is; undefined where that can't be told. */
  readonly redirect: boolean | undefined;
}

/** A way between a tier and the internet. */
export interface WayOut extends Placed {
  readonly tier: TierOf;
  readonly way: "public address" | "gateway" | "nat" | "rule" | "none" | "unknown";
  readonly found: string;
}

/** Something that stands in a subnet. */
export interface Standing extends Placed {
  readonly tier: TierOf;
  readonly subnet: "public" | "private" | "unknown";
  readonly found: string;
}

/** A database or a cache. */
export interface Store extends Placed {
  readonly tier: TierOf;
  readonly what: string;
}

export interface Said extends Placed {
  readonly verdict: "pass" | "fail" | "error";
  readonly found: string;
  readonly remedy?: string;
}

/** A role of the cloud that a tier's machines have. */
export interface RoleUse extends Placed {
  readonly tier: TierOf;
  /** Undefined where it is not known before the apply. */
  readonly role: string | undefined;
}

export interface Cloud {
  readonly file: string;
  readonly tiers: readonly TierSeen[];
  readonly openings: readonly Opening[];
  readonly waysOut: readonly WayOut[];
  readonly standing: readonly Standing[];
  readonly stores: readonly Store[];
  /** Empty where nothing is said of them: a person must then. */
  readonly policies: readonly Said[];
  readonly credentials: readonly Said[];
  readonly trails: readonly Said[];
  readonly roleUses: readonly RoleUse[];
  /** What no check reads, and by its kind may let somebody in, or give rights. */
  readonly unread: { readonly doors: readonly Placed[]; readonly identities: readonly Placed[] };
  /** Whether it is of the cloud itself, so that what isn't in it isn't there. */
  readonly isTerraform: boolean;
}

/** Whether everybody may come: all sources of a rule count together. */
export function isFromAnywhere(sources: readonly TrafficSource[]): boolean {
  if (sources.some(({ kind }) => kind === "anywhere" || kind === "unsaid" || kind === "prefix list"))
    return true;
  return areAnywhere(sources.flatMap((source) => (source.kind === "network" ? [source.network] : [])));
}

/** The tiers that a source can be of: itself, or those whose networks hold it. */
export function tiersOf(source: TrafficSource, { tiers }: Pick<Cloud, "tiers">): readonly TierSeen[] {
  if (source.kind === "tier") return [source.tier];
  if (source.kind !== "network") return [];
  return tiers.filter(({ networks }) => networks.some((each) => isWithin(source.network, each)));
}

export function sourceText(source: TrafficSource): string {
  switch (source.kind) {
    case "tier":
      return source.tier.name;
    case "network":
      return source.network;
    case "anywhere":
      return "anywhere";
    case "prefix list":
      return `the prefix list ${source.id}, which counts as anywhere`;
    case "unsaid":
      return "anybody, for it names no source";
    case "unknown":
      return `somebody who is not known yet (${source.why})`;
  }
}
