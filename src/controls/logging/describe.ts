/** What journald keeps, as the profile's section says it. Pure. */
import { valueOr } from "../../facts/probe.ts";
import type { Described } from "../../plan/control.ts";
import { bytes, dropInPath, settingOf, settingsOf } from "./journald.ts";
import { isStored, type LogInput } from "./state.ts";

const units = ["M", "G", "T"];

export function describe({ view, facts, host }: LogInput): Described {
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
