/** Facts to the way in and the plan. Pure. */
import { fileFindings } from "../assess/files.ts";
import { leftoverFindings } from "../assess/leftovers.ts";
import type { Finding } from "../checks/finding.ts";
import { accessOf } from "../controls/access.ts";
import { HardenError } from "../errors.ts";
import type { HostFacts } from "../facts/host.ts";
import { type Facts, readFact, valueOr } from "../facts/probe.ts";
import { type Unsettled, unsettled } from "../facts/unsettled.ts";
import type { Next } from "../next.ts";
import type { Access, Connection } from "../plan/access.ts";
import type { Managed } from "../plan/managed.ts";
import { oneCauseOfCollectors } from "../plan/one-cause.ts";
import { type Owned, owned, toRelease } from "../plan/owned.ts";
import type { Plan } from "../plan/plan.ts";
import { hostOf, makePlan } from "../plan/planner.ts";
import { wayBackFindings } from "../plan/storage.ts";
import { contentsOf } from "../plan/undo.ts";
import { isSupported } from "../platform.ts";
import { clientAlgorithms } from "../transports/algorithms.ts";
import type { Transport } from "../transports/transport.ts";
import { aboutHost } from "./about.ts";
import { managedBy } from "./managed.ts";
import type { PlannedLogin } from "./planned-login.ts";
import type { ProfileChoice } from "./ports.ts";
import { oneCauseOfRights } from "./rights.ts";

export interface Gathered {
  readonly facts: Facts;
  readonly access: Access;
  readonly managed: readonly Managed[];
  readonly plan: Plan;
  readonly unsettled: readonly Unsettled[];
  /** The plan's findings on the host as a whole, and on how the profile was found. */
  readonly about: readonly Finding[];
  /** When the host was asked, by this machine's clock in ms since 1970; undefined for recorded facts. */
  readonly askedAt?: number;
}

/** Whose facts they are, and what is wanted there. */
interface Looking {
  readonly choice: ProfileChoice;
  readonly target: string;
  /** harden's version. */
  readonly tool: string;
  readonly next: Next;
  readonly transport: Pick<Transport, "identity">;
  /** Where it is another one than that in use. */
  readonly planned?: PlannedLogin | undefined;
}

/** A section's parameters, whether this run looks at it or not; undefined where the profile has none, or has it off. */
function enabled({ sections }: ProfileChoice["profile"], id: string): unknown {
  const section = sections[id];
  return section?.enabled === true ? section : undefined;
}

/** Throws HardenError `host` where it is another system than Debian or Ubuntu. */
export function look(facts: Facts, { choice, target, tool, next, transport, planned }: Looking): Gathered {
  const managed = managedBy(choice);
  const { profile } = choice;
  supported(hostOf(facts), target);
  const applied = (id: string) =>
    managed.find(({ control, mode }) => control.id === id && mode === "apply")?.params;
  const access = accessOf({
    profileAccess: profile.access,
    sshParams: applied("ssh"),
    accountsParams: applied("accounts"),
    listed: { firewall: enabled(profile, "firewall"), accounts: enabled(profile, "accounts") },
    opensPorts: managed.some(({ control, mode }) => control.id === "firewall" && mode !== "measure"),
    givenBack: contentsOf(toRelease(managed, ownedOf(facts)), facts),
    facts,
    connection: withPlanned(connectionOf(transport), planned),
  });
  const { ssh } = transport.identity;
  const open = valueOr(readFact(facts, unsettled), []);
  const about = oneCauseOfRights(aboutHost({ facts, managed, profile, target, next }), transport);
  const made = makePlan({
    managed,
    facts,
    access,
    owned: ownedOf(facts),
    findings: [
      ...about,
      ...wayBackFindings(facts),
      ...leftoverFindings({ managed, facts, access }),
      ...fileFindings(managed, { facts, access, host: hostOf(facts) }),
    ],
    tool,
    target,
    ...(ssh === undefined ? {} : { hostKey: ssh.hostKeyFingerprint }),
    profile: {
      name: profile.name,
      file: profile.file,
      digest: profile.digest,
      ...(profile.git === undefined ? {} : { commit: profile.git.commit, dirty: profile.git.dirty }),
    },
  });
  const plan = { ...made, findings: oneCauseOfCollectors(oneCauseOfRights(made.findings, transport), facts) };
  return { facts, access, managed, plan, unsettled: open, about };
}

/** The planned login is the one that must get in afterwards: its keys are what sshd will count. */
function withPlanned({ client, ...connection }: Connection, planned: PlannedLogin | undefined): Connection {
  const { proven, keysOffered = client?.keysOffered ?? 0 } = planned ?? {};
  return {
    ...connection,
    ...(proven === undefined ? {} : { proven }),
    ...(client === undefined ? {} : { client: { ...client, keysOffered } }),
  };
}

function supported(system: HostFacts, target: string): void {
  if (isSupported(system)) return;
  throw new HardenError(
    "host",
    `${target} is not Debian or Ubuntu: os-release says ${system.distro || "nothing"}.`,
    {
      hostState: "nothing was changed",
      hint: "harden's controls are made for Debian 12, Debian 13 and Ubuntu.",
    },
  );
}

export function ownedOf(facts: Facts): Owned {
  const fact = readFact(facts, owned);
  return fact.state === "present" ? fact.value : [];
}

export function connectionOf({ identity }: Pick<Transport, "identity">): Connection {
  const { login, callerAddress, ssh } = identity;
  return {
    login,
    via: ssh === undefined ? "local" : "ssh",
    ...(callerAddress === undefined ? {} : { caller: callerAddress }),
    ...(ssh === undefined ? {} : { server: { address: ssh.address, port: ssh.port } }),
    ...(ssh === undefined
      ? {}
      : {
          client: { ...clientAlgorithms, keysOffered: ssh.keysOffered, keysHeld: ssh.keysHeld },
          byPassword: ssh.auth === "password",
        }),
  };
}
