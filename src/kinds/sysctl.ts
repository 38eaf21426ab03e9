/** Live kernel values. */
import { sysctl as live } from "../facts/files.ts";
import { type Facts, present, readFact } from "../facts/probe.ts";
import { units } from "../platform.ts";
import {
  blocked,
  type ChangeOutcome,
  type Conflict,
  change,
  type DiffInput,
  defineKind,
  heldBy,
  same,
  since,
  type Undoing,
  valueLine,
} from "./kind.ts";
import shell from "./sysctl.sh";

export interface SysctlResource {
  readonly kind: "sysctl";
  /** In the dotted form of sysctl(8), interface names with their dots as slashes. */
  readonly key: string;
  readonly value: string;
  /** The live value, where the key was found on the host (an interface's), so that no probe can name it. */
  readonly found?: string;
  /** Nobody wants it: something else that is wanted sets it, so whoever wants another value has the last word. */
  readonly consequence?: true;
}

export interface SysctlStep {
  readonly verb: "sysctl";
  readonly key: string;
  readonly value: string;
  readonly before: string;
}

export interface SysctlUndo {
  readonly kind: "sysctl";
  readonly key: string;
  readonly before: string;
  readonly after?: string;
}

export const sysctl = defineKind<SysctlResource, SysctlStep, SysctlUndo>({
  name: "sysctl",
  address: ({ key }) => key,
  compose,
  probes: ({ key, found }) => (found === undefined ? [live(key)] : []),
  diff,
  holds: ({ key, value, found }, read) =>
    heldBy(found === undefined ? read(live(key)) : present(found), value, (now) => {
      const plain = now.replace(/\s+/g, " ").trim();
      return { so: plain === value, found: plain };
    }),
  line: valueLine,
  together: {
    key({ name, draft: { before, after } }) {
      const [front, , back] = partsOf(name) ?? [];
      return front === undefined ? undefined : JSON.stringify([front, back, before, after]);
    },
    line([first, ...others]) {
      const [front, , back] = partsOf(first.name) ?? [];
      const interfaces = [first, ...others].map(({ name }) => partsOf(name)?.[1]);
      return valueLine(first.draft, `${front}{${interfaces.join(",")}}${back}`);
    },
  },
  words: { sysctl: ({ key, value, before }) => [key, value, before] },
  shell: [shell],
  readAtBootBy: [units.sysctl],
  undo: {
    words: ["sysctl"],
    fromJournal: (lines) => {
      const [{ object, before }] = lines;
      return { kind: "sysctl", key: object, before, after: lines.at(-1)!.after };
    },
    fromManifest: ([key = "", before = ""]) => ({ kind: "sysctl", key, before }),
    join: (older, newer) => (older.after === newer.before ? { ...newer, before: older.before } : undefined),
    probes: ({ key }) => [live(key)],
    changes,
    lookBack: (undo) => undo,
    after: ["edit"],
    // Also after a boot: udev gives a new interface its values without waiting for the files to be restored.
    atBoot: "late",
  },
});

function compose(
  wanted: readonly { readonly control: string; readonly resource: SysctlResource }[],
): SysctlResource | readonly Conflict[] {
  const wishes = wanted.filter(({ resource }) => !resource.consequence);
  const [first, ...others] = wishes.length > 0 ? wishes : wanted;
  const different = others.filter(({ resource }) => resource.value !== first!.resource.value);
  if (different.length === 0) return first!.resource;
  const { control, resource } = first!;
  return different.map((other) => ({
    controls: [control, other.control],
    why: `The control ${control} wants ${resource.key} to be ${resource.value}, and ${other.control} ${other.resource.value}.`,
  }));
}

function diff({ resource, facts }: DiffInput<SysctlResource>): ChangeOutcome<SysctlStep> {
  const fact = resource.found === undefined ? readFact(facts, live(resource.key)) : present(resource.found);
  if (fact.state !== "present")
    return blocked(
      `${resource.key} could not be read: ${fact.state === "absent" ? "this kernel has no such key" : fact.why}`,
    );
  const now = fact.value.replace(/\s+/g, " ").trim();
  return now === resource.value ? same : set(resource.key, now, resource.value);
}

const set = (key: string, before: string, value: string): ChangeOutcome<SysctlStep> =>
  change({
    action: "update",
    before,
    after: value,
    effect: "now",
    undo: "full",
    stage: "kernel",
    steps: [{ verb: "sysctl", key, value, before }],
  });

function changes({ key, before, after }: SysctlUndo, facts: Facts, release: boolean): Undoing<SysctlStep> {
  const fact = readFact(facts, live(key));
  // An interface that has gone took its values with it.
  if (fact.state !== "present") return same;
  const now = fact.value.replace(/\s+/g, " ");
  if (after !== undefined && now !== after && now !== before) return since(`${key} (now ${now})`);
  return now === before && !release ? same : set(key, now, before);
}

/** A key that each network interface has, and `all` and `default` beside them: before, interface, behind. */
const partsOf = (key: string) => /^(net\.ipv[46]\.(?:conf|neigh)\.)(.+)(\.[^.]+)$/.exec(key)?.slice(1);
