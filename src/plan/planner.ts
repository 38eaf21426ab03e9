import type { Finding } from "../checks/finding.ts";
import { findingOf } from "../checks/finding.ts";
import { type FolderIds, folderIds } from "../facts/folders.ts";
import { type HostFacts, host as hostProbe } from "../facts/host.ts";
import { type Facts, type Probe, readFact, valueOr } from "../facts/probe.ts";
import { runs } from "../facts/runs.ts";
import type { Visit } from "../facts/sshd.ts";
import {
  diffResource,
  foldersOf,
  kinds,
  ownsByStep,
  type Resource,
  resourceName,
  type Step,
} from "../kinds/index.ts";
import { type ChangeOutcome, type DiffInput, stages } from "../kinds/kind.ts";
import type { Access } from "./access.ts";
import { alongItems, alongUnknown } from "./along.ts";
import { withArrivals } from "./arrivals.ts";
import type { Claim } from "./claim.ts";
import { composeClaims, detailsOf } from "./claims.ts";
import { callerFindings, hostFindings } from "./host-findings.ts";
import { inputOf } from "./input.ts";
import { lastWritten } from "./journal.ts";
import { idsOf, type Managed, switchedOff } from "./managed.ts";
import { type Owned, toRelease, unknownToRelease } from "./owned.ts";
import { pastOf } from "./past.ts";
import type { Change, Plan, ProfileFacts } from "./plan.ts";
import { releaseChanges } from "./release.ts";
import { stoppedFindings } from "./stopped.ts";
import { storageFindings } from "./storage.ts";
import { contentsOf, type Undone, undoChanges } from "./undo.ts";

export interface PlanInput {
  readonly managed: readonly Managed[];
  readonly facts: Facts;
  readonly access: Access;
  readonly owned: Owned;
  /** What is to be said of the host as a whole. */
  readonly findings?: readonly Finding[];
  readonly tool: string;
  readonly target: string;
  readonly hostKey?: string;
  readonly profile: ProfileFacts;
}

/** What the controls read, without what every plan reads. */
export function controlProbes(managed: readonly Managed[], visit: Visit): readonly Probe<unknown>[] {
  return managed.flatMap(({ control, params }) => Object.values(control.probes(params, visit)));
}

/** The host's own facts; throws where they could not be read, since no plan can be made then. */
export function hostOf(facts: Facts): HostFacts {
  const fact = readFact(facts, hostProbe);
  if (fact.state !== "present")
    throw new Error(`the host could not be read${"why" in fact ? `: ${fact.why}` : ""}`);
  return fact.value;
}

export function makePlan(input: PlanInput): Plan {
  const host = hostOf(input.facts);
  const active = input.managed
    .filter(({ mode }) => mode === "apply")
    .map((each) => ({ control: each.control, input: inputOf(each, { ...input, host }) }));
  const off = idsOf(switchedOff(input.managed));
  const own = { owned: input.owned, off };
  const { claims, findings: conflicts } = composeClaims(
    active.flatMap(({ control, input }) => control.desired(input)),
    own,
  );
  const diffed = diffAll(claims, { ...own, facts: input.facts, host });
  const released = releasesOf(input, host, new Set(claims.map(({ resource }) => resourceName(resource))));
  const guards = active.flatMap(({ control, input }) => control.guard(input));
  const arrived = withArrivals(diffed.changes, input.facts);
  const about = [...(input.findings ?? []), ...hostFindings(host), ...callerFindings(input.access)];
  const changes = inOrder([...arrived.changes, ...released.changes]);
  const findings = [
    ...about,
    ...storageFindings(active, input.facts),
    ...guards,
    ...conflicts,
    ...diffed.findings,
    ...arrived.findings,
    ...released.findings,
    ...stoppedFindings(changes, input.facts),
  ];
  const folders = folderIdsOf(changes, input.facts);
  return {
    version: 1,
    tool: input.tool,
    target: input.target,
    host,
    ...(input.hostKey === undefined ? {} : { hostKey: input.hostKey }),
    profile: input.profile,
    ...(Object.keys(folders).length === 0 ? {} : { folders }),
    changes,
    findings,
  };
}

