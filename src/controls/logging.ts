/** logging: the journal outlives a reboot and never fills the disk, and each message leaves the host over TLS. */
import { valueOr } from "../facts/probe.ts";
import type { DescribedControl } from "../plan/control.ts";
import { defineControl } from "./define.ts";
import { checks } from "./logging/checks.ts";
import { desired } from "./logging/desired.ts";
import { findings, guard } from "./logging/guard.ts";
import { bytes, dropInPath, settingOf, settingsOf } from "./logging/journald.ts";
import { schema } from "./logging/params.ts";
import { probes } from "./logging/probes.ts";
import { isStored, type LogInput, viewOf } from "./logging/state.ts";

const units = ["M", "G", "T"];

/** What journald keeps, as the profile's section says it. */
function describe({ view, facts, host }: LogInput): DescribedControl {
  if (!host.systemd || view.unreadable !== undefined)
    return { why: view.unreadable ?? "there is no journald here" };
  if (view.ours.length > 0)
    return { why: "it sends messages on, which a profile says with a certificate in a file of its own" };
  const own = valueOr(facts.dropIn, undefined)?.content;
  const settings = own === undefined ? view.settings : settingsOf([{ path: dropInPath, content: own }]);
  const maxUse = settingOf(settings, "SystemMaxUse")?.value ?? "";
  if (maxUse === "") return { why: "nothing bounds the journal but the disk" };
  const storage = settingOf(settings, "Storage")?.value ?? "auto";
  const onDisk = valueOr(facts.journals, []).some((path) => path.startsWith("/var/"));
  // `auto` needs the folder, and our own file says `persistent` or nothing.
  const kept = /^persistent$/i.test(storage) || (own === undefined && isStored(storage) && onDisk);
  return { params: { persistent: kept, maxUse: sizeOf(maxUse), forwarding: undefined } };
}

/** In the largest unit that says it exactly; as it is where none does. */
function sizeOf(text: string): string {
  const size = bytes(text) ?? Number.NaN;
  const unit = units.findLast((_, at) => Number.isInteger(size / 1024 ** (at + 2)));
  return unit === undefined ? text : `${size / 1024 ** (units.indexOf(unit) + 2)}${unit}`;
}

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
