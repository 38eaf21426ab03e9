/** Two names of one host: what is to be done there is done once, and two profiles for it are refused. */
import { HardenError } from "../../errors.ts";
import type { Settled } from "../../results/settled.ts";
import type { OpenHost } from "../../run/open.ts";

/** By target, the earlier target that is the same host and gets the same plan. */
export function doublesOf(sessions: readonly Settled<OpenHost>[]): ReadonlyMap<string, string> {
  const first = new Map<string, string>();
  const doubles = new Map<string, string>();
  for (const session of sessions) {
    if (!session.ok) continue;
    const identity = JSON.stringify([hostOf(session.value), workOf(session.value)]);
    const earlier = first.get(identity);
    if (earlier === undefined) first.set(identity, session.target);
    else doubles.set(session.target, earlier);
  }
  return doubles;
}

/** The sessions, of which those of one host that get different plans have failed: the second would undo the first. */
export function refuseOpposed(sessions: readonly Settled<OpenHost>[]): readonly Settled<OpenHost>[] {
  return sessions.map((session) => {
    if (!session.ok) return session;
    const other = sessions.find(
      (each) =>
        each.ok &&
        hostOf(each.value) === hostOf(session.value) &&
        workOf(each.value) !== workOf(session.value),
    );
    return other === undefined
      ? session
      : { target: session.target, ok: false, error: opposed(other.target) };
  });
}

const opposed = (other: string) =>
  new HardenError("blocked", `It is the same host as ${other}, which has another profile here.`, {
    hint: "Name it once, or give both names the same profile.",
    hostState: "nothing was changed",
  });

/** Copies of one image may share machine id and host keys: the boot and the name tell most of them apart. */
function hostOf({ gathered: { plan } }: OpenHost): string {
  const { machineId, bootId, hostname } = plan.host;
  return JSON.stringify([machineId, bootId, hostname, plan.hostKey]);
}

const workOf = ({ gathered: { plan }, choice }: OpenHost) =>
  JSON.stringify([plan.profile.digest, choice.only, choice.skip]);
