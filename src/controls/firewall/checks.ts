/** The firewall as the kernel has it, against the profile. */
import type { Check, CheckResult } from "../control.ts";
import { references } from "../references.ts";
import { bootProblem, others, result } from "./boot.ts";
import {
  allowText,
  anyPackets,
  decisive,
  inFile,
  obstacle,
  obstacleOfRule,
  ownPackets,
  packetsOf,
  rulingText,
} from "./effective.ts";
import { expectedAnswers, policyRuling } from "./expected.ts";
import { letIn } from "./let-in.ts";
import type { Policy } from "./logging.ts";
import { type AtBoot, untilNextBoot } from "./next-boot.ts";
import { openingTexts } from "./opening.ts";
import { inForce } from "./operation.ts";
import { type FirewallProbes, paths } from "./probes.ts";
import type { Params } from "./schema.ts";
import { plannedRuleset } from "./skeleton.ts";
import { changingTables, takingTables, unreadTables } from "./tables.ts";
import type { Allow, Family } from "./tuple.ts";
import { type FamilyView, type FirewallInput, type View, viewOf } from "./view.ts";
import type { Fate } from "./walk.ts";
import { ruleAllows, sshAllows } from "./wanted.ts";

type FirewallCheck = Check<Params, FirewallProbes>;

interface Definition extends Pick<FirewallCheck, "id" | "title" | "severity" | "role" | "references"> {
  readonly test: (view: View, input: FirewallInput) => CheckResult;
  /** How the next boot counts; undefined: not at all. */
  readonly atBoot?: AtBoot;
}

const check = ({ test, atBoot, ...rest }: Definition): FirewallCheck => ({
  ...rest,
  needs: ["rules"],
  test: (input) => {
    const view = viewOf(input);
    if (view.unreadable.length > 0)
      return { verdict: "error", expected: "", found: view.unreadable.join("; ") };
    const now = test(view, input);
    if (atBoot === undefined) return now;
    return untilNextBoot(now, input, { test: (next) => test(viewOf(next), next), atBoot });
  },
});

const noIpv6: CheckResult = { verdict: "not applicable", expected: "", found: "the kernel has no IPv6" };

/** Which end packets meet that no rule names, of both protocols; the first that isn't as wanted. */
function policyCheck(view: FamilyView, hook: "INPUT" | "OUTPUT", policy: Policy) {
  const all = anyPackets(view.family, hook, view.links);
  const isWanted = ({ ruling }: Fate) => ruling === policyRuling[policy];
  const fates = all.map((packets) => decisive(view.ruleset, packets));
  const shown = fates.find((fate) => !isWanted(fate)) ?? fates[0]!;
  return {
    now: isWanted(shown),
    found: `${rulingText[shown.ruling]} by ${shown.by}`,
    ours: all.every((packets) => isWanted(decisive(plannedRuleset(view), packets))),
  };
}

/** What no change of the plan could alter is somebody else's. */
const audited = (result: CheckResult, ours: boolean): CheckResult =>
  result.verdict === "fail" && !ours ? { ...result, role: "audit" } : result;

function incoming(family: Family, { view, input }: { view: View; input: FirewallInput }): CheckResult {
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
    ...{ now, found },
    boot: bootProblem(input, view) ?? ipv6Off ?? other,
  });
  return audited(outcome, ours);
}

