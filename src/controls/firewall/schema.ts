/** The profile's section `firewall`. */
import { z } from "zod";
import { cidr, comment, port } from "../../profile/types.ts";

const range = z
  .string()
  .regex(/^[1-9]\d{0,4}:[1-9]\d{0,4}$/, { error: "must be a port, or a range such as 6000:6010" })
  .refine((text) => text.split(":").every((each) => Number(each) <= 65535), {
    error: "a port is at most 65535",
  })
  .refine((text) => Number(text.split(":")[0]) < Number(text.split(":")[1]), {
    error: "the first port of a range must be the smaller one",
  });

const rule = z
  .strictObject({
    port: z.union([port, range]).describe("A port, or a range such as 6000:6010"),
    protocol: z
      .enum(["tcp", "udp", "any"])
      .default("tcp")
      .describe("any is tcp and udp; a range of ports needs one of the two"),
    from: cidr
      .optional()
      .describe("The network that may come in, IPv4 or IPv6; anywhere, in both, where it is not given"),
    comment: comment.optional().describe("What it is for, shown by ufw status after `harden: `"),
  })
  .refine(({ port: ports, protocol }) => typeof ports === "number" || protocol !== "any", {
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
  rules: z
    .array(rule)
    .default([])
    .describe(
      "What may come in. The ports of sshd are always allowed, from the networks of access.from; a rule for one of them without `from` only gives it a comment",
    ),
});

export type Params = z.output<typeof schema>;
export type RuleParams = Params["rules"][number];
