/** Network settings of the kernel: forged, redirected and self-routed packets are not believed. */
import { z } from "zod";
import { defineControl } from "./control.ts";
import { checks } from "./sysctl/checks.ts";
import { desired } from "./sysctl/desired.ts";
import { guard } from "./sysctl/guard.ts";
import { probes } from "./sysctl/probes.ts";
import { viewOf } from "./sysctl/state.ts";

const schema = z.strictObject({
  rpFilter: z
    .literal([0, 1, 2])
    .default(1)
    .describe(
      "Reverse path filter: 1 drops packets whose answer would leave by another interface, 2 those that have no way back at all, 0 none",
    ),
  acceptRedirects: z
    .boolean()
    .default(false)
    .describe("Let routers on the network change this host's routes (ICMP redirects, IPv4 and IPv6)"),
  acceptSourceRoute: z
    .boolean()
    .default(false)
    .describe("Accept packets whose sender chose their way (IPv4 and IPv6)"),
  tcpSyncookies: z
    .boolean()
    .default(true)
    .describe("Answer half-open connections with cookies when the table is full"),
  logMartians: z.boolean().default(true).describe("Log packets with impossible addresses"),
});

export const sysctl = defineControl({
  id: "sysctl",
  title: "Don't believe forged, redirected and self-routed packets",
  rationale:
    "The kernel's defaults suit a router in a friendly network. Each value is set for all interfaces, for those to come, and for each that is there, since the kernel combines them differently for each setting; ufw's own file, which sets some of them back whenever ufw starts, is changed with them. ip_forward is left alone: Docker needs it.",
  schema,
  probes: () => probes,
  view: viewOf,
  desired,
  guard,
  checks,
});
