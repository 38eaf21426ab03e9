/** Rolling back now, and waiting for a host that rolls back by itself. */
import { HardenError, isRefusal } from "../errors.ts";
import { progressText } from "../host/codes.ts";
import { type Answer, send } from "../host/executor.ts";
import { consoleCommand, rollbackScript, statusScript } from "../host/script.ts";
import type { Ended, RolledBack } from "../results/applied.ts";
import type { Route, Transport } from "../transports/transport.ts";
import { narrateEnd } from "./narrate.ts";
import { pinned } from "./pin.ts";
import type { Ports } from "./ports.ts";

/** A run of which nobody knows yet how it ends. */
export interface UnsettledRun {
  readonly target: string;
  /** The way in as it was before the run. */
  readonly route: Route;
  /** The way in that the run has shown, and the target by it: what stays where the host has kept the run. */
  readonly proven?: { readonly route: Route; readonly reachedAs: string };
  /** The connection that the run was started over; it often outlives what a new login does not. */
  readonly transport: Transport;
  readonly run: string;
  /** When the host begins to roll back by itself at the latest, in ms by `ports.now`, as far as is known here. */
  readonly deadline: number;
  /** When it does so if it was at the end of its work as the link was lost, as when a ban cut it off. */
  readonly soonest?: number;
  /** A confirm was sent and not answered: the host may have kept the run. */
  readonly confirming?: boolean;
}

/** An open connection, or one that is to be made. */
type Link = Transport | "new";

interface Settling {
  readonly unsettled: UnsettledRun;
  readonly why: string;
  /** Roll back now; else the host is left to do so by itself. */
  readonly back: boolean;
  readonly ports: Ports;
  /** For new links, in turn; one that is refused goes where another one is left. */
  readonly ways: Route[];
}

/** Pinned to the host that we know. */
const waysOf = ({ proven, route, transport }: UnsettledRun): Route[] => [
  ...(proven === undefined ? [] : [proven.route]),
  pinned(route, transport),
];

/** Asks the host to roll back now, over these links in turn; where none is left, it does so by itself. */
export async function backNow(
  unsettled: UnsettledRun,
  why: string,
  { ports, links }: { readonly ports: Ports; readonly links: readonly Link[] },
): Promise<Ended> {
  ports.emit({ kind: "say", target: unsettled.target, level: "warn", text: `rolling back now: ${why}` });
  return settle({ unsettled, why, back: true, ports, ways: waysOf(unsettled) }, links);
}

/** Waits until the host says how the run ended: over the old connection while it lasts, else over new ones. */
export async function waitForHost(unsettled: UnsettledRun, why: string, ports: Ports): Promise<Ended> {
  return settle({ unsettled, why, back: false, ports, ways: waysOf(unsettled) }, [unsettled.transport]);
}

async function settle(settling: Settling, links: readonly Link[]): Promise<Ended> {
  const { unsettled, why, ports } = settling;
  let isRefused = false;
  for (const link of links) {
    const answer = await ask(settling, link);
    isRefused = answer === "refused";
    const applied = await endOf(answer, settling);
    if (applied !== undefined) return applied;
    // An interrupt has cut this link's waiting short; the same link can roll back now.
    if (ports.signal.aborted && !settling.back) return settle({ ...settling, back: true }, [link, "new"]);
  }
  const { target, run, soonest, proven } = unsettled;
  const text = `the link is lost: the network, or fail2ban or sshd has banned this address for logins that failed. New ones are tried, and the host rolls back by itself. Without waiting, from the host's console: ${consoleCommand(run)}`;
  ports.emit({ kind: "say", target, level: "warn", text });
  const lost = ports.now();
  let { deadline } = unsettled;
  for (;;) {
    const times = looks(lost, deadline, soonest);
    // What changes a refusal is the host's own rollback, and its end: tries before that are only counted.
    const from = isRefused ? (ports.now() < deadline ? deadline : times.at(-1)!) : 0;
    const next = times.find((time) => time > ports.now() && time >= from);
    if (next === undefined)
      return {
        outcome: "unknown",
        run,
        why,
        confirming: unsettled.confirming === true,
        ...(proven !== undefined && { reachedAs: proven.reachedAs }),
      };
    await countDown(next, deadline, settling);
    const answer = await ask({ ...settling, back: settling.back || ports.signal.aborted }, "new");
    const applied = await endOf(answer, settling);
    if (applied !== undefined) return applied;
    isRefused = answer === "refused";
    if (answer !== "refused" && answer?.state !== undefined)
      deadline = ports.now() + answer.state.secondsLeft * 1000;
  }
}

/** Seconds after the loss and after the deadline: few looks, since a host counts the logins that fail. */
const early = [3, 10, 30] as const;
const late = [3, 10, 30] as const;
/** Seconds between the looks from `soonest` on, where the host may have rolled back long before the deadline. */
const between = 60;

