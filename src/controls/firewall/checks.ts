/** The firewall as the kernel has it, against the profile. */
import type { RowHead } from "../../checks/check.ts";
import { oneGate } from "../../checks/texts.ts";
import type { CheckResult } from "../../plan/control.ts";
import { references } from "../references.ts";
import type { TestRow } from "../row.ts";
import { bootProblem, result } from "./boot.ts";
import { obstacleOfRule, obstacleOfWay } from "./effective.ts";
import { forwarded } from "./forwarded.ts";
import {
  allowed,
  answers,
  incoming,
  onlyUfw,
  otherRules,
  outgoing,
  throughLoopback,
  withNeighbours,
} from "./found.ts";
import type { FirewallInput, FirewallView } from "./model.ts";
import { type AtBoot, untilNextBoot } from "./next-boot.ts";
import { inForce } from "./operation.ts";
import type { FirewallProbes } from "./probes.ts";
import { published } from "./published/check.ts";
import type { FirewallParams } from "./schema.ts";
import { ruleAllows, sshAllows } from "./wanted.ts";

const rules = "iptables-save; ip6tables-save";

const rulesFrom = "Rules with `from` for all that isn't for everybody: whoever is elsewhere comes by a VPN.";

const denied =
  "`defaultOutgoing: deny`: updates, DNS, time, and each service that calls out need rules of your own.";

type FirewallCheck = TestRow<FirewallParams, FirewallProbes, FirewallView>;

interface Definition extends RowHead, Partial<Pick<FirewallCheck, "reads">> {
  readonly test: (view: FirewallView, input: FirewallInput) => CheckResult;
  /** How the next boot counts; undefined: not at all. */
  readonly atBoot?: AtBoot;
}

