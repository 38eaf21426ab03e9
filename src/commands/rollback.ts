/** `harden rollback`: a pending run now; an earlier one, days later, as an armed and proven run of its own. */
import { HardenError } from "../errors.ts";
import { backups } from "../facts/backups.ts";
import { file } from "../facts/files.ts";

import { host } from "../facts/host.ts";
import { type Facts, type Probe, readFact, valueOr } from "../facts/probe.ts";
import { inForce, type RunFact, runs } from "../facts/runs.ts";
import { sshdFiles } from "../facts/sshd.ts";
import { sshdStart } from "../facts/sshd-start.ts";
import { itemsOf } from "../plan/journal.ts";
import type { Plan } from "../plan/plan.ts";
import { hostOf, inOrder } from "../plan/planner.ts";
import { batches } from "../plan/steps.ts";
import { lookBack, type UndoItem, undoChanges, undoProbes } from "../plan/undo.ts";
import { localTarget, routeOf } from "../targets.ts";
import type { Route, Transport } from "../transports/transport.ts";
import { type Applied, appliedStatus } from "./applied.ts";
import { collect } from "./collect.ts";
import { type Settled, statusOf } from "./each.ts";
import { pinned } from "./pin.ts";
import { blocks } from "./plan.ts";
import type { Outcome, Ports, Targets } from "./ports.ts";
import type { Seen } from "./prove.ts";
import { applyTimeoutSeconds, makeRun } from "./run.ts";
import { runId } from "./run-plan.ts";
import type { RunOptions } from "./runnable.ts";
import { theRun } from "./runs.ts";
import { eachConnected } from "./session.ts";
import { backNow } from "./way-back.ts";

export interface RollbackOptions extends Targets, RunOptions {
  /** The run to undo; left out: the pending one, else the newest in force, never an undo. */
  readonly run?: string;
}

export async function rollbackCommand(
  options: RollbackOptions,
  ports: Ports,
): Promise<Outcome<readonly Settled<Applied>[]>> {
  const report = await eachConnected(options, ports, (transport, target) =>
    rollbackOne({ transport, target, route: routeOf(target, options) }, options, ports),
  );
  return { report, status: statusOf(report, appliedStatus) };
}

interface Connected {
  readonly transport: Transport;
  readonly target: string;
  readonly route: Route;
}

async function rollbackOne(on: Connected, options: RollbackOptions, ports: Ports): Promise<Applied> {
  const { transport, target } = on;
  const facts = await collect(transport, [host, runs], ports);
  const all = known(readFact(facts, runs), target);
  const run = chosen(all, options.run, target);
  if (run.state === "pending" || run.state === "rolling") {
    if (!(await ports.ask(`Roll back the pending run ${run.id} of ${target}?`)))
      return { outcome: "declined" };
    // How long the host itself would wait is not known here; it is asked over an open connection.
    const unsettled = { ...on, run: run.id, deadline: ports.now() };
    const back = await backNow(unsettled, "asked for", { ports, links: [transport, "new"] });
    if (back.outcome === "confirmed") throw confirmedFirst(run.id, target);
    const clean = back.outcome === "rolled back" && back.clean;
    return clean ? { outcome: "undone", run: run.id, by: run.id, checks: [], open: [] } : back;
  }
  if (run.state !== "confirmed")
    throw new HardenError("host", `Run ${run.id} of ${target} is ${run.state}: there is nothing to undo.`, {
      hostState: "nothing was changed",
    });
  if (run.undoneBy !== undefined)
    throw new HardenError("host", `Run ${run.id} of ${target} is undone already, by run ${run.undoneBy}.`, {
      hostState: "nothing was changed",
      hint: `To have it again, undo that: ${rollbackOf(target)(run.undoneBy)}`,
    });
  return undo(run, { on, all, facts, options, ports });
}

/** The command that undoes a run of this target. */
const rollbackOf = (target: string) => (run: string) =>
  ["harden rollback", ...(target === localTarget ? [] : [target]), run].join(" ");

function known(fact: ReturnType<typeof readFact<readonly RunFact[]>>, target: string): readonly RunFact[] {
  if (fact.state === "unknown" || fact.state === "unsupported")
    throw new HardenError("host", `The runs of ${target} could not be read: ${fact.why}.`, {
      hint: "They belong to root.",
    });
  return fact.state === "present" ? fact.value : [];
}

