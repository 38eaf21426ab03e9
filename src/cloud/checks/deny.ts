/** Nothing comes in that nobody has named: in a rule of its own, and in the project file where there is one. */
import type { ObjectResult } from "../../checks/object.ts";
import { isWithin } from "../../profile/network.ts";
import { bad, type CloudCheck, type CloudRow, type CloudSeen, orPass, unmeasured } from "../check.ts";
import { isTold, type Opening, type TrafficSource } from "../model.ts";
import { isWide } from "../network.ts";
import { trafficChecks } from "./traffic.ts";
import { look, opens, planLater } from "./words.ts";

const denied: CloudCheck["test"] = (seen) => {
  const { openings } = seen.cloud;
  const results = openings.flatMap((opening): readonly ObjectResult[] => {
    const remedy = "Name its source and its port: nothing else comes in then.";
    if (opening.ports === undefined) return [unmeasured(opening, opens(opening), planLater)];
    const isUnsaid = opening.sources.length === 0 || opening.sources.some(({ kind }) => kind === "unsaid");
    return isUnsaid || isWide(opening.ports) ? [bad(opening, opens(opening), remedy)] : [];
  });
  const all = [...results, ...unread(seen), ...unnamed(seen, results)];
  return orPass(all, openings.length, "rules that let in");
};

const unread = ({ cloud }: CloudSeen): readonly ObjectResult[] =>
  cloud.unread.doors.map((door) =>
    unmeasured(door, "nothing here reads it, and by its kind it lets somebody in", "Look at it by hand."),
  );

/** What lets in more than the project file says, and is nobody else's finding. */
function unnamed(seen: CloudSeen, known: readonly ObjectResult[]): readonly ObjectResult[] {
  const { cloud, planned } = seen;
  if (planned === undefined) return [];
  const told = [...known, ...trafficChecks.flatMap(({ test }) => test(seen))];
  const isKnown = ({ object }: Opening) =>
    told.some(
      (result) => result.object === object && (result.verdict === "fail" || result.verdict === "error"),
    );
  return cloud.openings
    .filter((opening) => !isKnown(opening))
    .flatMap((opening) => {
      const extra = opening.sources.filter(
        (source) => !planned.openings.some((rule) => lets(rule, opening, source)),
      );
      if (extra.length === 0) return [];
      return [
        bad(
          opening,
          `${opens({ ...opening, sources: extra })}, which ${planned.file} doesn't say`,
          "Write it below inbound of its tier, or take the rule out.",
        ),
      ];
    });
}

/** Whether a rule of the file lets a source in by all ports of an opening. */
const lets = (rule: Opening, { tier, ports }: Opening, source: TrafficSource): boolean =>
  isTold(rule.tier) &&
  isTold(tier) &&
  rule.tier.name === tier.name &&
  rule.ports !== undefined &&
  ports !== undefined &&
  rule.ports.first <= ports.first &&
  ports.last <= rule.ports.last &&
  rule.sources.some((allowed) => covers(allowed, source));

function covers(allowed: TrafficSource, source: TrafficSource): boolean {
  if (allowed.kind === "anywhere") return true;
  if (allowed.kind === "prefix list") return source.kind === "prefix list" && source.id === allowed.id;
  if (allowed.kind === "network")
    return source.kind === "network" && isWithin(source.network, allowed.network);
  if (allowed.kind !== "tier") return false;
  const { name, networks } = allowed.tier;
  return source.kind === "tier"
    ? source.tier.name === name
    : source.kind === "network" && networks.some((each) => isWithin(source.network, each));
}

export const denyCheck: CloudRow = {
  id: "cloud.default-deny",
  title: "Every rule names its source and its port",
  severity: "high",
  answers: ["network.security-groups"],
  expected:
    "no rule without a source, none for all or very many ports, and of Terraform's none that the project file doesn't say",
  why: "A security group lets in nothing that no rule names; a rule that names nothing lets in everything, also what is started tomorrow.",
  leavesOpen:
    "What a rule lets in by its port is whatever answers there, also after somebody has changed it.",
  stricter: "Rules for single addresses in place of networks: each new machine needs a rule.",
  look: look(' && IpProtocol==`"-1"`'),
  test: denied,
};
