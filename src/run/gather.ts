/** What one connection gives: mostly one round trip, a second where only the first one's answer says what to ask. */
import { accessProbes } from "../controls/access.ts";
import { folderIds } from "../facts/folders.ts";
import { host } from "../facts/host.ts";
import { type Facts, type Probe, probeKey, readFact, valueOr } from "../facts/probe.ts";
import { runs } from "../facts/runs.ts";
import { strayUnits } from "../facts/stray-units.ts";
import { unsettled } from "../facts/unsettled.ts";
import { visitOf } from "../plan/access.ts";
import { alongItems } from "../plan/along.ts";
import { arrivalProbes } from "../plan/arrivals.ts";
import { type Managed, switchedOff } from "../plan/managed.ts";
import { editsToRelease, owned, toRelease } from "../plan/owned.ts";
import { pastProbes } from "../plan/past.ts";
import { controlProbes } from "../plan/planner.ts";
import { storageProbes } from "../plan/storage.ts";
import { undoProbes } from "../plan/undo.ts";
import type { Profile } from "../profile/profile.ts";
import type { Route, Transport } from "../transports/transport.ts";
import { collect } from "./collect.ts";
import { connectionOf, type Gathered, look, ownedOf } from "./look.ts";
import { managedBy } from "./managed.ts";
import { plannedLogin } from "./planned-login.ts";
import type { Ports, ProfileChoice } from "./ports.ts";

/** How much is asked: what a plan reads, what a proof does besides, or all, with what takes seconds. */
export type Depth = "plan" | "proof" | "whole";

const isAsked: Readonly<Record<Depth, (probe: Probe<unknown>) => boolean>> = {
  plan: ({ deep }) => deep === undefined,
  proof: ({ deep }) => deep !== "settled",
  whole: () => true,
};

/** All that a plan of this profile reads; with what only checks ask for, as deep as that. */
export function probesOf(
  managed: readonly Managed[],
  {
    profile,
    transport,
    depth,
    beside = [],
  }: Pick<Gathering, "depth" | "beside"> & {
    readonly profile: Profile;
    readonly transport: Pick<Transport, "identity">;
  },
): readonly Probe<unknown>[] {
  const visit = visitOf(connectionOf(transport), profile.access);
  const ofControls = controlProbes(managed, visit);
  const own = [
    ...[host, owned, unsettled, folderIds, strayUnits, ...storageProbes(ofControls)],
    // What came along with a package that is given back, only the runs tell.
    ...(switchedOff(managed).length === 0 ? [] : [runs]),
    ...[...accessProbes(visit), ...ofControls],
  ];
  return [...own.filter(isAsked[depth]), ...beside];
}

export interface Gathering {
  readonly choice: ProfileChoice;
  readonly target: string;
  readonly route: Route;
  readonly ports: Ports;
  readonly depth: Depth;
  /** What is asked in the same round trip, beyond a plan. */
  readonly beside?: readonly Probe<unknown>[];
  /** Facts of this host that are not asked again, but for the runs: another operator may have begun one meanwhile. */
  readonly known?: Facts;
}

/** Facts and the plan of one connected host. */
export async function gather(
  transport: Transport,
  { choice, target, route, ports, depth, beside = [], known = new Map() }: Gathering,
): Promise<Gathered> {
  const managed = managedBy(choice);
  const all = probesOf(managed, { profile: choice.profile, transport, depth, beside });
  const asked = all.filter((probe) => probe === unsettled || !known.has(probeKey(probe)));
  const askedAt = ports.now();
  const first = new Map([...known, ...(await collect(transport, asked, ports))]);
  const access = choice.profile.access;
  const planned = await plannedLogin(transport, { access, route, ports, facts: first });
  const facts = await withReleases(first, managed, { transport, ports });
  const about = { choice, target, tool: ports.version, next: ports.next, transport, planned };
  const gathered = { ...look(facts, about), askedAt };
  // Only a host that lacks packages is asked what else they bring: apt takes its time.
  const missing = arrivalProbes(gathered.plan.changes).filter((probe) => !facts.has(probeKey(probe)));
  if (missing.length === 0) return gathered;
  const more = await collect(transport, missing, ports);
  return { ...look(new Map([...facts, ...more]), about), askedAt };
}

/** What a switched-off control owns, and which runs wrote it, is only known from the host: a second and a third round trip. */
async function withReleases(
  facts: Facts,
  managed: readonly Managed[],
  { transport, ports }: { transport: Transport; ports: Ports },
): Promise<Facts> {
  const items = toRelease(managed, ownedOf(facts));
  const along = alongItems(items, valueOr(readFact(facts, runs), []));
  const probes = undoProbes([...items, ...along, ...editsToRelease(managed, ownedOf(facts))]);
  const asked = async (known: Facts, probes: readonly Probe<unknown>[]): Promise<Facts> => {
    const missing = probes.filter((probe) => !known.has(probeKey(probe)));
    if (missing.length === 0) return known;
    return new Map([...known, ...(await collect(transport, missing, ports))]);
  };
  const second = await asked(facts, probes);
  return asked(second, pastProbes(managed, items, second));
}
