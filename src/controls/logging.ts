/** logging: the journal outlives a reboot and never fills the disk, and each message leaves the host over TLS. */
import { defineControl } from "./define.ts";
import { checks } from "./logging/checks.ts";
import { describe } from "./logging/describe.ts";
import { desired } from "./logging/desired.ts";
import { findings, guard } from "./logging/guard.ts";
import { schema } from "./logging/params.ts";
import { probes } from "./logging/probes.ts";
import { viewOf } from "./logging/state.ts";

export const logging = defineControl({
  id: "logging",
  title: "Keep log messages, and send them where an intruder can't reach",
  layer: "host",
  criteria: ["CC7.2"],
  rationale:
    "Whoever takes a host over deletes its log first. A journal on the disk tells what was before a reboot; a copy elsewhere tells what the host itself no longer does. Messages go by syslog over TLS (RFC 5425) to a collector that proves who it is, and wait on the disk while it is away. An rsyslog that runs already keeps its files and its rules; one that comes with this control writes no files of its own. Syslog has no acknowledgements: what is under way when the collector's network or machine fails may be lost.",
  schema,
  probes,
  view: viewOf,
  desired,
  describe,
  guard,
  findings,
  checks,
});
