/** What an uninstall gives, for a person. */
import { resultsText } from "../../reports/end.ts";
import type { Settled } from "../../results/settled.ts";
import type { Uninstalled } from "./work.ts";

const texts: Readonly<Record<Uninstalled, string>> = {
  uninstalled: "harden's journal and backups are gone; what it had set stays as it is.",
  nothing: "nothing of harden was there; nothing was changed.",
  declined: "not removed; nothing was changed.",
};

export const uninstalledText = (report: readonly Settled<Uninstalled>[]) =>
  resultsText(report, (target, outcome) => `${target}: ${texts[outcome]}`);
