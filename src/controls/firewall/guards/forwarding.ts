/** Who notices besides the host itself: whose packets it passes on, as a router, a gateway, a bridge or for virtual machines. */
import type { Finding } from "../../../checks/finding.ts";
import { findingsOf } from "../../../checks/finding.ts";
import { netOf, type Passing, passingOn } from "../../../facts/forwarding.ts";
import { some } from "../../guard-words.ts";
import { isDockers } from "../links.ts";
import type { FamilyView, FirewallInput, FirewallView } from "../model.ts";
import { paths } from "../probes.ts";
import type { Ruleset } from "../walk.ts";

const say = findingsOf("firewall", {
  "closing-forwarding": ["warn", "The host passes packets on, which ufw will drop"],
  "forwarding-unread": ["warn", "Whether the host passes packets on could not be read"],
});

export const findings = say.records;

/** Without a table of it the kernel lets all through. */
const policyOf = ({ tables: [main] }: Ruleset) => main?.get("filter")?.get("FORWARD")?.policy ?? "ACCEPT";

/** Engines that set the policy themselves have rules for what is theirs. */
const closes = ({ live, ruleset, planned }: FamilyView) =>
  live !== undefined && policyOf(ruleset) === "ACCEPT" && policyOf(planned()) !== "ACCEPT";

/** Docker has rules of its own for its bridges. From one interface there is nowhere else to go. */
function isAmongOthers({ as, link }: Passing, { bridges }: FamilyView, { rules }: FirewallView): boolean {
  const isOthers = (name: string) => name !== "lo" && !isDockers(name) && !bridges.includes(name);
  const others = (rules?.links ?? []).filter(isOthers);
  if (link === undefined) return others.length > 1;
  return isOthers(link) && (as === "bridge" || others.some((name) => name !== link));
}

export function forwarding({ facts }: FirewallInput, view: FirewallView): readonly Finding[] {
  const net = netOf(facts, facts.net);
  const closing = view.families.filter(closes).map((each) => {
    const passing = net.state === "present" ? passingOn(net.value, each.family) : undefined;
    const told = passing?.filter((one) => isAmongOthers(one, each, view));
    return { family: `IPv${each.family}`, isRead: passing !== undefined, told: told ?? [] };
  });
  const cut = closing.filter(({ told }) => told.length > 0);
  const unread = net.state === "absent" ? [] : closing.filter(({ isRead }) => !isRead);
  return [
    ...(cut.length > 0
      ? say(
          "closing-forwarding",
          `This host passes packets on (${some(cut.flatMap(({ told }) => told.map(passingText)))}), and ufw will drop what no rule of its own lets through over ${families(cut)}.`,
          `Where others need it, as behind a router or in virtual machines: DEFAULT_FORWARD_POLICY="ACCEPT" in ${paths.defaults}, which harden leaves as it is, or ufw route allow; for frames of a bridge: ufw route allow in on BRIDGE out on BRIDGE.`,
        )
      : []),
    ...(unread.length > 0
      ? say(
          "forwarding-unread",
          `Whether this host passes packets on could not be read${"why" in net ? `: ${net.why}` : ""}. If it does, ufw will drop what no rule of its own lets through over ${families(unread)}.`,
          `sysctl -a --pattern forwarding shows it. Where others need it: DEFAULT_FORWARD_POLICY="ACCEPT" in ${paths.defaults}, which harden leaves as it is.`,
        )
      : []),
  ];
}

const passingText = ({ setting, as, link }: Passing) =>
  as === "bridge" ? `frames of ${link} by ${setting}` : setting;

const families = (those: readonly { readonly family: string }[]) =>
  those.map(({ family }) => family).join(" and ");
