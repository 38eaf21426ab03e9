/** `harden rollback`: a pending run now; an earlier one, days later, as an armed and proven run of its own. */
import { accessOf, accessProbes } from "../../controls/access.ts";
import { controls } from "../../controls/index.ts";
import { HardenError } from "../../errors.ts";
import { docker } from "../../facts/docker.ts";
import { file } from "../../facts/files.ts";
import { host } from "../../facts/host.ts";
import { type Facts, type Probe, readFact } from "../../facts/probe.ts";
import { type RunFact, runs } from "../../facts/runs.ts";
import { nextAt } from "../../next.ts";
import { anywhere, visitOf } from "../../plan/access.ts";
import { givenBackOf, givenBackProbes } from "../../plan/given-back.ts";
import { itemsOf } from "../../plan/journal.ts";
import type { UndoPlan } from "../../plan/plan.ts";
import { hostOf, inOrder } from "../../plan/planner.ts";
import { batches } from "../../plan/steps.ts";
import {
  restartsAgain,
  stoppedBy,
  stoppedFindings,
  stoppedProbes,
  stopsText,
  withStops,
} from "../../plan/stopped.ts";
import { contentsOf, lookBack, type UndoItem, undoChanges, undoProbes } from "../../plan/undo.ts";
import { appliedVerdict, type UndoneRun, undoneAs } from "../../results/applied.ts";
import { type Judged, outcomeOf } from "../../results/verdict.ts";
import { collect } from "../../run/collect.ts";
import { connectionOf } from "../../run/look.ts";
import { pinned } from "../../run/pin.ts";
import { blocks } from "../../run/plan.ts";
import type { CommandOutcome, Ports, Targets } from "../../run/ports.ts";
import { type HostSeen, openOf, type Proving } from "../../run/prove.ts";
import { applyTimeoutSeconds, makeRun } from "../../run/run.ts";
import { runId } from "../../run/run-plan.ts";
import type { RunOptions } from "../../run/runnable.ts";
import { eachAsRoot } from "../../run/session.ts";
import { backNow } from "../../run/way-back.ts";
import { routeOf } from "../../targets.ts";
import type { Route, Transport } from "../../transports/transport.ts";
import { type NamedRun, type ToUndo, toUndo } from "./to-undo.ts";
import { listening, waysIn } from "./ways-in.ts";

export interface RollbackOptions extends Targets, RunOptions, NamedRun {}

export async function rollbackCommand(
  options: RollbackOptions,
  ports: Ports,
): Promise<CommandOutcome<readonly Judged<UndoneRun>[]>> {
  const report = await eachAsRoot(options, ports, (transport, target) =>
    rollbackOne({ transport, target, route: routeOf(target, options) }, options, ports),
  );
  return outcomeOf(report, appliedVerdict);
}

interface Connected {
  readonly transport: Transport;
  readonly target: string;
  readonly route: Route;
}

async function rollbackOne(on: Connected, options: RollbackOptions, ports: Ports): Promise<UndoneRun> {
  const { transport, target } = on;
  const facts = await collect(transport, [host, runs], ports);
  const all = known(readFact(facts, runs), target);
  const chosen = toUndo(all, options, { target, next: nextAt(ports.next, target) });
  if (chosen.kind === "unsettled") return backPending(chosen.run, on, { options, ports });
  return undo(chosen, { on, all, facts, options, ports });
}

async function backPending(
  pending: RunFact,
  on: Connected,
  { options, ports }: Pick<Undoing, "options" | "ports">,
): Promise<UndoneRun> {
  const { target, transport } = on;
  const { id: run } = pending;
  const undoes = [run];
  const findings = restartsAgain(pending)
    ? stoppedBy("daemon", await collect(transport, [docker], ports))
    : [];
  const blocking = findings.find(({ level }) => level === "block");
  if (blocking !== undefined && pending.state === "pending" && !options.stopContainers)
    throw stopsFirst(run, target, blocking.message);
  if (!(await ports.ask(`Roll back the pending run ${run} of ${target}?${stopsText([{ findings }])}`)))
    return { outcome: "declined", undoes };
  // How long the host itself would wait is not known here; it is asked over an open connection.
  const unsettled = { ...on, run, deadline: ports.now() };
  const back = await backNow(unsettled, `asked for by ${ports.who}`, { ports, links: [transport, "new"] });
  if (back.outcome === "confirmed") throw confirmedFirst(run, target, ports);
  return undoneAs(back, { undoes, by: run });
}

function known(fact: ReturnType<typeof readFact<readonly RunFact[]>>, target: string): readonly RunFact[] {
  if (fact.state === "unknown" || fact.state === "unsupported")
    throw new HardenError("host", `The runs of ${target} could not be read: ${fact.why}.`, {
      hint: "Try again; if it stays, look at /var/lib/harden on the host.",
    });
  return fact.state === "present" ? fact.value : [];
}