/** The folders of these changes that were there. */
function folderIdsOf(changes: readonly Change[], facts: Facts): FolderIds {
  const known: FolderIds = valueOr(readFact(facts, folderIds), {});
  const all = foldersOf(changes.flatMap(({ steps }) => steps));
  return Object.fromEntries(all.flatMap((folder) => (folder in known ? [[folder, known[folder]!]] : [])));
}

/** `claimed`: what other controls want stays, whoever it was taken over for. */
function releasesOf(input: PlanInput, host: HostFacts, claimed: ReadonlySet<string>): Undone {
  const off = switchedOff(input.managed);
  const { facts } = input;
  const all = toRelease(off, input.owned).filter(({ owner }) => !claimed.has(nameIn(owner.address)));
  const remembered = readFact(facts, runs);
  const known = valueOr(remembered, []);
  const along = undoChanges(alongItems(all, known, claimed), facts);
  const each = off.map((one) => {
    const own = inputOf(one, { ...input, host });
    const items = all.filter(({ owner }) => owner.control === one.control.id);
    const { claims, findings } = one.control.release?.(own, pastOf(items, facts)) ?? {
      claims: [],
      findings: [],
    };
    const undone = releaseChanges({
      items,
      facts,
      host,
      desired: one.control.desired(own),
      partial: claims,
      written: lastWritten(known),
    });
    const restored = { changes: undone.changes, contents: contentsOf(items, facts) };
    const taken = one.control.takes?.(own, restored) ?? [];
    return { ...undone, findings: [...findings, ...undone.findings], taken };
  });
  return {
    changes: [...each.flatMap(({ changes }) => changes), ...along.changes],
    findings: [
      ...each.flatMap(({ findings }) => findings),
      ...along.findings,
      ...(remembered.state === "unknown" ? alongUnknown(all, remembered.why) : []),
      ...unknownToRelease(off, input.owned),
      ...each.flatMap(({ taken }) => taken),
    ],
  };
}

/** `KIND:NAME` of `CONTROL/KIND:NAME`. */
const nameIn = (address: string) => address.slice(address.indexOf("/") + 1);

function diffAll(
  claims: readonly Claim[],
  known: Pick<DiffInput<Resource>, "owned" | "off" | "facts" | "host">,
) {
  const changed = new Set<string>();
  const installing = new Set<string>();
  const changes: Change[] = [];
  const findings: Finding[] = [];
  for (const { name: kind } of kinds) {
    for (const claim of claims.filter(({ resource }) => resource.kind === kind)) {
      const name = resourceName(claim.resource);
      const outcome = diffResource({
        ...known,
        control: claim.control,
        resource: claim.resource,
        ...(claim.effect === undefined ? {} : { effect: claim.effect }),
        installing: installing.has(claim.control),
        changed,
      });
      if (outcome.kind === "blocked") findings.push(obstacle(claim, name, outcome));
      if (outcome.kind !== "change") continue;
      changed.add(name);
      if (outcome.draft.action === "install") installing.add(claim.control);
      changes.push(toChange(claim, outcome));
    }
  }
  return { changes, findings };
}

function obstacle(
  claim: Claim,
  name: string,
  { why, hint }: Extract<ChangeOutcome<Step>, { kind: "blocked" }>,
): Finding {
  return findingOf({ id: `plan.${name.split(":")[0]}`, level: "block" }, claim.control, `${why}.`, hint);
}

function toChange(claim: Claim, { draft }: Extract<ChangeOutcome<Step>, { kind: "change" }>): Change {
  const { control, resource, reason } = claim;
  const address = `${control}/${resourceName(resource)}`;
  const own = { control, address };
  const [first, ...rest] = draft.steps;
  // A check makes nothing ours.
  const isOurs = first !== undefined && first.verb !== "check" && !ownsByStep(resource.kind);
  const steps = isOurs ? [{ ...first, own }, ...rest] : draft.steps;
  return { reason, ...draft, ...detailsOf(claim), address, control, kind: resource.kind, steps };
}

/** In the order of application. */
export function inOrder(changes: readonly Change[]): readonly Change[] {
  return stages.flatMap((stage) => changes.filter((change) => change.stage === stage));
}
