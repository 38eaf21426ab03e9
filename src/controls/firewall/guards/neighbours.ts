/** A host that its neighbours can't find by IPv6, its router among them: each connection ends when they have forgotten it. */
import type { Finding } from "../../../checks/finding.ts";
import { findingsOf } from "../../../checks/finding.ts";
import { discoveryRemedy, rulingText, shutToNeighbours } from "../effective.ts";
import type { FirewallInput, FirewallView } from "../model.ts";

const say = findingsOf("firewall", {
  "neighbours-shut": ["block", "Rules keep IPv6 neighbours from finding the host"],
});

export const findings = say.records;

/** Harm to whoever comes that way; somebody else may mean it. */
export function neighbours({ access, facts }: FirewallInput, view: FirewallView): readonly Finding[] {
  // Those of the package are to come.
  if (facts.before6.state === "absent") return [];
  const isOf6 = access.caller?.includes(":") === true;
  return view.families.flatMap((each) => {
    const met = each.family === 6 ? shutToNeighbours(each.planned(), each.links) : undefined;
    if (met === undefined) return [];
    return say.at(
      isOf6 ? "block" : "warn",
      "neighbours-shut",
      `Nobody would find this host by IPv6: neighbour discovery would be ${rulingText[met.ruling]} by ${met.by}. What is connected now ends when the neighbours forget the host, after a minute or so.`,
      discoveryRemedy,
    );
  });
}