interface Undoing {
  readonly on: Connected;
  readonly all: readonly RunFact[];
  readonly facts: Facts;
  readonly options: RollbackOptions;
  readonly ports: Ports;
}

type SettledRuns = Extract<ToUndo, { kind: "settled" }>;

async function undo(
  { runs, ...chosen }: SettledRuns,
  { on, all, facts, options, ports }: Undoing,
): Promise<UndoneRun> {
  const { transport, target, route } = on;
  const ids = runs.map(({ id }) => id);
  const { items, findings } = itemsOf(runs, {
    all,
    rollbackTo: (run) => ports.next("rollback", target, "--to", run),
  });
  const probes = undoProbes(items);
  const connection = connectionOf(transport);
  const profileAccess = { from: anywhere };
  const visit = visitOf(connection, {});
  const told = givenBackProbes(controls, items, visit);
  const asked = [...probes, ...listening, ...accessProbes(visit), ...told, ...stoppedProbes(items)];
  const now = await collect(transport, asked, ports);
  const undone = undoChanges(items, now);
  const contents = contentsOf(items, now);
  const access = accessOf({
    profileAccess,
    sshParams: undefined,
    facts: now,
    connection,
    givenBack: contents,
    opensPorts: items.some(({ undo }) => undo.kind === "firewall"),
  });
  const about = { controls, items, contents, facts: now, access, host: hostOf(facts) };
  const back = givenBackOf(undone.changes, about);
  // The oldest one, which was named.
  const { profile: name, digest } = runs.at(-1)!;
  const profile = { name, digest };
  const changes = inOrder(back.changes);
  const made: UndoPlan = {
    version: 1,
    tool: ports.version,
    target,
    host: hostOf(facts),
    profile,
    changes,
    findings: [
      ...[...chosen.findings, ...findings, ...undone.findings, ...back.findings],
      ...stoppedFindings(changes, now),
    ],
    undoes: runs,
  };
  const plan = options.stopContainers ? withStops(made) : made;
  ports.emit({ kind: "plans", report: [{ target, ok: true, value: plan }] });
  if (blocks(plan).length > 0) return { outcome: "blocked", undoes: ids };
  if (!(await ports.ask(`Undo ${runsText(ids)} on ${target}?${stopsText([plan])}`)))
    return { outcome: "declined", undoes: ids };
  const id = runId(ports);
  const applied = await makeRun(
    {
      target,
      route,
      transport,
      run: {
        id,
        who: ports.who,
        target,
        profile,
        undoes: ids,
        tool: ports.version,
        confirmTimeoutSeconds: options.confirmTimeout,
        applyTimeoutSeconds,
        noConfirm: !options.confirm,
        stopContainers: options.stopContainers,
      },
      ...batches(plan.changes),
      refine: async () => ({ beyond: "a rollback installs nothing" }),
      proving: {
        target,
        routes: waysIn(pinned(route, transport), {
          items,
          facts: now,
          current: transport.identity.ssh?.port,
        }),
        openText: `not as it was before ${ids.length === 1 ? "the run" : "the runs"}`,
        look: (again, when) => look(again, { items, probes, ports, when }),
      },
    },
    options,
    ports,
  );
  return undoneAs(applied, { undoes: ids, by: id });
}

const runsText = (ids: readonly string[]) =>
  ids.length === 1 ? `run ${ids[0]}` : `the runs ${ids.join(", ")} (newest first)`;

const confirmedFirst = (run: string, target: string, { next }: Ports) =>
  new HardenError("host", `Run ${run} of ${target} was confirmed before it could be rolled back.`, {
    hostState: "as the run left it",
    hint: `Undo it as a run of its own: ${next("rollback", target, run)}`,
  });

const stopsFirst = (run: string, target: string, message: string) =>
  new HardenError("blocked", message, {
    where: target,
    hostState: `run ${run} is pending as before, and the host rolls it back by itself unless it is confirmed`,
    hint: "Wait until they have ended, or give --stop-containers.",
  });

/** Everything that can be read is as it was before the run. */
async function look(
  transport: Transport,
  {
    items,
    probes,
    ports,
    when,
  }: {
    items: readonly UndoItem[];
    probes: readonly Probe<unknown>[];
    ports: Ports;
    when: Parameters<Proving["look"]>[1];
  },
): Promise<HostSeen> {
  const facts = await collect(transport, probes, ports);
  const settled = lookBack(items).filter((item) => !goneWithPackage(item, items, facts));
  const left = undoChanges(settled, facts);
  return { open: openOf(left, when), checks: [] };
}

/** What the run found in a file of a package that it had brought itself: the purge took both. */
function goneWithPackage({ undo }: UndoItem, items: readonly UndoItem[], facts: Facts): boolean {
  if (!("path" in undo)) return false;
  const purged = items.some((item) => item.undo.kind === "package");
  return purged && readFact(facts, file(undo.path)).state === "absent";
}
