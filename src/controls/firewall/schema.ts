/** The profile's section `firewall`. */
import { z } from "zod";
import { cidr, comment, oneOrMore, portOrRange } from "../../profile/types.ts";

/** What stands alone, as a list of it. */
const listed = <T>(given: T | readonly T[]): readonly T[] => (Array.isArray(given) ? given : [given as T]);

const rule = z
  .strictObject({
    port: oneOrMore(portOrRange, "a port, a range such as 6000:6010").describe(
      "A port, a range such as 6000:6010, or a list of them",
    ),
    protocol: z
      .enum(["tcp", "udp", "any"])
      .default("tcp")
      .describe("any is tcp and udp; a range of ports needs one of the two"),
    from: oneOrMore(cidr, "an address, a network")
      .optional()
      .describe(
        "The address or network that may come in, IPv4 or IPv6, or a list of them; anywhere, in both, where it is not given",
      ),
    comment: comment.optional().describe("What it is for, shown by ufw status after `harden: `"),
  })
  .refine(({ port, protocol }) => protocol !== "any" || listed(port).every(Number.isInteger), {
    error: "a range of ports needs protocol tcp or udp",
    path: ["protocol"],
  });

export const schema = z.strictObject({
  defaultIncoming: z
    .enum(["deny", "reject", "allow"])
    .default("deny")
    .describe("What happens to incoming traffic that no rule allows: dropped, refused, or let in"),
  defaultOutgoing: z
    .enum(["allow", "deny"])
    .default("allow")
    .describe("What happens to outgoing traffic; with deny, updates and DNS need rules of your own"),
  otherRules: z
    .enum(["keep", "warn", "fail", "remove"])
    .default("fail")
    .describe(
      "What becomes of whatever lets in more than the profile names. keep: not judged; warn: told as advice; fail: the audit fails; remove: the host's own rules of user.rules and user6.rules go, but for those that the planned login, or a tunnel under it, may come in by, and what is left fails the audit",
    ),
  published: z
    .enum(["rules", "keep"])
    .default("rules")
    .describe(
      "What containers publish, which Docker lets in past ufw. rules: held to the same rules and the same default, in DOCKER-USER; keep: left as it is",
    ),
  rules: z
    .array(rule)
    .prefault([])
    .describe(
      "What may come in; the rules of profiles that extend each other add up, and a list under `default` gives way to any other. The ports of sshd are always allowed, from the networks of access.from; a rule for one of them without `from` only gives it a comment",
    ),
});

export type FirewallParams = z.output<typeof schema>;

type Written = FirewallParams["rules"][number];

/** A rule for one port or range, from one network or from anywhere. */
export interface RuleParams extends Pick<Written, "protocol" | "comment"> {
  readonly port: number | string;
  readonly from: string | undefined;
}

/** Each rule of the profile as the rules that it stands for: every port from every network. */
export const eachRule = ({ rules }: FirewallParams): readonly RuleParams[] =>
  rules.flatMap(({ port, from, ...rule }) =>
    listed(port).flatMap((one) => listed(from).map((network) => ({ ...rule, port: one, from: network }))),
  );
