/** Security updates by themselves, from the lists that this host really has. */
import { z } from "zod";
import { mailTo } from "../profile/types.ts";
import { defineControl } from "./define.ts";
import { checks } from "./updates/checks.ts";
import { desired } from "./updates/desired.ts";
import { guard } from "./updates/guard.ts";
import { probes } from "./updates/probes.ts";

const schema = z.strictObject({
  origins: z
    .array(z.enum(["security", "updates"]))
    .min(1)
    .default(["security"])
    .describe(
      "What is installed by itself: security updates; with `updates` also the release's updates that can't wait for a point release",
    ),
  automaticReboot: z
    .boolean()
    .default(false)
    .describe("Whether the host restarts by itself where an update wants it"),
  mail: mailTo
    .optional()
    .describe(
      "Who is told of updates: an address or a local user, '' for nobody; the host needs a mailer. Left out: whoever the host's own files name",
    ),
  mailReport: z
    .enum(["on-change", "only-on-error", "always"])
    .optional()
    .describe("When a mail is sent; left out: as the host's own files say"),
});

export const updates = defineControl({
  id: "updates",
  title: "Install security updates by themselves",
  rationale:
    "Most break-ins use a hole that has an update already. The origins are matched against the package lists of the host itself, since a pattern that matches nothing looks just like one that works: no update ever comes, and nobody is told.",
  schema,
  probes: () => probes,
  desired,
  guard,
  checks,
});
