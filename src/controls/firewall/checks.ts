/** The firewall as the kernel has it, against the profile. */
import { type Chains, parseTables } from "../../facts/iptables.ts";
import type { Check, CheckResult } from "../control.ts";
import { references } from "../references.ts";
import { bootProblem, others, result } from "./boot.ts";
import { allowText, inFile, obstacle, unnamed } from "./effective.ts";
import type { Policy } from "./logging.ts";
import { type AtBoot, untilNextBoot } from "./next-boot.ts";
import { normalRule } from "./normal.ts";
import { inForce } from "./operation.ts";
import { foreignInput, ownRules } from "./own.ts";
import { type FirewallProbes, paths } from "./probes.ts";
import type { Params } from "./schema.ts";
import { type Allow, type Family, prefixOf, zeroNetwork } from "./tuple.ts";
import { type FamilyView, type FirewallInput, type View, viewOf } from "./view.ts";
import { walk } from "./walk.ts";
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

const live = (view: FamilyView): Chains => view.live ?? new Map();

const noIpv6: CheckResult = { verdict: "not applicable", expected: "", found: "the kernel has no IPv6" };

const rulingOf = { allow: "accept", deny: "drop", reject: "reject" } as const;
const rulingText = { accept: "accepted", drop: "dropped", reject: "rejected" } as const;

/** Which ruling an unnamed packet meets, of both protocols; the first that isn't as wanted. */
function policyCheck(view: FamilyView, chain: "INPUT" | "OUTPUT", policy: Policy) {
  const walks = (["tcp", "udp"] as const).map((each) => walk(live(view), chain, unnamed(view.family, each)));
  const wrong = walks.find(({ ruling }) => ruling !== rulingOf[policy]);
  const shown = wrong ?? walks[0]!;
  return { now: wrong === undefined, found: `${rulingText[shown.ruling]} by ${shown.by}` };
}

function incoming(family: Family, { view, input }: { view: View; input: FirewallInput }): CheckResult {
  const one = view.families.find((each) => each.family === family);
  if (one === undefined) return noIpv6;
  const policy = input.params.defaultIncoming;
  const { settings } = view;
  const ipv6Off =
    family === 6 && settings?.ipv6 === false ? `IPV6 is not yes in ${paths.defaults}` : undefined;
  const other = settings?.policies.input === policy ? undefined : `${paths.defaults} says otherwise`;
  return result({
    expected: `${rulingText[rulingOf[policy]]} unless a rule says otherwise`,
    ...policyCheck(one, "INPUT", policy),
    boot: bootProblem(input, view) ?? ipv6Off ?? other,
  });
}

function allowed(
  view: View,
  input: FirewallInput,
  allowsOf: (family: Family) => readonly Allow[],
): CheckResult {
  const all = view.families.flatMap((each) => allowsOf(each.family).map((allow) => ({ each, allow })));
  const shut = all.flatMap(({ each, allow }) => {
    const met = obstacle(live(each), allow);
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

/** Rules of the kernel's chain that ufw's file doesn't have. */
function unannounced({ family, user, ...view }: FamilyView): readonly string[] {
  const text = `*filter\n${user.blocks.map((block) => block.text).join("\n")}`;
  const chain = `${prefixOf(family)}-user-input`;
  const normal = (chains: Chains | undefined) => chains?.get(chain)?.rules ?? [];
  const known = new Set(normal(parseTables(text).get("filter")).map((rule) => normalRule(rule, family)));
  return normal(view.live)
    .filter((rule) => !known.has(normalRule(rule, family)))
    .map(({ text: line }) => line);
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
      return result({
        expected: `${rulingText[rulingOf[policy]]} unless a rule says otherwise`,
        found: shown.map(({ each, found }) => `IPv${each.family} ${found}`).join("; "),
        now: wrong.length === 0,
        boot:
          bootProblem(input, view) ??
          (view.settings?.policies.output === policy ? undefined : `${paths.defaults} says otherwise`),
      });
    },
  }),
  check({
    id: "firewall.ssh-open",
    atBoot: "way in",
    title: "The ports of sshd are open to the networks of access.from",
    severity: "high",
    role: "proof",
    references: references({ cis12: ["4.2.6"], cis13: ["4.1.3"], anssi: "near R80" }),
    test: (view, input) => allowed(view, input, (family) => sshAllows(input.params, input.access, family)),
  }),
  check({
    id: "firewall.rules",
    atBoot: "told",
    title: "Every rule of the profile is in force, IPv4 and IPv6",
    severity: "medium",
    role: "proof",
    references: references({ cis12: ["4.2.6"], cis13: ["4.1.3"], anssi: "near R80" }),
    test: (view, input) => allowed(view, input, (family) => ruleAllows(input.params, input.access, family)),
  }),
  check({
    id: "firewall.loopback",
    atBoot: "told",
    title: "The host can talk to itself",
    severity: "medium",
    role: "proof",
    references: references({ cis12: ["4.2.4"], cis13: ["4.1.3"], anssi: "near R80" }),
    test: (view, input) => {
      const shut = view.families.flatMap(({ family, live: chains = new Map() }) =>
        (["INPUT", "OUTPUT"] as const).flatMap((chain) => {
          const packet = { ...unnamed(family, "tcp"), from: zeroNetwork[family], loopback: true };
          const { ruling, by } = walk(chains, chain, packet);
          return ruling === "accept" ? [] : [`${chain} of IPv${family} ${rulingText[ruling]} by ${by}`];
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
    id: "firewall.other-rules",
    title: "Nothing else comes in than what ufw's files say",
    severity: "medium",
    role: "audit",
    references: references({ cis12: ["4.2.6"], cis13: ["4.1.3"], anssi: "near R80" }),
    test: (view) => {
      const unknown = view.families.flatMap(unannounced);
      const own = [...ownRules(view), ...foreignInput(view).map(({ text }) => text)];
      return result({
        expected: "no rule in the kernel that is in no file",
        found:
          unknown.length > 0
            ? unknown.join("; ")
            : own.length > 0
              ? `besides the profile's: ${own.join("; ")}`
              : "none",
        now: unknown.length === 0,
      });
    },
  }),
  check({
    id: "firewall.only-ufw",
    title: "No other firewall loads rules",
    severity: "medium",
    role: "audit",
    references: references({ cis12: ["4.1.1", "4.2.2"], cis13: ["4.1.1", "4.1.2"], anssi: "near R78" }),
    test: (_view, input) => {
      const active = others(input, "active");
      const enabled = others(input, "enabled").filter((name) => !active.includes(name));
      return result({
        expected: "none besides ufw",
        found: active.length > 0 ? `${active.join(", ")} active` : "none",
        now: active.length === 0,
        boot: enabled.length > 0 ? `${enabled.join(", ")} starts at boot` : undefined,
      });
    },
  }),
];
