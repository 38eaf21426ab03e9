/** One connection, one round trip: facts, the way in, the plan. */
import type { Control } from "../controls/control.ts";
import { controls } from "../controls/index.ts";
import { HardenError } from "../errors.ts";
import { collectScript, parseCollected } from "../facts/collect.ts";
import { host, isSupported } from "../facts/host.ts";
import { type Facts, type Probe, probeKey, readFact, valueOr } from "../facts/probe.ts";
import { runs } from "../facts/runs.ts";
import { type Unsettled, unsettled } from "../facts/unsettled.ts";
import { library } from "../host/library.ts";
import { once } from "../once.ts";
import { type Access, accessOf, accessProbes, type Connection, visitOf } from "../plan/access.ts";
import { arrivalProbes } from "../plan/arrivals.ts";
import { leftoverFindings } from "../plan/leftovers.ts";
import type { Managed } from "../plan/managed.ts";
import { type Owned, owned, toRelease } from "../plan/owned.ts";
import type { Finding, Plan } from "../plan/plan.ts";
import { controlProbes, hostOf, makePlan } from "../plan/planner.ts";
import { undoProbes } from "../plan/undo.ts";
import type { Profile } from "../profile/profile.ts";
import { clientAlgorithms } from "../transports/algorithms.ts";
import type { Route, RunResult, Transport } from "../transports/transport.ts";
import { aboutHost } from "./about.ts";
import { plannedLoginProven } from "./planned-login.ts";
import type { Ports, ProfileChoice } from "./ports.ts";

export interface Gathered {
  readonly facts: Facts;
  readonly access: Access;
  readonly managed: readonly Managed[];
  readonly plan: Plan;
  readonly unsettled: readonly Unsettled[];
  /** The plan's findings on the host as a whole, and on how the profile was found. */
  readonly about: readonly Finding[];
}

const collectTimeoutMs = 60_000;
const collectMaxBytes = 16 * 1024 * 1024;

/** The controls that a profile manages, without those that --only and --skip leave out. Throws on a wrong name, and where nothing is left. */
export const managedBy = once(({ profile, only, skip }: ProfileChoice): readonly Managed[] => {
  const wrong = [...only, ...skip].filter((id) => !controls.some((control) => control.id === id));
  if (wrong.length > 0)
    throw new HardenError("usage", `There is no control ${wrong.join(", ")}.`, {
      hint: `The controls are ${controls.map(({ id }) => id).join(", ")}.`,
    });
  const chosen = (control: Control) =>
    (only.length === 0 || only.includes(control.id)) && !skip.includes(control.id);
  const managed = controls.filter(chosen).flatMap((control) => {
    const section = profile.sections[control.id];
    if (section === undefined) return [];
    const { enabled, ...params } = section;
    return [{ control, params, enabled }];
  });
  if (managed.length === 0) throw nothingManaged(profile);
  return managed;
});

/** To check nothing is no success: a file that was emptied by accident, or a word of --only, would be green for ever. */
function nothingManaged({ name, sections }: Profile): HardenError {
  const has = Object.keys(sections);
  return has.length === 0
    ? new HardenError("profile", `The profile ${name} manages nothing: it has no section of a control.`, {
        hostState: "nothing was changed",
        hint: `Write "extends: production", or a section such as "${controls[0]!.id}: {}".`,
      })
    : new HardenError("usage", `--only and --skip leave nothing of the profile ${name}.`, {
        hostState: "nothing was changed",
        hint: `It has ${has.join(", ")}.`,
      });
}

/** Runs the collect script once and parses what came back. Throws `host` where the answer was cut off. */
export async function collect(
  transport: Transport,
  probes: readonly Probe<unknown>[],
  ports: Ports,
): Promise<Facts> {
  const nonce = ports.random();
  const result = await transport.run(collectScript(probes, { nonce, library }), {
    timeoutMs: collectTimeoutMs,
    maxBytes: collectMaxBytes,
    signal: ports.signal,
  });
  const { facts, complete } = parseCollected(probes, { ...result, nonce });
  if (!complete)
    throw new HardenError("host", cutOff(result), {
      hostState: "nothing was changed",
      hint: "Try again; if it stays, look at the host's load and at what its login shell prints.",
    });
  return facts;
}

function cutOff({ truncated, timedOut, aborted, exit }: RunResult): string {
  if (aborted) return "Reading the host was interrupted.";
  if (truncated) return `The host answered with more than ${collectMaxBytes / 1024 / 1024} MiB.`;
  if (timedOut) return `The host did not answer within ${collectTimeoutMs / 1000} seconds.`;
  if (exit.code !== null)
    return `The host's shell ended with status ${exit.code} before it had read everything.`;
  return "The link was lost while the host was being read.";
}

