/** What the checks of the firewall find: the kernel's rules, walked through. */
import type { CheckResult } from "../../plan/control.ts";
import { byOthers, inapplicable, part } from "../verdict.ts";
import { bootProblem, others, result } from "./boot.ts";
import {
  allowText,
  anyPackets,
  decisive,
  discoveryRemedy,
  inFile,
  type ObstacleOf,
  obstacle,
  ownPackets,
  rulingText,
  shutToNeighbours,
} from "./effective.ts";
import { expectedAnswers, policyRuling } from "./expected.ts";
import type { Fate } from "./fates.ts";
import { letIn } from "./let-in.ts";
import type { Policy } from "./logging.ts";
import type { FamilyView, FirewallInput, FirewallView } from "./model.ts";
import { type Told, toldOpenings } from "./opening.ts";
import { paths } from "./probes.ts";
import { takingTables, unreadTables, unwalkedTables } from "./tables.ts";
import type { Allow, Family } from "./tuple.ts";

const noIpv6 = inapplicable("the kernel has no IPv6");

/** Which end packets meet that no rule names, of both protocols; the first that isn't as wanted. */
function policyCheck(view: FamilyView, hook: "INPUT" | "OUTPUT", policy: Policy) {
  const all = anyPackets(view.family, hook, view.links);
  const isWanted = ({ ruling }: Fate) => ruling === policyRuling[policy];
  const fates = all.map((packets) => decisive(view.ruleset, packets));
  const shown = fates.find((fate) => !isWanted(fate)) ?? fates[0]!;
  return {
    now: isWanted(shown),
    found: `${rulingText[shown.ruling]} by ${shown.by}`,
    ours: all.every((packets) => isWanted(decisive(view.planned(), packets))),
  };
}

/** What no change of the plan could alter is somebody else's. */
const audited = (result: CheckResult, ours: boolean): CheckResult =>
  result.verdict === "fail" && !ours ? { ...result, role: "audit" } : result;

export function incoming(
  family: Family,
  { view, input }: { view: FirewallView; input: FirewallInput },
): CheckResult {
  const one = view.families.find((each) => each.family === family);
  if (one === undefined) return noIpv6;
  const policy = input.params.defaultIncoming;
  const { settings } = view;
  const ipv6Off =
    family === 6 && settings?.ipv6 === false ? `IPV6 is not yes in ${paths.defaults}` : undefined;
  const other = settings?.policies.input === policy ? undefined : `${paths.defaults} says otherwise`;
  const { now, found, ours } = policyCheck(one, "INPUT", policy);
  const outcome = result({
    expected: `${rulingText[policyRuling[policy]]} unless a rule says otherwise`,
    now,
    found,
    boot: bootProblem(input, view) ?? ipv6Off ?? other,
  });
  return audited(outcome, ours);
}

export function allowed(
  view: FirewallView,
  input: FirewallInput,
  [allowsOf, obstacleOf]: readonly [(family: Family) => readonly Allow[], ObstacleOf],
): CheckResult {
  const all = view.families.flatMap((each) => allowsOf(each.family).map((allow) => ({ each, allow })));
  const shut = all.flatMap(({ each, allow }) => {
    const met = obstacleOf(each.ruleset, allow, each.links);
    return met === undefined ? [] : [`${allowText(allow)} is ${rulingText[met.ruling]} by ${met.by}`];
  });
  const lost = all
    .filter(({ each, allow }) => !inFile(each.user, allow))
    .map(({ allow }) => allowText(allow));
  return result({
    expected: all.length === 0 ? "no rule" : all.map(({ allow }) => allowText(allow)).join(", "),
    found: shut.length > 0 ? shut.join("; ") : `${all.length} of ${all.length} accepted`,
    now: shut.length === 0,
    boot:
      bootProblem(input, view) ?? (lost.length > 0 ? `not in ufw's files: ${lost.join(", ")}` : undefined),
  });
}

/** An open port is of no use to those who can't find the host. No plan of ours writes those rules. */
export function withNeighbours(view: FirewallView, way: CheckResult): CheckResult {
  const [met] = view.families.flatMap((each) =>
    each.family === 6 ? (shutToNeighbours(each.ruleset, each.links) ?? []) : [],
  );
  if (met === undefined || way.verdict === "fail") return way;
  return byOthers({
    verdict: "fail",
    expected: way.expected,
    remedy: discoveryRemedy,
    found: `nobody finds this host by IPv6: neighbour discovery is ${rulingText[met.ruling]} by ${met.by}`,
  });
}

/** Why what is let in could not be told as a whole. */
function unwalked({ families, rules }: FirewallView): readonly string[] {
  if (rules === undefined) return [];
  return [
    ...families
      .filter((each) => letIn(each, each.ruleset).cut)
      .map(({ family }) => `IPv${family} has more rules than can be walked through`),
    ...families.flatMap((each) =>
      letIn(each, each.ruleset).strange.map(
        (rule) => `what becomes of packets of IPv${each.family} after ${rule} is not known`,
      ),
    ),
    ...unwalkedTables(rules).map((text) => `nftables' table ${text}`),
    ...unreadTables(rules).map((name) => `the table ${name} of iptables' other backend was not read`),
  ];
}

export function otherRules(view: FirewallView, input: FirewallInput): CheckResult {
  const { otherRules: wanted } = input.params;
  if (wanted === "keep") return inapplicable("the profile says otherRules: keep");
  const found = letInBesides(view, input);
  return wanted === "warn" ? { ...found, role: "advice" } : found;
}

