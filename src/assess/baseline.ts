/** An audit against an earlier one: what is new, what was open then, what is mended. Pure. */
import { controls } from "../controls/index.ts";
import type { HostList } from "../plan/control.ts";
import { isBad, open } from "./assess.ts";
import {
  allNew,
  checkIdOf,
  entriesMended,
  type InventorySince,
  inventorySince,
  unexplained,
} from "./inventory.ts";
import type { Assessed } from "./report.ts";
import { plain } from "./waiver.ts";

/** What an earlier audit said of one thing. */
export type Was = Pick<Assessed, "id" | "control" | "object" | "verdict" | "found"> & {
  readonly waiver?: Pick<NonNullable<Assessed["waiver"]>, "state"> | undefined;
};

/** What an earlier audit said of a target. */
export interface Then {
  readonly checks: readonly Was[];
  /** Of a host. */
  readonly machineId?: string | undefined;
  /** Of a host: whether its ports were asked from elsewhere. */
  readonly asked?: boolean | undefined;
  /** Of a host: left out where nothing was listed. */
  readonly inventory?: HostList | undefined;
  /** Of a host: when it was measured, as 2026-11-28T02:50:10Z. */
  readonly at?: string | undefined;
  /** Of a host: left out where nothing was measured. */
  readonly score?: number | undefined;
}

export interface Baseline {
  /** The file, as it was typed. */
  readonly file: string;
  /** By target; undefined of one that had no result. */
  readonly targets: ReadonlyMap<string, Then | undefined>;
}

/** The same of a target now. */
export interface Now extends Omit<Then, "checks"> {
  readonly checks: readonly Assessed[];
}

export interface Mended extends Pick<Was, "id" | "object"> {
  readonly was: Was["verdict"];
  /** `gone`: there is no such object any more. */
  readonly now: Was["verdict"] | "waived" | "gone";
}

export interface SinceBaseline {
  readonly baseline: string;
  /** Why nothing of the baseline counts for this target; left out where it does. */
  readonly useless?: string;
  readonly mended: readonly Mended[];
  /** What was measured then and isn't looked at now: it can't be told, and never passes. */
  readonly unlooked: readonly string[];
  /** Of a host whose inventory was read now. */
  readonly inventory?: InventorySince;
}

export interface Compared {
  /** Each that is open with whether it was so then. */
  readonly checks: readonly Assessed[];
  readonly since: SinceBaseline;
}

/** What is new, and counts. What could not be measured passes only where it could not be then. */
export const counted = (checks: readonly Assessed[]) => open(checks).filter(({ since }) => since !== "known");

/** The ids of checks that are compared in a way of their own. */
export interface Peculiar {
  /** What these find goes on by itself from day to day, and is no other thing for that. */
  readonly moving: ReadonlySet<string>;
  /** By what answers from elsewhere. */
  readonly outside: ReadonlySet<string>;
  /** Whether the engine could be asked. */
  readonly engine: string;
}

/** One target's audit, against what an earlier one said of it. */
export function compare(now: Now, { file, targets }: Baseline, target: string, peculiar: Peculiar): Compared {
  const then = targets.get(target);
  const useless = uselessFor(now, then, targets.has(target));
  if (then === undefined || useless !== undefined)
    return {
      checks: now.checks.map((check) => (isOpen(check) ? { ...check, since: "new" } : check)),
      since: {
        baseline: file,
        ...(useless === undefined ? {} : { useless }),
        mended: [],
        unlooked: [],
        ...(now.inventory === undefined ? {} : { inventory: allNew(now.inventory) }),
      },
    };
  const { checks, left } = told(now.checks, then.checks.filter(isOpen), peculiar);
  const unlooked = unlookedOf(now, then);
  const mended = left.flatMap((was) =>
    isIn(was, unlooked, peculiar) ? [] : mendedOf(was, now.checks, peculiar),
  );
  const { inventory } = now;
  if (inventory === undefined) return { checks, since: { baseline: file, mended, unlooked } };
  return {
    checks,
    since: {
      baseline: file,
      mended: withEntries(mended, inventory, then.inventory),
      unlooked,
      inventory: inventorySince(inventory, then.inventory),
    },
  };
}

/** Each entry once: a check that is told to keep still passes while its entry is there. */
function withEntries(
  mended: readonly Mended[],
  now: HostList,
  then: HostList | undefined,
): readonly Mended[] {
  const there = new Set(unexplained(now).map((each) => keyOf({ id: checkIdOf(each), object: each.name })));
  const known = new Set(mended.map(keyOf));
  const entries = entriesMended(now, then).filter((each) => !known.has(keyOf(each)));
  return [...mended.filter((each) => !there.has(keyOf(each))), ...entries];
}

