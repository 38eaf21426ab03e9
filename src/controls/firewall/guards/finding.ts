/** Findings of the firewall control. */
import { findingOf } from "../../findings.ts";

export const block = findingOf("firewall", "block");
export const warn = findingOf("firewall", "warn");
export const note = findingOf("firewall", "note");

/** All of them: what is left out of a list would be open, or shut, and nobody told. */
export const all = (texts: readonly string[]) => texts.join(", ");
