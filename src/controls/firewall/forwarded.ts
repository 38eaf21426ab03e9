/** Whether the host passes on what comes from anywhere, as a router that no rule of its own restrains. */
import { netOf, passingOn } from "../../facts/forwarding.ts";
import { valueOr } from "../../facts/probe.ts";
import type { CheckResult } from "../../plan/control.ts";
import { inapplicable, part, verdicts } from "../verdict.ts";
import { anyPackets, decisive, rulingText } from "./effective.ts";
import type { FamilyView, FirewallInput, FirewallView } from "./model.ts";

/** The fate of new packets that come over the network to go on, where the host lets them. */
function letThrough({ family, links, ruleset }: FamilyView): string | undefined {
  return anyPackets(family, "FORWARD", links)
    .map((packets) => decisive(ruleset, packets))
    .find(({ ruling }) => ruling === "accept")?.by;
}

const noRouter = "the kernel passes no packets on";

export function forwarded({ families }: FirewallView, { facts }: FirewallInput): CheckResult {
  const { pass, fail, error } = verdicts("nothing from elsewhere goes on to others unless a rule lets it");
  const net = netOf(facts, facts.net);
  if (net.state === "absent") return inapplicable(noRouter);
  if (net.state !== "present") return error("why" in net ? net.why : "the kernel's switches were not read");
  const passing = families.map((view) => ({ view, by: passingOn(net.value, view.family) }));
  const unread = passing.filter(({ by }) => by === undefined).map(({ view }) => `IPv${view.family}`);
  const routing = passing.flatMap(({ view, by = [] }) =>
    by
      .filter(({ as }) => as === "router")
      .slice(0, 1)
      .map(({ setting }) => ({ view, setting })),
  );
  const parts = routing.flatMap(({ view, setting }) => {
    const by = letThrough(view);
    const family = `IPv${view.family}`;
    return by === undefined
      ? []
      : [
          part(
            "fail",
            family,
            `${setting}, and what comes from anywhere is ${rulingText.accept} by ${by} (${family})`,
          ),
        ];
  });
  const found = parts.map((each) => each.found).join("; ");
  if (parts.length > 0 && valueOr(facts.docker, undefined)?.active === true)
    return inapplicable("Docker sets the rules of what is passed on: firewall.published is about them");
  if (parts.length > 0) return { ...fail(found), parts };
  if (unread.length > 0) return error(`whether it forwards ${unread.join(" and ")} was not read`);
  return routing.length === 0 ? inapplicable(noRouter) : pass("it goes no further");
}
