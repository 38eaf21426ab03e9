/** The ruleset as it will be: what of the profile would not hold in it, above all for ssh. */
import type { Chains } from "../../../facts/iptables.ts";
import { onceByParts } from "../../../once.ts";
import type { Finding } from "../../../plan/plan.ts";
import { contains, parseNetwork } from "../../../profile/network.ts";
import { allowText, obstacle, packetsOf, unnamed } from "../effective.ts";
import { isStarted } from "../operation.ts";
import { plannedChains } from "../skeleton.ts";
import { type Allow, tupleText } from "../tuple.ts";
import type { FamilyView, FirewallInput, View } from "../view.ts";
import { type Ruling, type Walked, walk } from "../walk.ts";
import { ruleAllows, sshAllows } from "../wanted.ts";
import { block, note, some, warn } from "./finding.ts";

interface Question {
  readonly input: FirewallInput;
  readonly view: View;
}

/** The view holds what else it reads: the profile's rules and where sshd will listen. */
export const shut = onceByParts(({ input, view }: Question) => [view, input.access.caller], findings);

function findings({ input, view }: Question): readonly Finding[] {
  const ssh = view.families.flatMap(({ family }) => sshAllows(input.params, input.access, family));
  if (ssh.length === 0)
    return [
      block(
        "no-ssh-port",
        "No port of sshd is known that could be opened, and closing the others would shut everybody out.",
        "See whether sshd runs, and that access.from of the profile is not empty.",
      ),
    ];
  return view.families.flatMap((each) => {
    const chains = plannedChains(each);
    return [
      ...sshFindings({ input, view, each, chains }),
      ...ruleFindings(ruleAllows(input.params, input.access, each.family), { each, chains }),
      ...policyFindings(input, { each, chains }),
    ];
  });
}

interface Planned {
  readonly each: FamilyView;
  readonly chains: Chains;
}

/** The decisive rule as ufw would say it, where it is one of user.rules. */
function named(by: string, { each }: Planned): string {
  const found = each.wanted.blocks.find(({ text }) => text.split("\n").includes(by));
  return found ? `the host's own rule "${tupleText(found.tuple)}"` : `"${by}"`;
}

const words = { drop: "dropped", reject: "rejected", accept: "accepted" } as const;

function sshFindings(planned: Planned & { input: FirewallInput; view: View }): readonly Finding[] {
  const { input, view, each, chains } = planned;
  const open = sshAllows(input.params, input.access, each.family);
  return open.flatMap((allow) => {
    const met = obstacle(chains, allow);
    if (met !== undefined)
      return [
        block(
          "ssh-shut",
          `${allowText(allow)} would be ${words[met.ruling]} by ${named(met.by, planned)}, which comes before: sshd could not be reached.`,
          "Remove that rule, or move it behind (ufw status numbered; ufw delete NUMBER).",
        ),
      ];
    return [
      ...callerShut(allow, planned, input),
      ...partlyShut(allow, planned, isStarted(view.families[0]!)),
    ];
  });
}

/** Only a caller whom the profile lets in: that it lets the caller in at all is the ssh control's to say. */
function callerShut(allow: Allow, planned: Planned, { access }: FirewallInput): readonly Finding[] {
  const caller = access.caller === undefined ? undefined : parseNetwork(access.caller);
  const from = parseNetwork(allow.from);
  if (caller === undefined || from === undefined || !contains(from, caller)) return [];
  const met = obstacle(planned.chains, { ...allow, from: access.caller! });
  if (met === undefined) return [];
  return [
    block(
      "caller-shut",
      `You come from ${access.caller}, whose ssh traffic would be ${words[met.ruling]} by ${named(met.by, planned)}.`,
      "Remove that rule, or come in from another address.",
    ),
  ];
}

type Maybe = Walked["maybe"][number];

const isRateLimit = ({ rule }: Maybe) => /^ufw6?-user-limit$/.test(rule.chain);
const isUfws = ({ rule }: Maybe) => rule.chain === "INPUT" || /^ufw6?-/.test(rule.chain);

function partlyShut(allow: Allow, planned: Planned, running: boolean): readonly Finding[] {
  const closes = (ruling: Ruling) => ruling !== "accept";
  const maybe = packetsOf(allow)
    .flatMap((packet) => walk(planned.chains, "INPUT", packet).maybe)
    .filter((each) => closes(each.ruling) && isUfws(each) && !isRateLimit(each));
  const texts = (all: readonly Maybe[]) => [...new Set(all.map(({ rule }) => named(rule.text, planned)))];
  const sources = texts(maybe.filter(({ partOf }) => partOf));
  const others = texts(maybe.filter(({ partOf }) => !partOf));
  const message = `${allowText(allow)} comes after ${some(others)}: whether that shuts you out depends on how you come in.`;
  return [
    ...(sources.length > 0
      ? [note("ssh-partly-shut", `${allowText(allow)} doesn't let in what ${some(sources)} shuts out.`)]
      : []),
    ...(others.length > 0 && running ? [warn("ssh-perhaps-shut", message)] : []),
    ...(others.length > 0 && !running
      ? [
          block(
            "ssh-perhaps-shut",
            message,
            "Remove the rule, or switch ufw on by hand once to prove that it is harmless.",
          ),
        ]
      : []),
  ];
}

const ruleFindings = (open: readonly Allow[], planned: Planned): readonly Finding[] =>
  open.flatMap((allow) => {
    const met = obstacle(planned.chains, allow);
    if (met === undefined) return [];
    return [
      block(
        "rule-shut",
        `${allowText(allow)} of the profile would have no effect: ${words[met.ruling]} by ${named(met.by, planned)}, which comes before.`,
        "Remove that rule, or take the profile's out.",
      ),
    ];
  });

const rulings = { allow: "accept", deny: "drop", reject: "reject" } as const;

function policyFindings({ params }: FirewallInput, planned: Planned): readonly Finding[] {
  const { family } = planned.each;
  const wanted = [
    ["INPUT", rulings[params.defaultIncoming], false],
    ["OUTPUT", rulings[params.defaultOutgoing], false],
    ["INPUT", "accept", true],
    ["OUTPUT", "accept", true],
  ] as const;
  return wanted.flatMap(([chain, ruling, loopback]) => {
    const met = walk(planned.chains, chain, { ...unnamed(family, "tcp"), loopback });
    // Before ufw is there, its before.rules, which accept the loopback, are not either.
    if (met.ruling === ruling || (loopback && planned.each.before.size === 0)) return [];
    const traffic = loopback ? "traffic over the loopback interface" : "traffic that no rule names";
    return [
      block(
        "policy-bypassed",
        `${chain} of IPv${family}: ${traffic} would be ${words[met.ruling]} by ${named(met.by, planned)}, and the profile wants it ${words[ruling]}.`,
        "Remove that rule, or change the profile's defaults.",
      ),
    ];
  });
}
