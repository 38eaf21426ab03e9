/** A profile of a host as it is: written, read again, and believed where the plan of it is empty. */
import { HardenError } from "../../errors.ts";
import { type Facts, type Probe, probeKey } from "../../facts/probe.ts";
import { visitOf } from "../../plan/access.ts";
import type { Control, DescribedControl } from "../../plan/control.ts";
import { inputOf } from "../../plan/input.ts";
import type { Plan } from "../../plan/plan.ts";
import { controlProbes, hostOf } from "../../plan/planner.ts";
import { type DescribedSection, type ProfileParts, profileText } from "../../profile/described.ts";
import { parametersOf, timesOf } from "../../profile/jsonschema.ts";
import type { Profile, SectionParams } from "../../profile/profile.ts";
import { cidr } from "../../profile/types.ts";
import { connectionOf, look } from "../../run/look.ts";
import { managedBy } from "../../run/managed.ts";
import type { Ports } from "../../run/ports.ts";
import type { Transport } from "../../transports/transport.ts";

/** What became of one control. */
export interface Outline {
  readonly control: string;
  /** `measured`: `apply: false`. */
  readonly as: "managed" | "measured" | "left out";
  /** Why it is no more than that: the end of a sentence. */
  readonly why?: string;
}

export interface DescribedHost {
  readonly profile: Profile;
  readonly text: string;
  /** What the text is made of. */
  readonly parts: ProfileParts;
  readonly outlines: readonly Outline[];
  /** Without a change, and without a block of any control. */
  readonly plan: Plan;
}

interface Describing extends Pick<Ports, "version" | "next"> {
  readonly facts: Facts;
  readonly transport: Pick<Transport, "identity">;
  readonly target: string;
  /** The new profile's name. */
  readonly name: string;
  /** Its sections say what no fact does. */
  readonly base: Profile;
  /** Throws HardenError `profile`. */
  readonly load: (text: string) => Promise<Profile>;
  /** What the host has not been asked yet. */
  readonly ask: (probes: readonly Probe<unknown>[]) => Promise<Facts>;
}

interface Draft {
  readonly control: Control;
  /** What is left to be tried, the best first; left out where there is nothing. */
  readonly tries: readonly DescribedSection[];
  readonly why?: string;
}

/** Throws HardenError `host` where nothing of the host can be said. */
export async function describedHost(about: Describing): Promise<DescribedHost> {
  const { from, drafts } = draftsOf(about);
  let facts = about.facts;
  for (let left = drafts; ; ) {
    const sections = left.flatMap(({ tries: [first] }) => first ?? []);
    if (sections.length === 0) throw nothing(about.target);
    const parts = { name: about.name, from, sections, leftOut: outlinesOf(left) };
    const text = profileText(parts);
    const profile = await about.load(text);
    facts = await withAsked(facts, profile, about);
    const { plan } = look(facts, { ...about, choice: choiceOf(profile), tool: about.version });
    const troubled = troubles(plan);
    const next = left.map((draft) => nextTry(draft, troubled.get(draft.control.id)));
    if (next.every((draft, at) => draft === left[at]))
      return { profile, text, parts, outlines: outlinesOf(left), plan };
    left = next;
  }
}

const choiceOf = (profile: Profile) => ({ profile, only: [], skip: [] });

/** What a control doesn't leave as it is, by its id: the end of a sentence. */
function troubles({ changes, findings }: Plan): ReadonlyMap<string, string> {
  const blocks = findings.filter(({ level }) => level === "block");
  return new Map([
    // The first of them is told.
    ...changes
      .toReversed()
      .map(({ control, address }) => [control, `an apply would change ${address}`] as const),
    ...blocks.map(({ control, message }) => [control, `of a block: ${message}`] as const),
  ]);
}

function nextTry(draft: Draft, trouble: string | undefined): Draft {
  if (trouble === undefined || draft.tries.length === 0) return draft;
  return { ...draft, tries: draft.tries.slice(1), why: trouble };
}

async function withAsked(facts: Facts, profile: Profile, { transport, ask }: Describing): Promise<Facts> {
  const visit = visitOf(connectionOf(transport), profile.access);
  const all = controlProbes(managedBy(choiceOf(profile)), visit);
  const missing = all.filter((probe) => !probe.deep && !facts.has(probeKey(probe)));
  return missing.length === 0 ? facts : new Map([...facts, ...(await ask(missing))]);
}

/** What each control says by itself; where logins come from is one's word, and others go by it. */
function draftsOf(about: Describing) {
  const first = described(about, about.base);
  const from = first
    .flatMap(({ said }) => (said !== undefined && "from" in said ? (said.from ?? []) : []))
    .filter((each) => cidr.safeParse(each).success); // A host's file may say anything.
  const access = from.length === 0 ? about.base.access : { ...about.base.access, from };
  const base = { ...about.base, access };
  const all = from.length === 0 ? first : described(about, base);
  return {
    from: access.from,
    drafts: all.map(({ control, said }) => draftOf(control, said, base.sections[control.id]!)),
  };
}

function described(about: Describing, base: Profile) {
  const { facts, transport, target, next } = about;
  const choice = choiceOf(base);
  const { managed, access } = look(facts, { choice, transport, target, next, tool: about.version });
  const host = hostOf(facts);
  return managed.map((each) => ({
    control: each.control,
    said: each.control.describe?.(inputOf(each, { facts, access, host })),
  }));
}

function draftOf(control: Control, said: DescribedControl | undefined, section: SectionParams): Draft {
  const { enabled: _enabled, apply: _apply, ...start } = section;
  if (said !== undefined && "why" in said) return { control, tries: [], why: said.why };
  const times = timesOf(control.schema);
  const params = inOrder(control, { ...start, ...said?.params }, times);
  const fault = control.schema.safeParse(params).error?.issues[0];
  if (fault !== undefined)
    return { control, tries: [], why: `its ${fault.path.join(".")} is a value that no profile can have` };
  const own = { id: control.id, params };
  return { control, tries: [own, ...(said === undefined ? [] : [{ ...own, apply: false as const }])] };
}

/** As a profile writes it, in the order of the section's own description. */
function inOrder(
  { schema }: Control,
  params: Readonly<Record<string, unknown>>,
  times: (name: string, value: unknown) => unknown,
) {
  const names = parametersOf(schema).map(({ name }) => name);
  const given = names.filter((name) => params[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, times(name, params[name])]));
}

function outlinesOf(drafts: readonly Draft[]): readonly Outline[] {
  return drafts.map(({ control, tries: [now], why }): Outline => {
    const as = now === undefined ? "left out" : now.apply === false ? "measured" : "managed";
    return { control: control.id, as, ...(why === undefined ? {} : { why }) };
  });
}

const nothing = (target: string) =>
  new HardenError("host", `No section of a profile describes what ${target} is.`, {
    hostState: "nothing was changed, and nothing was written",
    hint: "See what a profile would make of it: harden plan.",
  });
