/** `harden diff A B`: two hosts as they are, two runs of one host, two profiles, an audit and a later one; only reads. */
import type { Baseline, Then } from "../../assess/baseline.ts";
import {
  auditsApart,
  type Diff,
  type Difference,
  type HostSide,
  hostsApart,
  runsApart,
} from "../../assess/differences.ts";
import { inventoryOf } from "../../assess/inventory.ts";
import { type AuditOptions, auditCommand, nowOf } from "../../audit/audit.ts";
import { HardenError } from "../../errors.ts";
import { valuesApart } from "../../profile/apart.ts";
import { type LoadOptions, loadProfile } from "../../profile/load.ts";
import { type ShownValue, showProfile } from "../../profile/show.ts";
import type { Settled } from "../../results/settled.ts";
import { type Judged, outcomeOf } from "../../results/verdict.ts";
import { gather } from "../../run/gather.ts";
import { judge } from "../../run/judge.ts";
import type { Choices, CommandOutcome, Ports, Targets } from "../../run/ports.ts";
import { runsOf, theRun } from "../../run/records.ts";
import { eachAsRoot, eachConnected } from "../../run/session.ts";
import { routeOf } from "../../targets.ts";

/** One entry, or one a target of audits; a host that can't be read has its error. */
export type DiffReport = readonly Judged<Diff>[];

/** 0: no difference; 2: some. */
const ended = (report: readonly Settled<Diff>[]): CommandOutcome<DiffReport> =>
  outcomeOf(report, ({ differences }) => (differences.length === 0 ? "pass" : "changes"));

const named = (diff: Diff): Settled<Diff> => ({ target: `${diff.a} → ${diff.b}`, ok: true, value: diff });

/** Two targets, each by its own profile. */
export async function diffHosts(
  options: Targets & Choices,
  ports: Ports,
): Promise<CommandOutcome<DiffReport>> {
  const sides = await eachConnected(options, ports, async (transport, target): Promise<HostSide> => {
    const choice = options.choiceOf(target);
    const route = routeOf(target, options);
    const gathered = await gather(transport, { choice, target, route, ports, depth: "whole" });
    const { checks } = judge(gathered, choice, ports);
    const { plan } = gathered;
    return { ...plan, checks, inventory: inventoryOf({ ...gathered, host: plan.host }, checks) };
  });
  const [a, b] = sides;
  if (a?.ok && b?.ok) {
    const differences = hostsApart(a.value, b.value);
    return ended([named({ of: "hosts", a: a.target, b: b.target, differences })]);
  }
  return ended(sides.flatMap((each) => (each.ok ? [] : [each])));
}

/** Of the one target, or this machine. */
export async function diffRuns(
  options: Targets & { readonly runs: readonly [string, string] },
  ports: Ports,
): Promise<CommandOutcome<DiffReport>> {
  const report = await eachAsRoot(options, ports, async (transport, target): Promise<Diff> => {
    const all = await runsOf(transport, ports);
    const [a, b] = options.runs;
    const differences = runsApart(all, theRun(all, a, target), theRun(all, b, target));
    return { of: "runs", a, b, differences };
  });
  return ended(report);
}

/** Throws HardenError `profile`. */
export async function diffProfiles(
  names: readonly [string, string],
  places: LoadOptions,
): Promise<CommandOutcome<DiffReport>> {
  const [a, b] = await Promise.all(
    names.map(async (name) => showProfile(await loadProfile(name, places), places.sections)),
  );
  const differences = valuesApart(a!, b!).map(
    ({ path, a, b }): Difference => ({
      of: "value",
      name: path,
      ...(a === undefined ? {} : { a: valueText(a), aFrom: placeOf(a) }),
      ...(b === undefined ? {} : { b: valueText(b), bFrom: placeOf(b) }),
    }),
  );
  return ended([named({ of: "profiles", a: names[0], b: names[1], differences })]);
}

const valueText = ({ value }: ShownValue) => (typeof value === "string" ? value : JSON.stringify(value));

const placeOf = ({ origin }: ShownValue) =>
  origin === "default" ? origin : `${origin.file}:${origin.line}:${origin.column}`;

/** All targets of both. */
export function diffAudits(a: Baseline, b: Baseline): CommandOutcome<DiffReport> {
  const targets = [...new Set([...a.targets.keys(), ...b.targets.keys()])];
  return ended(
    targets.map((target) =>
      auditsDiff(
        target,
        { file: a.file, was: a.targets.get(target) },
        { file: b.file, was: b.targets.get(target) },
      ),
    ),
  );
}

/** The hosts and files of the earlier audit that `options` names, as they are now. */
export async function diffToday(
  options: Omit<AuditOptions, "failOn"> & { readonly earlier: Baseline },
  ports: Ports,
): Promise<CommandOutcome<DiffReport>> {
  const { earlier } = options;
  const { report } = await auditCommand({ ...options, failOn: "low" }, ports);
  return ended(
    report.map((each): Settled<Diff> => {
      if (!each.ok) return each;
      const was = earlier.targets.get(each.target);
      return auditsDiff(each.target, { file: earlier.file, was }, { file: "today", was: nowOf(each.value) });
    }),
  );
}

interface AuditSide {
  readonly file: string;
  readonly was: Then | undefined;
}

function auditsDiff(target: string, a: AuditSide, b: AuditSide): Settled<Diff> {
  const lacking = [a, b].find(({ was }) => was === undefined);
  if (a.was !== undefined && b.was !== undefined)
    return {
      target,
      ok: true,
      value: { of: "audits", a: a.file, b: b.file, differences: auditsApart(a.was, b.was) },
    };
  const error = new HardenError("host", `${lacking!.file} has no result of ${target}.`, {
    hint: "Save a new audit with --out, once it can be read.",
  });
  return { target, ok: false, error };
}
