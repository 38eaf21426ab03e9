/** Findings of the firewall control. */
import type { Finding } from "../../../plan/plan.ts";

const finding =
  (level: Finding["level"]) =>
  (id: string, message: string, hint?: string): Finding => ({
    control: "firewall",
    id: `firewall.${id}`,
    level,
    message,
    ...(hint === undefined ? {} : { hint }),
  });

export const block = finding("block");
export const warn = finding("warn");
export const note = finding("note");

/** At most eight of a list, so that a finding stays readable. */
export const some = (texts: readonly string[]) =>
  [...texts.slice(0, 8), ...(texts.length > 8 ? [`and ${texts.length - 8} more`] : [])].join(", ");