const check = ({ test, atBoot, ...rest }: Definition): FirewallCheck => ({
  reads: atBoot === undefined ? ["kernel"] : ["kernel", "next start"],
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
    answers: ["server.firewall", "deployed.firewall"],
    guards: ["login.network"],
    why: "Without rules in the kernel every service that listens can be reached, also the one that was started by accident.",
    breaks: "Services that no rule names are closed to the outside; the plan names those that listen.",
    leavesOpen: "Rules know addresses and ports: what they let in may send its service whatever it likes.",
    stricter: denied,
    look: `ufw status verbose; ${rules}`,
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
    opens: true,
    severity: "high",
    answers: ["server.firewall", "deployed.firewall"],
    guards: ["login.network"],
    why: "What no rule names comes in.",
    breaks: "Services that no rule names are closed to the outside; the plan names those that listen.",
    by: ["defaultIncoming"],
    leavesOpen: "Every port that a rule opens is open to all of that rule's networks.",
    stricter: rulesFrom,
    look: "iptables -S INPUT",
    role: "proof or audit",
    references: references({ cis12: ["4.2.7"], cis13: ["4.1.3"], anssi: "near R78" }),
    test: (view, input) => incoming(4, { view, input }),
  }),
  check({
    id: "firewall.default-incoming-ipv6",
    atBoot: "told",
    title: "Incoming IPv6 traffic that no rule names",
    opens: true,
    severity: "high",
    answers: ["server.firewall", "deployed.firewall"],
    guards: ["login.network"],
    why: "Rules for IPv4 alone leave the same services open by IPv6.",
    breaks: "Services that no rule names are closed to the outside; the plan names those that listen.",
    by: ["defaultIncoming"],
    leavesOpen: "Every port that a rule opens is open to all of that rule's networks.",
    stricter: rulesFrom,
    look: "ip6tables -S INPUT",
    role: "proof or audit",
    references: references({ cis12: ["4.2.7"], cis13: ["4.1.3"], anssi: "near R78" }),
    test: (view, input) => incoming(6, { view, input }),
  }),
  check({
    id: "firewall.default-outgoing",
    atBoot: "told",
    title: "Outgoing traffic that no rule names",
    severity: "medium",
    answers: ["deployed.firewall"],
    criteria: ["CC6.6", "CC6.7"],
    why: "With deny an intruder can't call home; with allow updates, names and time work without rules.",
    breaks:
      "deny: updates, DNS and time need rules of your own, and so does what passes your login on from the host itself, such as `ssh -R`; a plan that would keep that in is blocked.",
    leavesOpen: "With allow whoever breaks in calls home, fetches tools and sends out what it finds.",
    stricter: denied,
    look: "iptables -S OUTPUT; ip6tables -S OUTPUT",
    role: "proof or audit",
    references: references({ cis12: ["4.2.5"], cis13: ["4.1.4"], anssi: "near R80" }),
    test: outgoing,
  }),
  check({
    id: "firewall.ssh-open",
    atBoot: "way in",
    title: "The ports of sshd are open to the networks of access.from",
    severity: "high",
    answers: ["deployed.firewall"],
    why: "A firewall that is shut for administrators, too, is a lock-out.",
    leavesOpen: "Whoever takes over a machine in `access.from` reaches sshd from there.",
    stricter: oneGate,
    look: "iptables -S | grep -- '--dport 22'",
    role: "proof",
    references: references({ cis12: ["4.2.6"], cis13: ["4.1.3"], anssi: "near R80" }),
    test: (view, input) =>
      withNeighbours(
        view,
        allowed(view, input, [(family) => sshAllows(input.params, input.access, family), obstacleOfWay]),
      ),
  }),
  check({
    id: "firewall.rules",
    atBoot: "told",
    title: "Every rule of the profile is in force, IPv4 and IPv6",
    severity: "medium",
    answers: ["deployed.firewall"],
    why: "What the profile opens is meant to be reached, by both families.",
    leavesOpen: "What a rule opens is as strong as the service behind it.",
    stricter: rulesFrom,
    look: "ufw status numbered",
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
    answers: ["deployed.firewall"],
    why: "Services of a host talk to each other by the loopback; forged packets of 127.0.0.0/8 must not come from outside.",
    leavesOpen: "Each process of the host, of whatever user, reaches what listens on 127.0.0.1.",
    stricter:
      "Sockets with a mode in place of ports, and `PrivateNetwork=yes` in units: programs have to be set to that.",
    look: "iptables -S | grep -w lo",
    role: "proof",
    references: references({ cis12: ["4.2.4"], cis13: ["4.1.3"], anssi: "near R80" }),
    test: throughLoopback,
  }),
  check({
    id: "firewall.replies",
    atBoot: "told",
    title: "Answers pass: to what the host asks others, and to who may come in",
    severity: "high",
    answers: ["deployed.firewall"],
    why: "Answers that don't come back are a host that can't update, and people who are cut off.",
    leavesOpen: "Whomever the host calls may send it anything over that connection.",
    stricter: denied,
    look: "iptables -S | grep -E 'ESTABLISHED|conntrack'",
    role: "proof or audit",
    references: references({ cis12: ["4.2.5"], cis13: ["4.1.4"], anssi: "near R80" }),
    test: answers,
  }),
  check({
    id: "firewall.other-rules",
    atBoot: "told",
    title: "Nothing else comes in than what the profile names",
    severity: "medium",
    answers: ["server.firewall"],
    criteria: ["CC6.6", "CC7.1"],
    why: "A colleague's `ufw allow 5432/tcp` opens the database to the world beside the profile's rule for one network.",
    breaks: "`otherRules: remove` closes what those rules were made for.",
    leavesOpen:
      "The profile's own rules may be too wide; connections that a kernel's helper expects (`CT --helper`, `ct helper set`) aren't judged.",
    stricter: "`otherRules: remove`: what a colleague opened in a hurry is closed by the next apply.",
    look: `ufw status numbered; ${rules}`,
    role: "audit or advice",
    references: references({ cis12: ["4.2.6"], cis13: ["4.1.3"], anssi: "near R80" }),
    test: otherRules,
  }),
  check({
    id: "firewall.published",
    reads: ["kernel", "next start"],
    title: "What containers publish is held to the profile's rules",
    severity: "high",
    answers: ["server.firewall", "deployed.firewall"],
    why: "Docker lets in what a container publishes before ufw is asked: a database on 5432 is open to the world under a firewall that denies it.",
    breaks:
      "What is published and that no rule names is closed to the outside; the plan names it. Other containers and the host itself still reach it, and so does whoever published it on 127.0.0.1.",
    by: ["published", "rules", "defaultIncoming"],
    leavesOpen:
      "The host, and containers on the same network, still reach what is published, past every rule.",
    stricter: "Nothing published but the proxy's ports: what was asked for directly goes through the proxy.",
    look: "iptables -S harden-published-in; ip6tables -S harden-published-in; systemctl cat docker",
    role: "proof or audit",
    references: references({ docker: "near 5.14" }),
    test: published,
  }),
  check({
    id: "firewall.forward",
    atBoot: "told",
    title: "The host passes on to others only what a rule lets through",
    severity: "medium",
    answers: ["server.firewall", "deployed.firewall"],
    criteria: ["CC6.6"],
    why: "With forwarding on and DEFAULT_FORWARD_POLICY=ACCEPT whoever reaches the host reaches the networks behind it, from an address that these trust.",
    breaks: "A router, a VPN's gateway or virtual machines need rules of their own: `ufw route allow`.",
    leavesOpen:
      "What rules let through by network, port or interface, and frames between ports of a bridge, aren't judged.",
    stricter: "net.ipv4.ip_forward = 0 and net.ipv6.conf.all.forwarding = 0: nothing is passed on.",
    look: "sysctl net.ipv4.ip_forward net.ipv6.conf.all.forwarding; iptables -S FORWARD; ip6tables -S FORWARD",
    role: "audit",
    references: references({ cis12: ["4.2.7"], cis13: ["4.1.3"], anssi: "near R80" }),
    test: forwarded,
  }),
  check({
    id: "firewall.only-ufw",
    reads: ["kernel", "process", "next start"],
    title: "No other firewall loads rules, or has some",
    severity: "medium",
    answers: ["server.firewall", "deployed.firewall"],
    criteria: ["CC6.6", "CC7.1"],
    why: "Two firewalls overwrite each other; which of them wins is decided at the next boot.",
    leavesOpen: "Docker and fail2ban load rules of their own beside ufw's, as they must.",
    look: "nft list ruleset; systemctl is-enabled nftables firewalld netfilter-persistent",
    role: "audit",
    references: references({ cis12: ["4.1.1", "4.2.2"], cis13: ["4.1.1", "4.1.2"], anssi: "near R78" }),
    test: onlyUfw,
  }),
];