const mostlyPlanned = "See by harden plan whether an apply mends it, and mend the rest on the host.";

/** What the plan takes away, and what it would where the profile asks for that. */
function remedyFor({ text }: Told, planned: readonly Told[], { params }: FirewallInput) {
  if (!planned.some((each) => each.text === text))
    return { remedy: "See by harden plan what mends it, and apply that." };
  if (params.otherRules === "remove" || !text.includes("the host's own rule")) return {};
  const how = "firewall.otherRules: remove has the plan take it away";
  return { remedy: `Mend it on the host, or waive it in the profile (--format json has the lines); ${how}.` };
}

function letInBesides(view: FirewallView, input: FirewallInput): CheckResult {
  const live = toldOpenings(view, (each) => letIn(each, each.ruleset).openings);
  const planned = toldOpenings(view, (each) => letIn(each, each.planned()).openings);
  const dark = unwalked(view);
  const coming = planned.filter(({ text }) => !live.some((each) => each.text === text));
  const boot = bootProblem(input, view);
  const texts = (openings: readonly Told[]) => openings.map(({ text }) => text).join("; ");
  const until = "until the next boot";
  const parts = [
    ...live.map((each) => ({ ...part("fail", each.object, each.text), ...remedyFor(each, planned, input) })),
    ...dark.map((found) => part("error", "", found)),
    ...(boot === undefined ? [] : [{ ...part(until, "", boot), remedy: mostlyPlanned }]),
    ...coming.map(({ object, text }) => part(until, object, `ufw's files let in ${text}`)),
  ];
  const expected = "nothing but what the profile names, and ufw's own DHCP, ICMP and local groups";
  if (live.length === 0 && dark.length > 0)
    return { verdict: "error", expected, found: dark.join("; "), parts };
  const outcome = result({
    expected,
    found: live.length === 0 ? "nothing else" : [texts(live), ...dark].join("; "),
    now: live.length === 0,
    boot: boot ?? (coming.length === 0 ? undefined : `ufw's files let in ${texts(coming)}`),
  });
  return { ...outcome, parts };
}

export function onlyUfw({ rules }: FirewallView, input: FirewallInput): CheckResult {
  const active = others(input, "active");
  const enabled = others(input, "enabled").filter((name) => !active.includes(name));
  const now = [
    ...active.map((name) => ({ object: name, found: `${name} active` })),
    ...takingTables(rules?.nft ?? []).map((name) => ({
      object: name,
      found: `nftables' table ${name}, which was not walked`,
    })),
  ];
  const outcome = result({
    expected: "none besides ufw",
    found: now.length > 0 ? now.map(({ found }) => found).join(", ") : "none",
    now: now.length === 0,
    boot: enabled.length > 0 ? `${enabled.join(", ")} starts at boot` : undefined,
  });
  const parts = [
    ...now.map(({ object, found }) => part("fail", object, found)),
    ...enabled.map((name) => part("until the next boot", name, `${name} starts at boot`)),
  ];
  return { ...outcome, parts };
}

export function outgoing(view: FirewallView, input: FirewallInput): CheckResult {
  const policy = input.params.defaultOutgoing;
  const all = view.families.map((each) => ({ each, ...policyCheck(each, "OUTPUT", policy) }));
  const wrong = all.filter(({ now }) => !now);
  const shown = wrong.length > 0 ? wrong : all;
  const outcome = result({
    expected: `${rulingText[policyRuling[policy]]} unless a rule says otherwise`,
    found: shown.map(({ each, found }) => `IPv${each.family} ${found}`).join("; "),
    now: wrong.length === 0,
    boot:
      bootProblem(input, view) ??
      (view.settings?.policies.output === policy ? undefined : `${paths.defaults} says otherwise`),
  });
  return audited(
    outcome,
    wrong.every(({ ours }) => ours),
  );
}

export function throughLoopback(view: FirewallView, input: FirewallInput): CheckResult {
  const shut = view.families.flatMap(({ family, ruleset }) =>
    (["INPUT", "OUTPUT"] as const).flatMap((hook) => {
      const { ruling, by } = decisive(ruleset, ownPackets(family, hook));
      return ruling === "accept" ? [] : [`${hook} of IPv${family} ${rulingText[ruling]} by ${by}`];
    }),
  );
  return result({
    expected: "accepted over the loopback interface",
    found: shut.length > 0 ? shut.join("; ") : "accepted",
    now: shut.length === 0,
    boot: bootProblem(input, view),
  });
}

export function answers(view: FirewallView, input: FirewallInput): CheckResult {
  const shut = view.families.flatMap((each) =>
    expectedAnswers(each).flatMap(({ what, packets }) => {
      const met = obstacle(each.ruleset, packets);
      if (met === undefined) return [];
      const ours = obstacle(each.planned(), packets) === undefined;
      return [{ ours, text: `${what} is ${rulingText[met.ruling]} by ${met.by}` }];
    }),
  );
  const outcome = result({
    expected: "accepted, over TCP and UDP",
    found: shut.length > 0 ? shut.map(({ text }) => text).join("; ") : "accepted",
    now: shut.length === 0,
    boot: bootProblem(input, view),
  });
  return audited(
    outcome,
    shut.some(({ ours }) => ours),
  );
}
