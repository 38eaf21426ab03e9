/** The firewall as the kernel has it, against the profile. */
import type { Check, CheckResult } from "../control.ts";
import { references } from "../references.ts";
import { bootProblem, result } from "./boot.ts";
import { obstacleOfRule, obstacleOfWay } from "./effective.ts";
import { allowed, answers, incoming, onlyUfw, otherRules, outgoing, throughLoopback } from "./found.ts";
import type { FirewallInput, View } from "./model.ts";
import { type AtBoot, untilNextBoot } from "./next-boot.ts";
import { inForce } from "./operation.ts";
import type { FirewallProbes } from "./probes.ts";
import { published } from "./published/check.ts";
import type { Params } from "./schema.ts";
import { ruleAllows, sshAllows } from "./wanted.ts";

type FirewallCheck = Check<Params, FirewallProbes, View>;

interface Definition extends Pick<FirewallCheck, "id" | "title" | "severity" | "role" | "references"> {
  readonly test: (view: View, input: FirewallInput) => CheckResult;
  /** How the next boot counts; undefined: not at all. */
  readonly atBoot?: AtBoot;
}

const check = ({ test, atBoot, ...rest }: Definition): FirewallCheck => ({
  ...rest,
  needs: ["rules"],
  test: (input) => {
    const { view } = input;
    if (view.unreadable.length > 0)
      return { verdict: "error", expected: "", found: view.unreadable.join("; ") };
    const now = test(view, input);
    if (atBoot === undefined) return now;
    return untilNextBoot(now, input, { test: (next) => test(next.view, next), atBoot });
  },
});

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
    role: "proof or audit",
    references: references({ cis12: ["4.2.7"], cis13: ["4.1.3"], anssi: "near R78" }),
    test: (view, input) => incoming(4, { view, input }),
  }),
  check({
    id: "firewall.default-incoming-ipv6",
    atBoot: "told",
    title: "Incoming IPv6 traffic that no rule names",
    severity: "high",
    role: "proof or audit",
    references: references({ cis12: ["4.2.7"], cis13: ["4.1.3"], anssi: "near R78" }),
    test: (view, input) => incoming(6, { view, input }),
  }),
  check({
    id: "firewall.default-outgoing",
    atBoot: "told",
    title: "Outgoing traffic that no rule names",
    severity: "medium",
    role: "proof or audit",
    references: references({ cis12: ["4.2.5"], cis13: ["4.1.4"], anssi: "near R80" }),
    test: outgoing,
  }),
  check({
    id: "firewall.ssh-open",
    atBoot: "way in",
    title: "The ports of sshd are open to the networks of access.from",
    severity: "high",
    role: "proof",
    references: references({ cis12: ["4.2.6"], cis13: ["4.1.3"], anssi: "near R80" }),
    test: (view, input) =>
      allowed(view, input, [(family) => sshAllows(input.params, input.access, family), obstacleOfWay]),
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
    test: throughLoopback,
  }),
  check({
    id: "firewall.replies",
    atBoot: "told",
    title: "Answers pass: to what the host asks others, and to who may come in",
    severity: "high",
    role: "proof or audit",
    references: references({ cis12: ["4.2.5"], cis13: ["4.1.4"], anssi: "near R80" }),
    test: answers,
  }),
  check({
    id: "firewall.other-rules",
    atBoot: "told",
    title: "Nothing else comes in than what the profile names",
    severity: "medium",
    role: "audit or advice",
    references: references({ cis12: ["4.2.6"], cis13: ["4.1.3"], anssi: "near R80" }),
    test: otherRules,
  }),
  check({
    id: "firewall.published",
    title: "What containers publish is held to the profile's rules",
    severity: "high",
    role: "proof or audit",
    references: references({ docker: "near 5.14" }),
    test: published,
  }),
  check({
    id: "firewall.only-ufw",
    title: "No other firewall loads rules, or has some",
    severity: "medium",
    role: "audit",
    references: references({ cis12: ["4.1.1", "4.2.2"], cis13: ["4.1.1", "4.1.2"], anssi: "near R78" }),
    test: onlyUfw,
  }),
];
