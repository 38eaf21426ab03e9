/** `harden apply`: all plans first, one question, then every host by itself. */
import { isKept } from "../../host/codes.ts";
import { nextAt } from "../../next.ts";
import type { Plan } from "../../plan/plan.ts";
import { stopsText, withStops } from "../../plan/stopped.ts";
import { nextFor } from "../../plan/unsettled.ts";
import { type Applied, appliedVerdict, type Confirmed } from "../../results/applied.ts";
import type { Settled } from "../../results/settled.ts";
import { type Judged, judged, statusOf } from "../../results/verdict.ts";
import { asHardenError, inTurn } from "../../run/each.ts";
import { judge } from "../../run/judge.ts";
import { type OpenHost, open } from "../../run/open.ts";
import { blocks } from "../../run/plan.ts";
import type { CommandOutcome, Ports, Targets } from "../../run/ports.ts";
import { undoneBy } from "../../run/reached.ts";
import { runPlan } from "../../run/run-plan.ts";
import type { RunOptions } from "../../run/runnable.ts";
import type { Source } from "../../run/source.ts";
import { doublesOf, refuseOpposed } from "./doubles.ts";

export interface ApplyOptions extends Targets, RunOptions {
  /** A profile for these targets, or saved plans with targets of their own. */
  readonly source: Source;
  /** Hosts are begun also after one that rolled back or is unknown. */
  readonly keepGoing?: boolean;
}

/** How it ended for one host. */
export type ApplyResult = Applied & { readonly plan: Plan };

export type ApplyReport = readonly Judged<ApplyResult>[];

/**
 * Plans all targets over one connection each, shows the plans (`plans` event), asks once, applies, a few hosts at a time.
 * Those in work go on whatever comes of another; behind one that rolled back, or is unknown, no other is begun.
 */
export async function applyCommand(
  options: ApplyOptions,
  ports: Ports,
): Promise<CommandOutcome<ApplyReport>> {
  const opened = await open(options, options.source, ports);
  const sessions = refuseOpposed(options.stopContainers ? opened.map(withStopsIn) : opened);
  const doubles = doublesOf(sessions);
  const hosts = sessions.filter(({ target }) => !doubles.has(target));
  try {
    ports.emit({ kind: "plans", report: hosts.map(planOf) });
    const ready = hosts.flatMap((session) =>
      session.ok && applicable(session.value) ? [session.value] : [],
    );
    const goOn = ready.length === 0 || (await ports.ask(question(ready)));
    let stopped: string | undefined;
    const applyNext = async (session: Settled<OpenHost>) => {
      const same = doubles.get(session.target);
      const result = await applyOne(session, goOn, { options, ports, same, stopped });
      if (!options.keepGoing && endedBadly(result)) stopped ??= session.target;
      return result;
    };
    const settled = await inTurn(sessions, applyNext, options);
    const report = withDoubles(judged(settled, appliedVerdict));
    return { report, status: statusOf(report) };
  } finally {
    await Promise.all(opened.map((session) => session.ok && session.value.transport.close()));
  }
}

const withStopsIn = (session: Settled<OpenHost>): Settled<OpenHost> => {
  if (!session.ok) return session;
  const { gathered } = session.value;
  return {
    ...session,
    value: { ...session.value, gathered: { ...gathered, plan: withStops(gathered.plan) } },
  };
};

/** Another name of a host ended as the host did. */
const withDoubles = (report: ApplyReport): ApplyReport =>
  report.map((each) => {
    if (!each.ok || each.value.outcome !== "same host") return each;
    const { as } = each.value;
    const { verdict, status } = report.find(({ target }) => target === as) ?? each;
    return { ...each, verdict, status };
  });

/** Worth a question: what will be refused all the same isn't. */
const applicable = (session: OpenHost) =>
  session.pending &&
  session.stale === undefined &&
  session.gathered.unsettled.length === 0 &&
  blocks(session.gathered.plan).length === 0;

const planOf = (session: Settled<OpenHost>): Settled<Plan> =>
  session.ok ? { ...session, value: session.value.gathered.plan } : session;

function question(ready: readonly OpenHost[]): string {
  const changes = ready.reduce((sum, { gathered }) => sum + gathered.plan.changes.length, 0);
  const where = ready.length === 1 ? ready[0]!.target : `${ready.length} hosts`;
  return `Apply ${changes} change${changes === 1 ? "" : "s"} to ${where}? A host that is not confirmed rolls itself back.${stopsText(ready.map(({ gathered }) => gathered.plan))}`;
}

function inSync({ gathered, choice }: OpenHost, ports: Ports): Applied {
  return { outcome: "in sync", checks: judge(gathered, choice, ports).checks };
}

/** A run that isn't settled when the plan is made: the host would refuse another one, and may take back what is there. */
function heldBy({ gathered, target }: OpenHost, ports: Ports): Applied | undefined {
  const [first] = gathered.unsettled;
  if (first === undefined) return undefined;
  const { who, time, run, state } = first;
  const next = nextFor(first, nextAt(ports.next, target));
  return { outcome: "locked", who, since: time, holder: run, state, next };
}

const endedBadly = (result: Settled<ApplyResult>) =>
  result.ok && (result.value.outcome === "rolled back" || result.value.outcome === "unknown");

interface Applying {
  readonly options: ApplyOptions;
  readonly ports: Ports;
  /** What the same host is called before in the list. */
  readonly same: string | undefined;
  /** The host behind which no other is begun. */
  readonly stopped: string | undefined;
}

async function applyOne(
  session: Settled<OpenHost>,
  goOn: boolean,
  { options, ports, same, stopped }: Applying,
): Promise<Settled<ApplyResult>> {
  if (!session.ok) return session;
  const { target, value } = session;
  const { plan } = value.gathered;
  const done = (result: Applied): Settled<ApplyResult> => ({ target, ok: true, value: { ...result, plan } });
  if (same !== undefined) return done({ outcome: "same host", as: same });
  const held = heldBy(value, ports);
  if (held !== undefined) return done(held);
  if (value.stale !== undefined) return done({ outcome: "stale", ...value.stale });
  if (blocks(plan).length > 0) return done({ outcome: "blocked" });
  if (!value.pending) return done(inSync(value, ports));
  if (!goOn) return done({ outcome: "declined" });
  if (stopped !== undefined) {
    await value.transport.close();
    return done({ outcome: "not begun", because: stopped });
  }
  try {
    const applied = await runPlan(value, options, ports);
    return done(
      applied.outcome === "confirmed"
        ? {
            ...applied,
            ...undoneBy(value, { ...applied, plan }),
            ...purgedBy(plan, applied),
          }
        : applied,
    );
  } catch (error) {
    return { target, ok: false, error: asHardenError(error) };
  }
}

function purgedBy(
  { changes }: Plan,
  { notes }: Pick<Confirmed, "notes">,
): { readonly purged?: readonly string[] } {
  const planned = changes.flatMap(({ steps }) =>
    steps.flatMap((step) => (step.verb === "purge" ? step.packages : [])),
  );
  const kept = new Set(notes.filter(isKept).map(({ object }) => object));
  const purged = planned.filter((name) => !kept.has(name));
  return purged.length === 0 ? {} : { purged };
}