function allowed(
  view: View,
  input: FirewallInput,
  [allowsOf, obstacleOf]: readonly [(family: Family) => readonly Allow[], typeof obstacle],
): CheckResult {
  const all = view.families.flatMap((each) => allowsOf(each.family).map((allow) => ({ each, allow })));
  const shut = all.flatMap(({ each, allow }) => {
    const met = obstacleOf(each.ruleset, packetsOf(allow, each.links));
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

/** Why what is let in could not be told as a whole. */
function unwalked({ families, rules }: View): readonly string[] {
  if (rules === undefined) return [];
  return [
    ...families
      .filter((each) => letIn(each, each.ruleset).cut)
      .map(({ family }) => `IPv${family} has more rules than can be walked through`),
    ...changingTables(rules.nft).map(
      (name) => `nftables' table ${name}, which sends packets elsewhere, was not walked`,
    ),
    ...unreadTables(rules).map((name) => `the table ${name} of iptables' other backend was not read`),
  ];
}

function otherRules(view: View): CheckResult {
  const live = openingTexts(view, (each) => letIn(each, each.ruleset).openings);
  const planned = openingTexts(view, (each) => letIn(each, plannedRuleset(each)).openings);
  const dark = unwalked(view);
  const expected = "nothing but what the profile names, and ufw's own DHCP, ICMP and local groups";
  if (live.length === 0 && dark.length > 0) return { verdict: "error", expected, found: dark.join("; ") };
  const coming = planned.filter((text) => !live.includes(text));
  return result({
    expected,
    found: live.length === 0 ? "nothing else" : [...live, ...dark].join("; "),
    now: live.length === 0,
    boot: coming.length === 0 ? undefined : `ufw's files let in ${coming.join("; ")}`,
  });
}

export const checks: readonly FirewallCheck[] = [
  check({
    id: "firewall.enabled",
    atBoot: "whole",
    title: "ufw's rules are in force, and come back at boot",
    severity: "high",
    role: "proof",
    references: references({ cis12: ["4.2.1", "4.2.3"], cis13: ["4.1.1"], anssi: "near R78" }),
    test: (view, input) => {
      const missing = view.families.flatMap(inForce);
      return result({
        expected: "the kernel sends its packets through ufw's chains",
        found: missing.length > 0 ? missing.join("; ") : "it does",
        now: missing.length === 0,
        boot: bootProblem(input, view),
      });
    },
  }),
  check({
    id: "firewall.default-incoming-ipv4",
    atBoot: "told",
    title: "Incoming IPv4 traffic that no rule names",
    severity: "high",
    role: "proof",
    references: references({ cis12: ["4.2.7"], cis13: ["4.1.3"], anssi: "near R78" }),
    test: (view, input) => incoming(4, { view, input }),
  }),
  check({
    id: "firewall.default-incoming-ipv6",
    atBoot: "told",
    title: "Incoming IPv6 traffic that no rule names",
    severity: "high",
    role: "proof",
    references: references({ cis12: ["4.2.7"], cis13: ["4.1.3"], anssi: "near R78" }),
    test: (view, input) => incoming(6, { view, input }),
  }),
  check({
    id: "firewall.default-outgoing",
    atBoot: "told",
    title: "Outgoing traffic that no rule names",
    severity: "medium",
    role: "proof",
    references: references({ cis12: ["4.2.5"], cis13: ["4.1.4"], anssi: "near R80" }),
    test: (view, input) => {
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
    },
  }),
  check({
    id: "firewall.ssh-open",
    atBoot: "way in",
    title: "The ports of sshd are open to the networks of access.from",
    severity: "high",
    role: "proof",
    references: references({ cis12: ["4.2.6"], cis13: ["4.1.3"], anssi: "near R80" }),
    test: (view, input) =>
      allowed(view, input, [(family) => sshAllows(input.params, input.access, family), obstacle]),
  }),
  check({
    id: "firewall.rules",
    atBoot: "told",
    title: "Every rule of the profile is in force, IPv4 and IPv6",
    severity: "medium",
    role: "proof",
    references: references({ cis12: ["4.2.6"], cis13: ["4.1.3"], anssi: "near R80" }),
    test: (view, input) =>
      allowed(view, input, [(family) => ruleAllows(input.params, input.access, family), obstacleOfRule]),
  }),
  check({
    id: "firewall.loopback",
    atBoot: "told",
    title: "The host can talk to itself",
    severity: "medium",
    role: "proof",
    references: references({ cis12: ["4.2.4"], cis13: ["4.1.3"], anssi: "near R80" }),
    test: (view, input) => {
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
    },
  }),
  check({
    id: "firewall.replies",
    title: "Answers pass: to what the host asks others, and to who may come in",
    severity: "high",
    role: "proof",
    references: references({ cis12: ["4.2.5"], cis13: ["4.1.4"], anssi: "near R80" }),
    test: (view, input) => {
      const shut = view.families.flatMap((each) =>
        expectedAnswers(each).flatMap(({ what, packets }) => {
          const met = obstacle(each.ruleset, packets);
          return met === undefined ? [] : [`${what} is ${rulingText[met.ruling]} by ${met.by}`];
        }),
      );
      return result({
        expected: "accepted, over TCP and UDP",
        found: shut.length > 0 ? shut.join("; ") : "accepted",
        now: shut.length === 0,
        boot: bootProblem(input, view),
      });
    },
  }),
  check({
    id: "firewall.other-rules",
    title: "Nothing else comes in than what the profile names",
    severity: "medium",
    role: "audit",
    references: references({ cis12: ["4.2.6"], cis13: ["4.1.3"], anssi: "near R80" }),
    test: otherRules,
  }),
  check({
    id: "firewall.only-ufw",
    title: "No other firewall loads rules, or has some",
    severity: "medium",
    role: "audit",
    references: references({ cis12: ["4.1.1", "4.2.2"], cis13: ["4.1.1", "4.1.2"], anssi: "near R78" }),
    test: ({ rules }, input) => {
      const active = others(input, "active");
      const enabled = others(input, "enabled").filter((name) => !active.includes(name));
      const tables = takingTables(rules?.nft ?? []).map(
        (name) => `nftables' table ${name}, which was not walked`,
      );
      const found = [...active.map((name) => `${name} active`), ...tables];
      return result({
        expected: "none besides ufw",
        found: found.length > 0 ? found.join(", ") : "none",
        now: found.length === 0,
        boot: enabled.length > 0 ? `${enabled.join(", ")} starts at boot` : undefined,
      });
    },
  }),
];
