/** The ruleset as it will be: what of the profile would not hold in it, above all for ssh. */
import type { Finding } from "../../../checks/finding.ts";
import { findingsOf } from "../../../checks/finding.ts";
import { isWithin } from "../../../profile/network.ts";
import { allowText, decisive, obstacle, obstacleOfRule, packetsOf, rulingText } from "../effective.ts";
import { expectedAnswers, expectedOfAll } from "../expected.ts";
import { type Fate, reached } from "../fates.ts";
import type { FamilyView, FirewallInput, FirewallView } from "../model.ts";
import { ruleText } from "../opening.ts";
import { isStarted } from "../operation.ts";
import { isKnownChain } from "../own.ts";
import { paths } from "../probes.ts";
import type { Allow } from "../tuple.ts";
import { type Packets, type Ruleset, walk } from "../walk.ts";
import { ruleAllows, sshAllows } from "../wanted.ts";
import { someOf } from "./list.ts";

const say = findingsOf("firewall", {
  "no-ssh-port": ["block", "No port of sshd is known that could be opened"],
  "ssh-shut": ["block", "A rule would keep everybody from reaching sshd"],
  "caller-shut": ["block", "A rule would shut out the address that this run comes from"],
  "ssh-partly-shut": ["note", "A rule shuts out some of those whom the profile lets in"],
  "ssh-perhaps-shut": ["block", "A rule may shut out whoever comes by ssh: nobody can tell"],
  "rule-shut": ["block", "A rule of the profile would have no effect, for another one comes before it"],
  "answers-shut": ["block", "A rule would keep answers to what the host asks of others from coming in"],
  "answers-partly-shut": ["warn", "A rule shuts out some answers to what the host asks of others"],
  "policy-bypassed": ["block", "A rule decides otherwise than the defaults that the profile wants"],
});

export const findings = say.records;

export function shut(input: FirewallInput, view: FirewallView): readonly Finding[] {
  const ssh = view.families.flatMap(({ family }) => sshAllows(input.params, input.access, family));
  if (ssh.length === 0)
    return say(
      "no-ssh-port",
      "No port of sshd is known that could be opened, and closing the others would shut everybody out.",
      "See whether sshd runs, and that access.from of the profile is not empty.",
    );
  return view.families.flatMap((each) => {
    const planned: Planned = { each, ruleset: each.planned() };
    return [
      ...sshFindings({ ...planned, input, view }),
      ...ruleFindings(ruleAllows(input.params, input.access, each.family), planned),
      ...answerFindings(planned, isStarted(view.families[0]!)),
      ...policyFindings(planned),
    ];
  });
}

interface Planned {
  readonly each: FamilyView;
  readonly ruleset: Ruleset;
}

const named = ({ rule, by }: Pick<Fate, "rule" | "by">, { each }: Planned) =>
  rule === undefined ? by : ruleText(rule, each);

function sshFindings(planned: Planned & { input: FirewallInput; view: FirewallView }): readonly Finding[] {
  const { input, view, each, ruleset } = planned;
  const open = sshAllows(input.params, input.access, each.family);
  return open.flatMap((allow) => {
    const met = obstacle(ruleset, packetsOf(allow, each.links));
    if (met !== undefined)
      return say(
        "ssh-shut",
        `${allowText(allow)} would be ${rulingText[met.ruling]} by ${named(met, planned)}, which comes before: sshd could not be reached.`,
        "Remove that rule, or move it behind (ufw status numbered; ufw delete NUMBER).",
      );
    return [
      ...callerShut(allow, planned, input),
      ...partlyShut(allow, planned, isStarted(view.families[0]!)),
    ];
  });
}

/** Only a caller whom the profile lets in: that it lets the caller in at all is the ssh control's to say. */
function callerShut(allow: Allow, planned: Planned, { access }: FirewallInput): readonly Finding[] {
  const { caller } = access;
  if (caller === undefined || !isWithin(caller, allow.from)) return [];
  const met = obstacle(planned.ruleset, packetsOf({ ...allow, from: caller }, planned.each.links));
  if (met === undefined) return [];
  return say(
    "caller-shut",
    `You come from ${caller}, whose ssh traffic would be ${rulingText[met.ruling]} by ${named(met, planned)}.`,
    "Remove that rule, or come in from another address.",
  );
}

