/** Two names of one host: what is to be done there is done once. */
import type { Settled } from "./each.ts";
import type { Session } from "./open.ts";

/** By target, the earlier target that is the same host and gets the same plan. */
export function doublesOf(sessions: readonly Settled<Session>[]): ReadonlyMap<string, string> {
  const first = new Map<string, string>();
  const doubles = new Map<string, string>();
  for (const session of sessions) {
    if (!session.ok) continue;
    const identity = identityOf(session.value);
    const earlier = first.get(identity);
    if (earlier === undefined) first.set(identity, session.target);
    else doubles.set(session.target, earlier);
  }
  return doubles;
}

/** Copies of one image may share machine id and host keys: the boot and the name tell most of them apart. */
function identityOf({ gathered: { plan }, choice }: Session): string {
  const { machineId, bootId, hostname } = plan.host;
  const what = [plan.profile.digest, choice.only, choice.skip];
  return JSON.stringify([machineId, bootId, hostname, plan.hostKey, ...what]);
}
