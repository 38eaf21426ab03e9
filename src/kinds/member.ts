/** Membership of an account in a group that is there, besides its own. */
import { asRoot, type Facts, type Probe, readFact } from "../facts/probe.ts";
import {
  blocked,
  type ChangeOutcome,
  change,
  type DiffInput,
  type Draft,
  defineKind,
  heldBy,
  same,
  type Undoing,
  valueLine,
} from "./kind.ts";
import shell from "./member.sh";

declare module "../facts/probe.ts" {
  interface KindCollectors {
    readonly member: true;
    readonly member_then: true;
  }
}

export interface MemberResource {
  readonly kind: "member";
  readonly user: string;
  readonly group: string;
}

export type MemberStep =
  | { readonly verb: "member"; readonly user: string; readonly group: string }
  /** As that run found it. */
  | { readonly verb: "member-restore"; readonly user: string; readonly group: string; readonly run: string };

export interface MemberUndo {
  readonly kind: "member";
  readonly user: string;
  readonly group: string;
  readonly was: "in" | "out";
  /** The one that knows both by number. */
  readonly run: string;
}

interface MemberFact {
  readonly group: boolean;
  readonly isIn: boolean;
}

export const memberProbe = (user: string, group: string): Probe<MemberFact> => ({
  collector: "member",
  args: [user, group],
  parse: (data) => {
    const words = data.toString("utf8").trim().split("\n");
    return { group: words.includes("group"), isIn: words.includes("in") };
  },
});

/** Of the two that an earlier run knew: what they are called now, or why nothing of it is touched. */
type MemberThen =
  | { readonly is: "in" | "out"; readonly user: string; readonly group: string }
  | { readonly is: "left"; readonly why: string };

const memberThenProbe = (user: string, group: string, run: string): Probe<MemberThen> => ({
  collector: "member_then",
  args: [user, group, run],
  parse: (data) => {
    const [is, ...words] = data.toString("utf8").trim().split(" ");
    if (is === "left") return { is, why: words.join(" ") };
    const [user = "", group = ""] = words;
    if (is !== "in" && is !== "out") throw new Error("the answer is cut off");
    return { is, user, group };
  },
});

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
  words: {
    member: ({ user, group }) => [user, group],
    "member-restore": ({ user, group, run }) => [user, group, run],
  },
  shell: [shell],
  undo: {
    words: ["member", "member-restore"],
    fromJournal: ([{ object, before }], run) => {
      const [user = "", group = ""] = object.split(" ");
      return { kind: "member", user, group, was: before === "in" ? "in" : "out", run };
    },
    fromManifest: ([user = "", group = ""], run) => ({ kind: "member", user, group, was: "out", run }),
    join: (older) => older,
    probes: ({ user, group, run }) => [memberThenProbe(user, group, run)],
    changes,
    lookBack: (undo) => undo,
    after: ["keys", "package"],
    atBoot: "late",
    byHomes: true,
  },
});

function diff({
  resource: { user, group },
  facts,
  changed,
}: DiffInput<MemberResource>): ChangeOutcome<MemberStep> {
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
  return isIn ? same : change({ ...common, action: "create", steps: [{ verb: "member", user, group }] });
}

const common = { effect: "now", undo: "full", stage: "files" } as const;

function changes({ user, group, was, run }: MemberUndo, facts: Facts): Undoing<MemberStep> {
  const fact = readFact(facts, memberThenProbe(user, group, run));
  if (fact.state === "unknown")
    return blocked(`whether ${user} is in the group ${group} could not be read: ${fact.why}`, asRoot);
  if (fact.state !== "present") return same;
  const back: Draft<MemberStep> = {
    ...common,
    action: was === "in" ? "create" : "delete",
    steps: [{ verb: "member-restore", user, group, run }],
  };
  const now = fact.value;
  if (now.is === was) return same;
  if (now.is !== "left") {
    const { user: account, group: name } = now;
    const renamed = account !== user || name !== group;
    return change({ ...back, ...(renamed ? { details: [`~ now ${account} in ${name}`] } : {}) });
  }
  if (now.why === "") return same;
  // The account may come back in the same run, and before this; else the host names it, too.
  const why = was === "in" ? {} : { after: now.why };
  return change({ ...back, ...why, stage: "services", fleeting: true });
}
