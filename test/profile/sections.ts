import { z } from "zod";
import type { Section } from "../../src/profile/schema.ts";
import { cidr, comment, duration, mailTo, oneOrMore, port, portOrRange } from "../../src/profile/types.ts";

const rule = z.strictObject({
  port: oneOrMore(portOrRange, "a port, a range such as 6000:6010"),
  protocol: z.enum(["tcp", "udp", "any"]).default("tcp"),
  from: oneOrMore(cidr, "an address, a network").optional(),
  comment: comment.optional(),
});

/** Stand-ins for the six controls, with their real field names, so that these tests need none of them. */
export const sections: readonly Section[] = [
  {
    id: "ssh",
    title: "ssh",
    schema: z.strictObject({
      layout: z.enum(["auto", "dropin", "whole"]).default("auto"),
      port: port.optional(),
      passwordAuthentication: z.boolean().default(false),
      pubkeyAuthentication: z.boolean().default(true),
      permitRootLogin: z.enum(["no", "yes", "prohibit-password"]).default("prohibit-password"),
      maxAuthTries: z.int().min(1).max(10).default(3),
      keyboardInteractive: z.boolean().default(false),
      usePam: z.boolean().default(true),
      clientAliveInterval: duration().default(300),
      clientAliveCountMax: z.int().min(0).default(2),
    }),
  },
  {
    id: "firewall",
    title: "firewall",
    adds: ["rules"],
    schema: z.strictObject({
      defaultIncoming: z.enum(["deny", "reject", "allow"]).default("deny"),
      defaultOutgoing: z.enum(["deny", "reject", "allow"]).default("allow"),
      otherRules: z.enum(["keep", "warn", "fail", "remove"]).default("fail"),
      rules: z.array(rule).default([]),
    }),
  },
  {
    id: "fail2ban",
    title: "fail2ban",
    schema: z.strictObject({
      maxRetry: z.int().min(1).default(3),
      findTime: duration().default(600),
      banTime: duration().default(86400),
      ignoreIp: z.array(cidr).default([]),
    }),
  },
  {
    id: "auditd",
    title: "auditd",
    schema: z.strictObject({
      rules: z.array(
        z.enum(["root-commands", "passwd", "shadow", "sshd-config", "docker-daemon", "sudoers"]),
      ),
      rootCommands: z.enum(["all", "sessions"]).default("all"),
      immutable: z.boolean().default(false),
    }),
  },
  {
    id: "sysctl",
    title: "sysctl",
    schema: z.strictObject({
      rpFilter: z.union([z.literal(0), z.literal(1), z.literal(2)]).default(1),
      acceptRedirects: z.boolean().default(false),
      acceptSourceRoute: z.boolean().default(false),
      tcpSyncookies: z.boolean().default(true),
      logMartians: z.boolean().default(true),
    }),
  },
  {
    id: "updates",
    title: "updates",
    schema: z.strictObject({
      origins: z.array(z.enum(["security", "updates"])).default(["security"]),
      automaticReboot: z.boolean().default(false),
      mail: mailTo.optional(),
      mailReport: z.enum(["on-change", "only-on-error", "always"]).optional(),
    }),
  },
];

/** Some of the checks that waivers name. */
export const checks = [
  { id: "firewall.other-rules", role: "audit or advice" },
  { id: "firewall.replies", role: "proof or audit" },
  { id: "ssh.max-auth-tries", role: "proof" },
  { id: "host.leftovers", role: "audit" },
];