/** When to look for a host that was lost, in ms; the last look is the end of all waiting. */
export function looks(lost: number, deadline: number, soonest = deadline): readonly number[] {
  const first = early.map((seconds) => lost + seconds * 1000);
  const from = Math.max(soonest + early[2] * 1000, lost + (early[2] + between) * 1000);
  const gap = Math.max(0, Math.ceil((deadline - from) / (between * 1000)));
  const more = Array.from({ length: gap }, (_, index) => from + index * between * 1000);
  const before = [...first, ...more].filter((time) => time < deadline);
  return [...before, ...late.map((seconds) => Math.max(lost, deadline) + seconds * 1000)];
}

function endOf(answer: Heard, { unsettled: { run }, why }: Settling): Ended | undefined {
  if (answer === "refused") return undefined;
  switch (answer?.outcome) {
    case "rolled-back":
      return rolledBack(answer, run, why);
    case "confirmed":
      return { outcome: "confirmed", run, notes: answer.notes };
    case "unknown-run":
      throw new HardenError("connect", `${why}; the host has not begun with run ${run}.`, {
        hostState: "nothing was changed",
        hint: "Apply again.",
      });
    default:
      return undefined;
  }
}

export const rolledBack = ({ rolledBack: end, notes }: Answer, run: string, why: string): RolledBack => ({
  outcome: "rolled back",
  run,
  why,
  clean: end?.clean === true,
  notes,
});

/** A rollback that is seen to go on may wait for a package manager. */
const rollbackTimeoutMs = 30 * 60 * 1000;

/** How the run ended; undefined where the link was of no use, `refused` where the host let no login in. */
type Heard = Answer | "refused" | undefined;

async function ask(settling: Settling, link: Link): Promise<Heard> {
  try {
    if (link !== "new") return await asRoot(settling, link);
    const transport = await connectAgain(settling);
    try {
      return await asRoot(settling, transport);
    } finally {
      await transport.close();
    }
  } catch (error) {
    return isRefusal(error) ? "refused" : undefined;
  }
}

/** Without the command's own signal: this is what an interrupt is for. */
async function connectAgain({ ways, ports }: Settling): Promise<Transport> {
  const [way, ...others] = ways as [Route, ...Route[]];
  try {
    return await ports.connect(way);
  } catch (error) {
    // A login that the run has made is gone with it.
    if (!isRefusal(error) || others.length === 0) throw error;
    ways.shift();
    return ports.connect(others[0]!);
  }
}

/** Who has no rights doesn't see a run that is there. */
const asRoot = async (settling: Settling, transport: Transport) =>
  transport.identity.privilege.level === "none" ? undefined : follow(settling, transport);

/** Brings about the end of the run, or waits for it; an interrupt cuts the waiting short. */
async function follow({ unsettled, back, why, ports }: Settling, transport: Transport): Promise<Answer> {
  const { run, target } = unsettled;
  const over = new AbortController();
  let ticking = false;
  const tick = async (left: number) => {
    if (ticking) return;
    ticking = true;
    const deadline = ports.now() + left * 1000;
    while (!over.signal.aborted && ports.now() < deadline) {
      ports.emit({
        kind: "countdown",
        target,
        text: `the host rolls back by itself in ${secondsTo(deadline, ports)} s`,
      });
      await ports.wait(1000);
    }
  };
  try {
    return await send(transport, back ? rollbackScript(run, why) : statusScript(run, { until: "run" }), {
      run,
      timeoutMs: Math.max(0, unsettled.deadline - ports.now()) + rollbackTimeoutMs,
      ...(back ? {} : { signal: ports.signal }),
      onEvent(event) {
        if (event.event === "state" && event.state === "pending") void tick(event.secondsLeft);
        if (event.event === "rolling") over.abort();
        // What it waited for before its rollback is told once more, and is over.
        if (event.event === "progress" && over.signal.aborted)
          ports.emit({ kind: "say", target, level: "warn", text: progressText(event) });
        narrateEnd(event, { target, ports });
      },
    });
  } finally {
    over.abort();
  }
}

const secondsTo = (time: number, ports: Ports) => Math.max(0, Math.ceil((time - ports.now()) / 1000));

/** Until `next`, or less when a person interrupts. */
async function countDown(next: number, deadline: number, { unsettled, ports }: Settling): Promise<void> {
  const { target, confirming } = unsettled;
  const before = ports.signal.aborted;
  let isNew = true;
  while (ports.now() < next && ports.signal.aborted === before) {
    const left = secondsTo(deadline, ports);
    const unless = confirming ? ", unless the confirm has reached it" : "";
    const how =
      left > 0
        ? `the host rolls back by itself in ${left} s at the latest${unless}`
        : `the host should have rolled back by now${unless}`;
    const text = `no link: ${how}; next look in ${secondsTo(next, ports)} s`;
    ports.emit({ kind: "countdown", target, text, isNew });
    isNew = false;
    await ports.wait(Math.min(1000, next - ports.now()));
  }
}