const isRateLimit = ({ rule }: Fate) => /^ufw6?-user-limit$/.test(rule?.chain ?? "");
/** Programs that ban look after their own chains. */
const isProgram = ({ rule }: Fate) => rule !== undefined && isKnownChain(rule.chain);

function partlyShut(allow: Allow, planned: Planned, running: boolean): readonly Finding[] {
  const { links } = planned.each;
  const shutting = packetsOf(allow, links).flatMap((packets) => {
    const walked = walk(planned.ruleset, packets);
    const open = reached(walked);
    return walked.fates
      .slice(0, -1)
      .filter((fate) => fate.ruling !== "accept" && !isRateLimit(fate) && !isProgram(fate) && open.has(fate))
      .map((fate) => ({ fate, bySource: fate.sure && fate.space.links.length === links.length }));
  });
  const texts = (bySource: boolean) => [
    ...new Set(shutting.filter((each) => each.bySource === bySource).map(({ fate }) => named(fate, planned))),
  ];
  const [sources, others] = [texts(true), texts(false)];
  const message = `${allowText(allow)} comes after ${someOf(others)}: whether that shuts you out depends on how you come in.`;
  return [
    ...(sources.length > 0
      ? say("ssh-partly-shut", `${allowText(allow)} doesn't let in what ${someOf(sources)} shuts out.`)
      : []),
    ...(others.length > 0 && running ? say.at("warn", "ssh-perhaps-shut", message) : []),
    ...(others.length > 0 && !running
      ? say(
          "ssh-perhaps-shut",
          message,
          "Remove the rule, or switch ufw on by hand once to prove that it is harmless.",
        )
      : []),
  ];
}

const ruleFindings = (open: readonly Allow[], planned: Planned): readonly Finding[] =>
  open.flatMap((allow) => {
    const met = obstacleOfRule(planned.ruleset, allow, planned.each.links);
    if (met === undefined) return [];
    return say(
      "rule-shut",
      `${allowText(allow)} of the profile would have no effect: ${rulingText[met.ruling]} by ${named(met, planned)}, which comes before.`,
      "Remove that rule, or take the profile's out.",
    );
  });

/** Before ufw is there, its before.rules, which accept answers and the loopback, are not either. */
const isKnown = ({ each }: Planned) => each.before.size > 0;

function answerFindings(planned: Planned, running: boolean): readonly Finding[] {
  if (!isKnown(planned)) return [];
  return expectedAnswers(planned.each).flatMap(({ what, packets }) => {
    const met = obstacle(planned.ruleset, packets);
    if (met === undefined) return [];
    // Of a firewall that runs already, somebody may mean it so.
    const some = running && packets.every((each) => passesSome(planned.ruleset, each));
    return say(
      some ? "answers-partly-shut" : "answers-shut",
      `${what} would be ${rulingText[met.ruling]} by ${named(met, planned)}${some ? ", but for a part of them" : ""}: connections would hang as soon as they are made.`,
      `Remove that rule, or bring back the line of ${paths[`before${planned.each.family}`]} that accepts RELATED,ESTABLISHED.`,
    );
  });
}

const passesSome = (ruleset: Ruleset, packets: Packets) => {
  const walked = walk(ruleset, packets);
  return [...reached(walked)].some(({ ruling }) => ruling === "accept");
};

/** What no longer passes breaks something; what passes though it shouldn't is told, and fails a check. */
function policyFindings(planned: Planned): readonly Finding[] {
  return expectedOfAll(planned.each).flatMap(({ what, packets, ruling }) => {
    const met = packets.map((each) => decisive(planned.ruleset, each)).find((each) => each.ruling !== ruling);
    if (met === undefined || (isOwn(packets) && !isKnown(planned))) return [];
    return say.at(
      met.ruling === "accept" ? "warn" : "block",
      "policy-bypassed",
      `${what} would be ${rulingText[met.ruling]} by ${named(met, planned)}, and the profile wants it ${rulingText[ruling]}.`,
      "Remove that rule, or change the profile's defaults.",
    );
  });
}

const isOwn = (packets: readonly Packets[]) => packets.every(({ links }) => links.includes("lo"));
