/** Groups with a fixed number, such as one that containers know by its gid. */
import { type Facts, type Probe, readFact } from "../facts/probe.ts";
import shell from "./group.sh";
import {
  blocked,
  type ChangeOutcome,
  change,
  type DiffInput,
  type Draft,
  defineKind,
  heldBy,
  same,
  since,
  type Undoing,
  valueLine,
} from "./kind.ts";

declare module "../facts/probe.ts" {
  interface KindCollectors {
    readonly group: true;
  }
}

export interface GroupResource {
  readonly kind: "group";
  readonly name: string;
  readonly gid: number;
}

export type GroupStep =
  | { readonly verb: "group"; readonly name: string; readonly gid: number }
  /** Only where no file, no account and no member needs it; else it stays, and that is noted. */
  | { readonly verb: "group-remove"; readonly name: string; readonly gid: number };

export interface GroupUndo {
  readonly kind: "group";
  readonly name: string;
  readonly gid: number;
  /** Whether it was there before. */
  readonly was: "absent" | "there";
}

/** The group of that name, and the name of the group with that number, as getent(1) has them. */
interface GroupFact {
  readonly gid?: number;
  readonly holder?: string;
}

export const groupProbe = (name: string, gid: number): Probe<GroupFact> => ({
  collector: "group",
  args: [name, String(gid)],
  parse: (data) => {
    const [byName = "", byGid = ""] = data.toString("utf8").split("\n");
    const [, , number] = byName.split(":");
    const [holder] = byGid.split(":");
    return { ...(number ? { gid: Number(number) } : {}), ...(holder ? { holder } : {}) };
  },
});

export const group = defineKind<GroupResource, GroupStep, GroupUndo>({
  name: "group",
  address: ({ name }) => name,
  probes: ({ name, gid }) => [groupProbe(name, gid)],
  diff,
  holds: ({ name, gid }, read) =>
    heldBy(read(groupProbe(name, gid)), String(gid), (now) => ({
      so: now.gid === gid,
      found: String(now.gid ?? "not there"),
    })),
  line: valueLine,
  words: {
    group: ({ name, gid }) => [name, String(gid)],
    "group-remove": ({ name, gid }) => [name, String(gid)],
  },
  shell: [shell],
  undo: {
    words: ["group", "group-remove"],
    fromJournal: ([{ object, before, after }]) =>
      before === "absent"
        ? { kind: "group", name: object, gid: Number(after), was: "absent" }
        : { kind: "group", name: object, gid: Number(before), was: "there" },
    fromManifest: ([name = "", gid]) => ({ kind: "group", name, gid: Number(gid), was: "absent" }),
    join: (older) => older,
    probes: ({ name, gid }) => [groupProbe(name, gid)],
    changes,
    // It stays where something needs it.
    lookBack: () => undefined,
    // Files that were given to it are their former owners' again by then.
    after: ["account"],
    atBoot: "late",
    byHomes: true,
  },
});

function diff({ resource: { name, gid }, facts }: DiffInput<GroupResource>): ChangeOutcome<GroupStep> {
  const fact = readFact(facts, groupProbe(name, gid));
  if (fact.state !== "present")
    return blocked(
      `whether there is a group ${name} could not be read${"why" in fact ? `: ${fact.why}` : ""}`,
    );
  const { gid: now, holder } = fact.value;
  if (now === gid) return same;
  if (now !== undefined)
    return blocked(
      `the group ${name} is there with the number ${now}, and ${gid} is wanted`,
      "Files and containers may go by its number: give the profile that number, or change the group yourself.",
    );
  if (holder !== undefined)
    return blocked(
      `the number ${gid} that the group ${name} is to have belongs to the group ${holder}`,
      "Give the profile a number that is free.",
    );
  return change(made(name, gid));
}

const made = (name: string, gid: number): Draft<GroupStep> => ({
  action: "create",
  after: `gid ${gid}`,
  effect: "now",
  undo: "best effort",
  stage: "files",
  steps: [{ verb: "group", name, gid }],
});

function changes({ name, gid, was }: GroupUndo, facts: Facts): Undoing<GroupStep> {
  const fact = readFact(facts, groupProbe(name, gid));
  if (fact.state !== "present") return same;
  if (was === "there") return fact.value.gid === undefined ? change(made(name, gid)) : same;
  if (fact.value.gid === undefined && fact.value.holder === undefined) return same;
  if (fact.value.gid !== undefined && fact.value.gid !== gid)
    return since(`the number of the group ${name} (now ${fact.value.gid})`);
  return change({
    action: "delete",
    before: `gid ${gid}`,
    after: "gone, where nothing needs it",
    effect: "now",
    undo: "full",
    stage: "access",
    steps: [{ verb: "group-remove", name, gid }],
  });
}
