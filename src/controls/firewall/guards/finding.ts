/** Findings of the firewall control. */
import { findingOf } from "../../findings.ts";

export const block = findingOf("firewall", "block");
export const warn = findingOf("firewall", "warn");
export const note = findingOf("firewall", "note");

/** At most eight of a list, so that a finding stays readable. */
export const some = (texts: readonly string[]) =>
  [...texts.slice(0, 8), ...(texts.length > 8 ? [`and ${texts.length - 8} more`] : [])].join(", ");
