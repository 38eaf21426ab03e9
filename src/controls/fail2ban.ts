/** fail2ban: an address that guesses at ssh is shut out for a while. */
import { z } from "zod";
import { duration, ipOrCidr } from "../profile/types.ts";
import { defineControl } from "./define.ts";
import { desired } from "./fail2ban/desired.ts";
import { guard } from "./fail2ban/guard.ts";
import { isAnywhere } from "./fail2ban/jail.ts";
import { probes } from "./fail2ban/probes.ts";
import { checks, rules } from "./fail2ban/rules.ts";
import { viewOf } from "./fail2ban/state.ts";

const schema = z.strictObject({
  maxRetry: z
    .int()
    .min(1)
    .max(1000)
    .default(3)
    .describe("Failed logins within findTime after which an address is banned"),
  findTime: duration.default(600).describe("Seconds in which the failed logins are counted"),
  banTime: duration.default(86_400).describe("Seconds for which an address stays banned"),
  ignoreIp: z
    .array(ipOrCidr.refine((text) => !isAnywhere(text), { error: "would spare everybody from being banned" }))
    .default([])
    .describe(
      "Addresses and networks that are never banned, besides the host itself and access.from where that is narrower than anywhere",
    ),
});

export const fail2ban = defineControl({
  id: "fail2ban",
  title: "Ban addresses that guess at ssh",
  rationale:
    "Whoever fails to log in again and again is guessing. The jail follows the port that sshd really uses, reads the log where this host really writes it, and spares the networks that administrators come from. How a ban is done stays the distribution's choice (iptables on Debian 12, nftables on Debian 13): both come before ufw's rules.",
  schema,
  probes: () => probes,
  view: viewOf,
  rules,
  desired,
  guard,
  checks,
});
