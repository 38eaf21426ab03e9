/** What the profile says of packets, whatever else the host has rules for. */
import {
  allowText,
  answersOf,
  answersTo,
  anyPackets,
  decisive,
  ownPackets,
  packetsOf,
  rulingText,
} from "./effective.ts";
import type { Ruling } from "./fates.ts";
import type { FamilyView } from "./model.ts";
import type { Packets, Ruleset } from "./walk.ts";

export interface Expected {
  /** For a person, the subject of a sentence. */
  readonly what: string;
  readonly packets: readonly Packets[];
  readonly ruling: Ruling;
}

export const policyRuling = { allow: "accept", deny: "drop", reject: "reject" } as const;

const accepted = (what: string, packets: readonly Packets[]): Expected => ({
  what,
  packets,
  ruling: "accept",
});

/** What keeps a connection alive after its first packet, both ways. */
export function expectedAnswers({ family, links, allows }: FamilyView): readonly Expected[] {
  return [
    accepted(`every answer to what the host itself asks others (IPv${family})`, answersTo(family, links)),
    ...allows.map((allow) => accepted(`every answer to ${allowText(allow)}`, answersOf(allow, links))),
  ];
}

const throughLoopback = ({ family }: FamilyView): readonly Expected[] =>
  (["INPUT", "OUTPUT"] as const).map((hook) =>
    accepted(`${hook} of IPv${family}: traffic over the loopback interface`, [ownPackets(family, hook)]),
  );

function byPolicy({ family, links, policies }: FamilyView): readonly Expected[] {
  const hooks = [
    ["INPUT", policies.input],
    ["OUTPUT", policies.output],
  ] as const;
  return hooks.map(([hook, policy]) => ({
    what: `${hook} of IPv${family}: traffic that no rule names`,
    packets: anyPackets(family, hook, links),
    ruling: policyRuling[policy],
  }));
}

export const expectedOfAll = (view: FamilyView): readonly Expected[] => [
  ...throughLoopback(view),
  ...byPolicy(view),
];

/** All of it. */
export const expected = (view: FamilyView): readonly Expected[] => [
  ...view.allows.map((allow) => accepted(allowText(allow), packetsOf(allow, view.links))),
  ...expectedAnswers(view),
  ...expectedOfAll(view),
];

/** Whole sentences' parts: what meets another end than in `planned`, and by whom. */
export function otherwise(all: readonly Expected[], now: Ruleset, planned: Ruleset): readonly string[] {
  return all.flatMap(({ what, packets }) => {
    const found = packets
      .map((each) => ({ is: decisive(now, each), wanted: decisive(planned, each) }))
      .find(({ is, wanted }) => is.ruling !== wanted.ruling);
    return found === undefined ? [] : [`${what} is ${rulingText[found.is.ruling]} by ${found.is.by}`];
  });
}