function chosen(all: readonly RunFact[], id: string | undefined, target: string): RunFact {
  if (id !== undefined) return theRun(all, id, target);
  const unsettled = all.findLast(({ state }) => state === "pending" || state === "rolling");
  const run = unsettled ?? all.findLast((run) => inForce(run) && run.undoes === undefined);
  if (run !== undefined) return run;
  const undo = all.findLast((run) => inForce(run) && run.undoes !== undefined);
  throw new HardenError("host", `There is no run in force on ${target} that could be undone.`, {
    hostState: "nothing was changed",
    ...(undo === undefined
      ? {}
      : { hint: `Run ${undo.undoes} was undone last. To have it again: ${rollbackOf(target)(undo.id)}` }),
  });
}

interface Undoing {
  readonly on: Connected;
  readonly all: readonly RunFact[];
  readonly facts: Facts;
  readonly options: RollbackOptions;
  readonly ports: Ports;
}

async function undo(run: RunFact, { on, all, facts, options, ports }: Undoing): Promise<Applied> {
  const { transport, target, route } = on;
  const { items, findings } = itemsOf(run, { all, rollback: rollbackOf(target) });
  const probes = undoProbes(items);
  const now = await collect(transport, [...probes, ...listening], ports);
  const undone = undoChanges(items, now);
  const plan: Plan = {
    version: 1,
    tool: ports.version,
    target,
    host: hostOf(facts),
    profile: { name: run.profile, digest: run.digest },
    changes: inOrder(undone.changes),
    findings: [...findings, ...undone.findings],
  };
  ports.emit({ kind: "plans", report: [{ target, ok: true, value: plan }] });
  if (blocks(plan).length > 0) return { outcome: "blocked" };
  if (!(await ports.ask(`Undo run ${run.id} on ${target}?`))) return { outcome: "declined" };
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
        profile: { name: run.profile, digest: run.digest },
        undoes: run.id,
        tool: ports.version,
        confirmTimeoutSeconds: options.confirmTimeout,
        applyTimeoutSeconds,
        noConfirm: !options.confirm,
      },
      ...batches(plan.changes),
      refine: async () => ({ beyond: "a rollback installs nothing" }),
      proving: {
        target,
        routes: waysIn(pinned(route, transport), { run, facts: now }),
        openText: "not as it was before the run",
        look: (again) => look(again, { items, probes, ports }),
      },
    },
    options,
    ports,
  );
  return applied.outcome === "confirmed" ? { ...applied, outcome: "undone", run: run.id, by: id } : applied;
}

const confirmedFirst = (run: string, target: string) =>
  new HardenError("host", `Run ${run} of ${target} was confirmed before it could be rolled back.`, {
    hostState: "as the run left it",
    hint: `Undo it as a run of its own: harden rollback ${target} ${run}`,
  });

/** Files that say where sshd, or systemd for it, listens. */
const listening: readonly Probe<unknown>[] = [sshdFiles(), sshdStart];

/** The port in use, then those that files name, of now or of before: a closed one answers at once and counts for nothing. */
function waysIn(route: Route, { run, facts }: { run: RunFact; facts: Facts }): readonly Route[] {
  if (route.kind === "local") return [route];
  const saved = valueOr(readFact(facts, backups(run.id)), new Map<number, Buffer>());
  const files = valueOr(readFact(facts, sshdFiles()), undefined)?.files ?? [];
  const socket = valueOr(readFact(facts, sshdStart), undefined)?.socket;
  const texts = [
    ...[...saved.values(), ...files.map(({ content }) => content)].map((content) => content.toString("utf8")),
    ...(socket?.dropins ?? []).map(({ text }) => text),
  ];
  const named = texts.flatMap((text) => [
    ...text.matchAll(/^\s*(?:Port[\s=]+|ListenAddress\s+\S*:|ListenStream=(?:.*:)?)(\d{1,5})\s*$/gim),
  ]);
  const ports = named.map(([, port]) => Number(port)).filter((port) => port > 0 && port < 65_536);
  return [route, ...[...new Set([...ports, 22])].map((port): Route => ({ ...route, port }))];
}

/** Everything that can be read is as it was before the run. */
async function look(
  transport: Transport,
  { items, probes, ports }: { items: readonly UndoItem[]; probes: readonly Probe<unknown>[]; ports: Ports },
): Promise<Seen> {
  const facts = await collect(transport, probes, ports);
  const settled = lookBack(items).filter((item) => !goneWithPackage(item, items, facts));
  const left = undoChanges(settled, facts);
  const open = [
    ...left.changes.map(({ address }) => address),
    ...left.findings.map(({ message }) => message),
  ];
  return { open, checks: [] };
}

/** What the run found in a file of a package that it had brought itself: the purge took both. */
function goneWithPackage({ undo }: UndoItem, items: readonly UndoItem[], facts: Facts): boolean {
  if (!("path" in undo)) return false;
  const purged = items.some((item) => item.undo.kind === "package");
  return purged && readFact(facts, file(undo.path)).state === "absent";
}