/** All that a plan of this profile reads; with what takes longer, and only checks ask for. */
export function probesOf(
  managed: readonly Managed[],
  { profile, transport, deep }: { profile: Profile; transport: Pick<Transport, "identity">; deep: boolean },
): readonly Probe<unknown>[] {
  const visit = visitOf(connectionOf(transport), profile.access);
  const all = [host, owned, unsettled, ...accessProbes(visit), ...controlProbes(managed, visit)];
  return deep ? all : all.filter((probe) => !probe.deep);
}

export interface Gathering {
  readonly choice: ProfileChoice;
  readonly target: string;
  readonly route: Route;
  readonly ports: Ports;
  /** Also what only checks ask for. */
  readonly deep: boolean;
}

/** Facts and the plan of one connected host. */
export async function gather(
  transport: Transport,
  { choice, target, route, ports, deep }: Gathering,
): Promise<Gathered> {
  const managed = managedBy(choice);
  const proven = await plannedLoginProven(transport, { access: choice.profile.access, route, ports });
  const first = await collect(
    transport,
    probesOf(managed, { profile: choice.profile, transport, deep }),
    ports,
  );
  const facts = await withReleases(first, managed, { transport, ports });
  const about = { choice, target, ports, transport, proven };
  const gathered = planOf(facts, about);
  // Only a host that lacks packages is asked what else they bring: apt takes its time.
  const missing = arrivalProbes(gathered.plan.changes).filter((probe) => !facts.has(probeKey(probe)));
  if (missing.length === 0) return gathered;
  return planOf(new Map([...facts, ...(await collect(transport, missing, ports))]), about);
}

export function planOf(
  facts: Facts,
  {
    choice,
    target,
    ports,
    transport,
    proven,
  }: {
    choice: ProfileChoice;
    target: string;
    ports: Ports;
    transport: Pick<Transport, "identity">;
    /** Of a planned login other than the one in use. */
    proven?: boolean | undefined;
  },
): Gathered {
  const managed = managedBy(choice);
  const { profile } = choice;
  const system = hostOf(facts);
  if (!isSupported(system))
    throw new HardenError(
      "host",
      `${target} is not Debian or Ubuntu: os-release says ${system.distro || "nothing"}.`,
      {
        hostState: "nothing was changed",
        hint: "harden's controls are made for Debian 12, Debian 13 and Ubuntu.",
      },
    );
  const access = accessOf({
    profileAccess: profile.access,
    sshParams: managed.find(({ control, enabled }) => control.id === "ssh" && enabled)?.params,
    facts,
    connection: { ...connectionOf(transport), ...(proven === undefined ? {} : { proven }) },
  });
  const { ssh } = transport.identity;
  const open = valueOr(readFact(facts, unsettled), []);
  const about = aboutHost({ facts, managed, profile, target });
  const plan = makePlan({
    managed,
    facts,
    access,
    owned: ownedOf(facts),
    findings: [...about, ...leftoverFindings({ managed, facts, access })],
    tool: ports.version,
    target,
    ...(ssh === undefined ? {} : { hostKey: ssh.hostKeyFingerprint }),
    profile: {
      name: profile.name,
      file: profile.file,
      digest: profile.digest,
      ...(profile.git === undefined ? {} : { commit: profile.git.commit, dirty: profile.git.dirty }),
    },
  });
  return { facts, access, managed, plan, unsettled: open, about };
}

/** What a switched-off control owns is only known from the host: the one case of a second round trip. */
async function withReleases(
  facts: Facts,
  managed: readonly Managed[],
  { transport, ports }: { transport: Transport; ports: Ports },
): Promise<Facts> {
  const items = toRelease(managed, ownedOf(facts));
  const probes = [...undoProbes(items), ...(items.length === 0 ? [] : [runs])];
  const missing = probes.filter((probe) => !facts.has(probeKey(probe)));
  if (missing.length === 0) return facts;
  return new Map([...facts, ...(await collect(transport, missing, ports))]);
}

function ownedOf(facts: Facts): Owned {
  const fact = readFact(facts, owned);
  return fact.state === "present" ? fact.value : [];
}

function connectionOf({ identity }: Pick<Transport, "identity">): Connection {
  const { login, callerAddress, ssh } = identity;
  return {
    login,
    via: ssh === undefined ? "local" : "ssh",
    ...(callerAddress === undefined ? {} : { caller: callerAddress }),
    ...(ssh === undefined ? {} : { server: { address: ssh.address, port: ssh.port } }),
    ...(ssh === undefined ? {} : { client: { ...clientAlgorithms, keysOffered: ssh.keysOffered } }),
  };
}
