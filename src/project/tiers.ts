/**
 * The project file's `tiers`: who stands where in a cloud, and who may talk to whom on which port. Schema and types;
 * pure.
 */
import { z } from "zod";
import { nearest } from "../profile/nearest.ts";
import { parseNetwork } from "../profile/network.ts";
import type { Origin, Path } from "../profile/tree.ts";
import { cidr, oneOrMore, port, portOrRange, singleLine } from "../profile/types.ts";

export const roles = ["bastion", "vpn", "load-balancer", "app", "data"] as const;

export type TierRole = (typeof roles)[number];

/** Where the guide's picture has a role, and the port that it answers on. */
export const usual: Readonly<
  Record<TierRole, { readonly subnet: "public" | "private"; readonly port: number }>
> = {
  bastion: { subnet: "public", port: 22 },
  vpn: { subnet: "private", port: 22 },
  "load-balancer": { subnet: "public", port: 443 },
  app: { subnet: "private", port: 8080 },
  data: { subnet: "private", port: 5432 },
};

/** The whole internet, in both families. */
export const anywhere = "anywhere";

export const prefixListForm = /^pl-[0-9a-f]{8,17}$/;

const tierName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_.-]{0,39}$/, {
    error: "must be a tier's name: letters, digits, _ . -, at most 40, beginning with a letter",
  })
  .refine((name) => name !== anywhere && !prefixListForm.test(name), {
    error: "must be a name that no source has: not anywhere, and not as a prefix list",
  });

/** A tier, a network, a prefix list or anywhere: a network is checked as one, a name by {@link tiersSchema}. */
const peer = z.union([
  z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9_.-]{0,39}$/, { error: "must be a tier, a network, pl-… or anywhere" }),
  cidr,
]);
const peers = oneOrMore(peer, "a tier, a network, a prefix list (pl-…) or anywhere");

const why = singleLine.optional().describe("What it is for, as the rule's description");
const ports = oneOrMore(portOrRange, "a port, a range such as 6000:6010");
const protocol = z.enum(["tcp", "udp"]).default("tcp").describe("What the ports are of");

const inboundSchema = z
  .strictObject({
    from: peers
      .optional()
      .describe(
        "Who may come in: a tier by its name, a network, a prefix list (pl-…, which counts as anywhere, for nobody sees here what is in it), anywhere, or a list of them. Left out it is anybody, which fails `cloud.default-deny`",
      ),
    port: ports.optional().describe("A port, a range, or a list of them; by itself the tier's own"),
    protocol,
    redirect: z
      .boolean()
      .default(false)
      .describe("Port 80 of a load balancer answers with nothing but where https is"),
    why,
  })
  .describe("What may come in");

const outboundSchema = z
  .strictObject({
    to: peers.describe("Where to: as `from` of what comes in"),
    port: ports.describe("A port, a range, or a list of them"),
    protocol,
    why,
  })
  .describe("What may go out; what another tier lets in from here needs no line");

const tierSchema = z
  .strictObject({
    role: z
      .enum(roles)
      .describe(
        "What it is in the guide's picture; vpn: administrators' networks, of which only `networks` counts",
      ),
    subnet: z
      .enum(["public", "private"])
      .optional()
      .describe(
        "Where its machines are; by itself public for load-balancer and bastion, private for all else",
      ),
    hosts: z.array(singleLine.min(1)).default([]).describe("Hosts of this file by name, and groups as @name"),
    networks: z
      .array(cidr)
      .default([])
      .describe(
        "The networks that its machines are in: what a rule from this tier is where only addresses count",
      ),
    port: oneOrMore(port, "a port")
      .optional()
      .describe("Where it answers: 22 for bastion, 443 for load-balancer, 8080 for app, 5432 for data"),
    publicAddresses: z
      .boolean()
      .optional()
      .describe("Whether its machines have addresses of the internet; by itself as its subnet"),
    wayOut: z
      .enum(["none", "nat", "gateway"])
      .optional()
      .describe(
        "How its machines reach the internet: not, by address translation, or by the internet's own gateway; by itself gateway in a public subnet, else none",
      ),
    services: z
      .array(singleLine.min(1))
      .default([])
      .describe("What runs there, such as nginx or redis: databases and caches belong to the data tier"),
    iamRoles: z.array(singleLine.min(1)).default([]).describe("The cloud's roles that its machines have"),
    inbound: z.array(inboundSchema).default([]).describe("What may come in; nothing else may"),
    outbound: z.array(outboundSchema).default([]).describe("What may go out besides what tiers let in"),
  })
  .describe("One tier of the guide's picture");

export type Tier = z.output<typeof tierSchema>;

/** By name. */
export const tiersSchema = z
  .record(tierName, tierSchema)
  .superRefine((tiers, context) => {
    for (const { path, given } of named(tiers)) {
      if (given in tiers && Object.hasOwn(tiers, given)) continue;
      const params = { suggestion: nearest(given, [...Object.keys(tiers), anywhere]) };
      context.addIssue({ code: "custom", path: [...path], message: "must be a tier of this file", params });
    }
  })
  .describe("Who stands where in the cloud, and who may talk to whom");

export type Tiers = z.output<typeof tiersSchema>;

/** Where the value at a path of the project file was written. */
export type OriginAt = (path: Path) => Origin;

export const listed = <T>(given: T | readonly T[] | undefined): readonly T[] =>
  given === undefined ? [] : Array.isArray(given) ? given : [given as T];

export const subnetOf = ({ role, subnet }: Tier) => subnet ?? usual[role].subnet;

export const portsOf = ({ role, port: own }: Tier): readonly number[] =>
  own === undefined ? [usual[role].port] : listed(own);

/** Of a rule that lets in: its own, else those that the tier answers on. */
export const rulePorts = (rule: Tier["inbound"][number], tier: Tier): readonly (number | string)[] =>
  rule.port === undefined ? portsOf(tier) : listed(rule.port);

/** Whether a source is neither of the whole internet, nor a network, nor a prefix list. */
export const isTierName = (given: string) =>
  given !== anywhere && !prefixListForm.test(given) && parseNetwork(given) === undefined;

function named(tiers: Readonly<Record<string, Tier>>): readonly { path: Path; given: string }[] {
  const of = (path: Path, given: string | readonly string[] | undefined) =>
    listed(given).map((one, index) => ({ path: Array.isArray(given) ? [...path, index] : path, given: one }));
  return Object.entries(tiers)
    .flatMap(([name, { inbound, outbound }]) => [
      ...inbound.flatMap((rule, index) => of([name, "inbound", index, "from"], rule.from)),
      ...outbound.flatMap((rule, index) => of([name, "outbound", index, "to"], rule.to)),
    ])
    .filter(({ given }) => isTierName(given));
}
