/** Membership of an account in a group that is there, besides its own. */
import { asRoot, type Facts, type Probe, readFact } from "../facts/probe.ts";
import {
  blocked,
  change,
  type DiffInput,
  type Draft,
  defineKind,
  heldBy,
  type Outcome,
  same,
  type Undoing,
  valueLine,
} from "./kind.ts";
import shell from "./member.sh";

declare module "../facts/probe.ts" {
  interface KindCollectors {
    readonly member: true;
  }
}

export interface MemberResource {
  readonly kind: "member";
  readonly user: string;
  readonly group: string;
}

export interface MemberStep {
  readonly verb: "member" | "member-remove";
  readonly user: string;
  readonly group: string;
}

export interface MemberUndo {
  readonly kind: "member";
  readonly user: string;
  readonly group: string;
  readonly was: "in" | "out";
}

interface MemberFact {
  readonly user: boolean;
  readonly group: boolean;
  readonly isIn: boolean;
}

export const memberProbe = (user: string, group: string): Probe<MemberFact> => ({
  collector: "member",
  args: [user, group],
  parse: (data) => {
    const words = data.toString("utf8").trim().split("\n");
    return { user: words.includes("user"), group: words.includes("group"), isIn: words.includes("in") };
  },
});

const stepWords = ({ user, group }: MemberStep) => [user, group];

export const member = defineKind<MemberResource, MemberStep, MemberUndo>({
  name: "member",
  address: ({ user, group }) => `${user} in ${group}`,
  probes: ({ user, group }) => [memberProbe(user, group)],
  diff,
  holds: ({ user, group }, read) =>
    heldBy(read(memberProbe(user, group)), `${user} in ${group}`, ({ isIn }) => ({
      so: isIn,
      found: `${user} ${isIn ? "" : "not "}in ${group}`,
    })),
  line: valueLine,
  words: { member: stepWords, "member-remove": stepWords },
  shell: [shell],
  undo: {
    words: ["member", "member-remove"],
    fromJournal: ([{ object, before }]) => {
      const [user = "", group = ""] = object.split(" ");
      return { kind: "member", user, group, was: before === "in" ? "in" : "out" };
    },
    fromManifest: ([user = "", group = ""]) => ({ kind: "member", user, group, was: "out" }),
    join: (older) => older,
    probes: ({ user, group }) => [memberProbe(user, group)],
    changes,
    lookBack: (undo) => undo,
    after: ["keys", "package"],
    atBoot: "late",
  },
});

function diff({ resource: { user, group }, facts, changed }: DiffInput<MemberResource>): Outcome<MemberStep> {
  const fact = readFact(facts, memberProbe(user, group));
  if (fact.state !== "present")
    return blocked(
      `whether ${user} is in the group ${group} could not be read${"why" in fact ? `: ${fact.why}` : ""}`,
      asRoot,
    );
  const { group: isThere, isIn } = fact.value;
  if (!isThere && !changed.has(`group:${group}`))
    return blocked(
      `${user} is to be in the group ${group}, and there is no such group`,
      "Correct the name in the profile, or make the group on the host: groupadd.",
    );
  return isIn ? same : change(step({ verb: "member", user, group }));
}

const step = (one: MemberStep): Draft<MemberStep> => ({
  action: one.verb === "member" ? "create" : "delete",
  effect: "now",
  undo: "full",
  stage: "files",
  steps: [one],
});

function changes({ user, group, was }: MemberUndo, facts: Facts): Undoing<MemberStep> {
  const fact = readFact(facts, memberProbe(user, group));
  if (fact.state !== "present") return same;
  const now = fact.value;
  if (!now.group || now.isIn === (was === "in")) return same;
  // The account may come back in the same run, and before this.
  if (!now.user)
    return was === "in" ? change({ ...step({ verb: "member", user, group }), stage: "services" }) : same;
  return change(step({ verb: was === "in" ? "member" : "member-remove", user, group }));
}
