/** Sessions: one connection a target, with its facts and its plan, kept open until the apply has ended. */
import { HardenError } from "../errors.ts";
import { isSameFact } from "../facts/probe.ts";
import { unsettled } from "../facts/unsettled.ts";
import type { Staleness } from "../results/applied.ts";
import type { Settled } from "../results/settled.ts";
import { localTarget, routeOf } from "../targets.ts";
import type { Route, Transport } from "../transports/transport.ts";
import { each } from "./each.ts";
import { type Gathering, gather } from "./gather.ts";
import type { Gathered } from "./look.ts";
import { type SavedPlan, staleness } from "./planfile.ts";
import type { Ports, ProfileChoice, Targets } from "./ports.ts";
import { targetsOf } from "./session.ts";
import { choiceOfSaved, nextBySaved, type Source } from "./source.ts";

export interface OpenHost {
  readonly target: string;
  readonly route: Route;
  readonly transport: Transport;
  readonly choice: ProfileChoice;
  readonly gathered: Gathered;
  /** Whether there is anything to apply. */
  readonly pending: boolean;
  /** In what a saved plan no longer fits the host. */
  readonly stale: Staleness | undefined;
}

export function open(options: Targets, source: Source, ports: Ports): Promise<readonly Settled<OpenHost>[]> {
  if (source.kind === "profile")
    return each(
      targetsOf(options),
      (target) => openOne(target, { choice: source.choiceOf(target), options, ports }),
      options,
    );
  const byTarget = new Map(source.plans.map((saved) => [saved.plan.target, saved]));
  const again = (target: string) => {
    const saved = byTarget.get(target)!;
    return openOne(target, { choice: choiceOfSaved(saved), options, ports, saved });
  };
  return each([...byTarget.keys()], again, options);
}

async function openOne(
  target: string,
  {
    choice,
    options,
    ports,
    saved,
  }: { choice: ProfileChoice; options: Targets; ports: Ports; saved?: SavedPlan },
): Promise<OpenHost> {
  const route = routeOf(target, options);
  const transport = await ports.connect(route, { signal: ports.signal });
  try {
    const gathering = { choice, target, route, ports };
    const read = await gather(transport, { ...gathering, depth: "plan" });
    const gathered = hasChanges(read) ? read : await wholeOf(read, transport, gathering);
    const pending = hasChanges(gathered);
    if (saved !== undefined) sameHost(saved, gathered, ports);
    const stale = saved === undefined ? undefined : staleness(saved.plan, gathered.plan);
    return { target, route, transport, choice, gathered, stale, pending };
  } catch (error) {
    await transport.close();
    throw error;
  }
}

const hasChanges = ({ plan }: Gathered) => plan.changes.length > 0;

/** Where there is nothing to do, this is what the checks go by: all is read again where a run came between the two looks. */
async function wholeOf(
  read: Gathered,
  transport: Transport,
  gathering: Omit<Gathering, "depth">,
): Promise<Gathered> {
  const whole = await gather(transport, { ...gathering, depth: "whole", known: read.facts });
  return isSameFact(unsettled, read.facts, whole.facts)
    ? whole
    : gather(transport, { ...gathering, depth: "whole" });
}

function sameHost(of: SavedPlan, { plan: now }: Gathered, ports: Ports): void {
  const { plan: saved } = of;
  if (saved.host.machineId === now.host.machineId && saved.hostKey === now.hostKey) return;
  const who = saved.target === localTarget ? "This machine" : saved.target;
  throw new HardenError(
    "stale",
    `${who} is not the host that the plan was made of: ${saved.host.hostname} then, ${now.host.hostname} now.`,
    {
      hostState: "nothing was changed",
      hint: `Make a new plan of this host: ${nextBySaved(ports.next, [of])("plan", saved.target, "--out", "FILE")}`,
    },
  );
}
