/** What keeps ufw from starting as planned, now or at the next boot, as far as a plan has looked. */
import type { Finding } from "../../../checks/finding.ts";
import { findingsOf } from "../../../checks/finding.ts";
import { notLooked } from "../../../facts/probe.ts";
import { notLasting } from "../../next-boot/next-start.ts";
import type { FirewallInput, FirewallView } from "../model.ts";
import { isStarted } from "../operation.ts";
import { all } from "./list.ts";

const say = findingsOf("firewall", {
  "next-boot-not-looked": ["note", "What ufw will load at the next boot was not tried out"],
  "next-boot-unknown": ["warn", "The firewall may not stay as planned: by the next boot, cron or apt"],
  unloadable: ["block", "ufw can't load the rules that are in its files"],
});

export const findings = say.records;

export function next(input: FirewallInput, view: FirewallView): readonly Finding[] {
  const fact = input.facts.next;
  if (fact.state === "unknown" && fact.why === notLooked)
    return view.families.some(isStarted)
      ? say("next-boot-not-looked", `What ufw will load at the next boot was not tried out: ${fact.why}.`)
      : [];
  const boot = view.next();
  return [
    ...(fact.state === "present" ? unloadable(fact.value.failed, view) : []),
    ...(boot?.as === "not known" && view.families.some(isStarted)
      ? say("next-boot-unknown", `The firewall may not stay as planned: ${notLasting(boot)}.`)
      : []),
  ];
}

/** What we would start or load meets the same. */
function unloadable(failed: readonly string[], view: FirewallView): readonly Finding[] {
  if (failed.length === 0) return [];
  const { operation } = view.needed();
  const users = failed.some((each) => each.startsWith("/etc/ufw/user"));
  return say.at(
    operation === "none" || (operation === "load" && !users) ? "warn" : "block",
    "unloadable",
    `ufw can't load all of its files: ${all(failed)}.`,
    "Mend the line that is named; iptables-restore --test --noflush shows whether the file can be loaded.",
  );
}