/** Whether something is new in the inventory, or can't be told: it counts whatever it weighs. */
export const isListedAnew = ({ inventory }: SinceBaseline) =>
  inventory !== undefined && inventory.new.length + inventory.uncompared.length > 0;

function uselessFor(now: Now, then: Then | undefined, isThere: boolean): string | undefined {
  if (!isThere) return "it has nothing of this target";
  if (then === undefined) return "it has no result of this target";
  return now.machineId === then.machineId ? undefined : "it is of another machine by this name";
}

const isOpen = ({ verdict, waiver }: Pick<Was, "verdict" | "waiver">) =>
  isBad({ verdict }) && waiver?.state !== "waived";

const keyOf = ({ id, object }: Pick<Was, "id" | "object">) => JSON.stringify([id, object]);

/** Each that is open takes one of the same name that was no better then; `left`: those of then that none has taken. */
function told(checks: readonly Assessed[], then: readonly Was[], { moving }: Peculiar) {
  const left = new Map<string, Was[]>();
  for (const was of then) left.set(keyOf(was), [...(left.get(keyOf(was)) ?? []), was]);
  const take = (check: Assessed, covers: (was: Was) => boolean): boolean => {
    const own = left.get(keyOf(check)) ?? [];
    const at = own.findIndex(covers);
    if (at >= 0) own.splice(at, 1);
    return at >= 0;
  };
  const known = new Set(
    checks.filter((check) => isOpen(check) && take(check, (was) => isAsItWas(check, was, moving))),
  );
  for (const check of checks)
    if (isOpen(check) && !known.has(check) && take(check, ({ verdict }) => isNoWorse(check, verdict)))
      known.add(check);
  return {
    checks: checks.map(
      (check): Assessed => (isOpen(check) ? { ...check, since: known.has(check) ? "known" : "new" } : check),
    ),
    left: [...left.values()].flat(),
  };
}

/** Another value that fails as well may be a worse one: it is new, as it is to a waiver. */
const isAsItWas = ({ id, verdict, found }: Assessed, was: Was, moving: Peculiar["moving"]) =>
  verdict === was.verdict && (verdict === "error" || moving.has(id) || plain(found) === plain(was.found));

/** Beside the same: what failed then and now does so from the next boot on. */
const isNoWorse = ({ verdict }: Assessed, then: Was["verdict"]) =>
  verdict === "until the next boot" && then === "fail";

function mendedOf(was: Was, checks: readonly Assessed[], { engine }: Peculiar): readonly Mended[] {
  const { id, object, verdict } = was;
  const own = checks.filter((check) => keyOf(check) === keyOf(was));
  // A check that found several things says in one result that there are none.
  const [first = checks.find((check) => check.id === id && check.object === "" && !isBad(check))] = own;
  if (own.some(isOpen) || (first === undefined && isUnseen(was, checks, engine))) return [];
  const now = first === undefined ? "gone" : isOpenButWaived(first) ? "waived" : first.verdict;
  return [{ id, object, was: verdict, now }];
}

/** Nobody could look whether it is there: by an error of its own check, or of an engine that doesn't answer. */
const isUnseen = ({ id, control }: Was, checks: readonly Assessed[], engine: string) =>
  checks.some(
    (check) =>
      check.verdict === "error" && (check.id === id || (check.id === engine && !sections.includes(control))),
  );

const isOpenButWaived = (check: Assessed) => isBad(check) && !isOpen(check);

/** Of a compose file and of containers things come and go; a host has all of its sections, or somebody left them out. */
const sections: readonly string[] = ["host", ...controls.map(({ id }) => id)];

function unlookedOf(now: Now, then: Then): readonly string[] {
  const measured = (some: readonly Was[]) =>
    new Set(some.flatMap(({ control, verdict }) => (verdict === "not applicable" ? [] : [control])));
  const has = new Set(now.checks.map(({ control }) => control));
  const lost = [...measured(then.checks)].filter((each) => sections.includes(each) && !has.has(each));
  return then.asked === true && now.asked !== true ? [...lost, outside] : lost;
}

const outside = "what answers from elsewhere";

const isIn = ({ id, control }: Was, unlooked: readonly string[], peculiar: Peculiar) =>
  unlooked.includes(control) || (unlooked.includes(outside) && peculiar.outside.has(id));
