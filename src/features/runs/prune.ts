/** `harden runs prune`: old runs go with their backups, and with them the rollbacks that need those. */
import { HardenError } from "../../errors.ts";
import { inForce, type RunFact } from "../../facts/runs.ts";
import type { notes } from "../../host/codes.ts";
import { send } from "../../host/executor.ts";
import { runtimeText } from "../../host/runtime.ts";
import { pruneScript } from "../../host/script.ts";
import { nextAt } from "../../next.ts";
import { undoneWith } from "../../plan/since.ts";
import type { Settled } from "../../results/settled.ts";
import { type HostVerdict, type Judged, outcomeOf } from "../../results/verdict.ts";
import type { CommandOutcome, Ports, Targets } from "../../run/ports.ts";
import { held, runsOf, timeoutMs } from "../../run/records.ts";
import { eachAsRoot } from "../../run/session.ts";
import { oneLine } from "../../text.ts";
import type { Transport } from "../../transports/transport.ts";

/** Rollbacks that a host can't do any more. */
export interface LostRollbacks {
  /** Runs in force that go. */
  readonly runs: readonly string[];
  /** Runs that stay, and before which the host can't be brought any more: of those since, some are gone. */
  readonly to: readonly string[];
  /** Files that runs which go keep the only copy of, as their notes say: changed by others, or never given back. */
  readonly copies: readonly { readonly run: string; readonly object: string; readonly text: string }[];
}

export interface Pruned {
  readonly outcome: "pruned" | "declined";
  /** Newest first. */
  readonly runs: readonly string[];
  readonly lost: LostRollbacks;
}

export interface PruneOptions extends Targets {
  readonly keep: number;
}

/** Pure. `all`: oldest first. */
export function lostWith(gone: readonly string[], all: readonly RunFact[]): LostRollbacks {
  const goes = ({ id }: RunFact) => gone.includes(id);
  const next = () => "";
  const lacksOne = (run: RunFact) => undoneWith(run, all, next).runs.some(goes);
  const kept = all.filter((run) => inForce(run) && !goes(run));
  return {
    runs: all.filter((run) => inForce(run) && goes(run)).map(({ id }) => id),
    to: kept.filter(lacksOne).map(({ id }) => id),
    copies: all.filter(goes).flatMap(copiesOf),
  };
}

/** What a rollback keeps in the folder of its run: settle.sh's rule, and each note that names a path there. */
const copiesOf = ({ id, notes }: RunFact): LostRollbacks["copies"] =>
  notes
    .filter(({ code, text }) => keepsBackups.has(code) || text.includes(`/runs/${id}/`))
    .map(({ object, text }) => ({ run: id, object, text }));

const keepsBackups: ReadonlySet<string> = new Set<keyof typeof notes>(["not-restored", "differs"]);

/**
 * Removes settled runs but the newest `keep`, and those that hold an original which is still ours. Asks, with what becomes
 * impossible. Refused while a run isn't settled: it may give back what only an older one has the original of.
 */
export async function pruneCommand(
  options: PruneOptions,
  ports: Ports,
): Promise<CommandOutcome<readonly Judged<Pruned>[]>> {
  const looked = await eachAsRoot(options, ports, async (transport, target): Promise<Pruned> => {
    const all = await runsOf(transport, ports);
    const runs = await prune({ transport, target, keep: options.keep, runs: [] }, ports);
    return { outcome: "pruned", runs, lost: lostWith(runs, all) };
  });
  const due = looked.flatMap((each) => (each.ok && each.value.runs.length > 0 ? [each] : []));
  if (due.length === 0) return outcomeOf(looked, verdictOf);
  if (!(await ports.ask(question(due, ports)))) return outcomeOf(looked.map(declined), verdictOf);
  const targets = due.map(({ target }) => target);
  const done = await eachAsRoot(
    { ...options, targets },
    ports,
    async (transport, target): Promise<Pruned> => {
      const { value } = due.find((each) => each.target === target)!;
      const runs = await prune({ transport, target, keep: options.keep, runs: value.runs }, ports);
      return { ...value, runs };
    },
  );
  const report = looked.map((each) => done.find(({ target }) => target === each.target) ?? each);
  return outcomeOf(report, verdictOf);
}

const verdictOf = ({ outcome }: Pruned): HostVerdict => (outcome === "pruned" ? "pass" : "declined");

const declined = (each: Settled<Pruned>): Settled<Pruned> =>
  each.ok && each.value.runs.length > 0 ? { ...each, value: { ...each.value, outcome: "declined" } } : each;

function question(
  due: readonly { readonly target: string; readonly value: Pruned }[],
  { next }: Ports,
): string {
  const told = due.flatMap(({ target, value: { runs, lost } }) => {
    const there = nextAt(next, target);
    const commands = [
      ...lost.runs.map((run) => there("rollback", run)),
      ...lost.to.map((run) => there("rollback", "--to", run)),
    ];
    return [
      `${target}: the runs ${runs.join(", ")} go, with their backups.`,
      ...commands.map((command) => `  no longer possible: ${command}`),
      ...lost.copies.map(
        ({ run, object, text }) => `  lost with run ${run}: ${oneLine(`${object}: ${text}`, 400)}`,
      ),
    ];
  });
  return `${told.join("\n")}\nRemove them?`;
}

interface Pruning {
  readonly transport: Transport;
  readonly target: string;
  readonly keep: number;
  /** Those that may go; none: the host only says which could. */
  readonly runs: readonly string[];
}

/** The runs that went, or could; throws HardenError `locked`, or `unknown-outcome` where the host was lost. */
async function prune({ transport, target, keep, runs }: Pruning, ports: Ports): Promise<readonly string[]> {
  const told: string[] = [];
  const onEvent = ({ event, id }: { event: string; id?: string }) => {
    if ((event === "pruned" || event === "prunable") && id !== undefined) told.push(id);
  };
  const script = pruneScript(keep, runs, { runtime: runtimeText });
  const { outcome, holder } = await send(transport, script, { timeoutMs, onEvent });
  if (outcome === "pruned") return told;
  if (outcome === "locked") throw held(target, holder, ports.next);
  throw new HardenError("unknown-outcome", `${target} was lost while old runs were being removed.`, {
    hostState: told.length === 0 ? "not known" : `without ${told.join(", ")}; of the others it is not known`,
    hint: `Look with: ${ports.next("runs", target)}`,
  });
}
