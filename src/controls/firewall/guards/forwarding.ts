/** Who notices besides the host itself: whose packets it passes on, as a router, a gateway or for virtual machines. */
import type { Fact } from "../../../facts/probe.ts";
import type { Finding } from "../../../plan/plan.ts";
import type { FamilyView, FirewallInput, View } from "../model.ts";
import { liveKey, paths } from "../probes.ts";
import type { Family } from "../tuple.ts";
import type { Ruleset } from "../walk.ts";
import { warn } from "./finding.ts";

const keys = { 4: "net.ipv4.ip_forward", 6: "net.ipv6.conf.all.forwarding" } as const satisfies Record<
  Family,
  string
>;

/** Without a table of it the kernel lets all through. */
const policyOf = ({ tables: [main] }: Ruleset) => main?.get("filter")?.get("FORWARD")?.policy ?? "ACCEPT";

/** Those of engines have rules of the engine's own. */
const ofEngines = /^(lo|docker\d|docker_gwbridge|br-[0-9a-f]{12}|veth.*)$/;

/** From one interface there is nowhere else to go. */
const isBetween = ({ bridges }: FamilyView, { rules }: View) =>
  (rules?.links ?? []).filter((link) => !ofEngines.test(link) && !bridges.includes(link)).length > 1;

/** Engines that set the policy themselves have rules for what is theirs. */
const closes = ({ live, ruleset, planned }: FamilyView) =>
  live !== undefined && policyOf(ruleset) === "ACCEPT" && policyOf(planned()) !== "ACCEPT";

const isOn = (fact: Fact<string> | undefined) => fact?.state === "present" && fact.value !== "0";

export function forwarding({ facts }: FirewallInput, view: View): readonly Finding[] {
  const closing = view.families.filter(
    (each) => isOn(facts[liveKey(keys[each.family])]) && isBetween(each, view) && closes(each),
  );
  if (closing.length === 0) return [];
  const families = closing.map(({ family }) => `IPv${family}`).join(" and ");
  return [
    warn(
      "closing-forwarding",
      `This host passes packets on (${closing.map(({ family }) => `${keys[family]} = 1`).join(", ")}), and ufw will drop what no rule of its own lets through over ${families}.`,
      `Where others need it, as behind a router or in virtual machines: DEFAULT_FORWARD_POLICY="ACCEPT" in ${paths.defaults}, which harden leaves as it is, or ufw route allow.`,
    ),
  ];
}
