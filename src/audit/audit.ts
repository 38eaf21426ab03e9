/** `harden audit HOST… [FILE…]`: a host, its containers, what answers from here, and the files that it should run; only reads. */
import { basename, dirname, resolve } from "node:path";
import { type Asset, guarding } from "../assess/assets.ts";
import { type Baseline, compare, counted, isListedAnew, type SinceBaseline } from "../assess/baseline.ts";
import { clockOf, laterOf } from "../assess/clocks.ts";
import { inventoryOf, unexplained } from "../assess/inventory.ts";
import { groupScore, points } from "../assess/score.ts";
import { weigh } from "../assess/weigh.ts";
import type { Severity } from "../checks/check.ts";
import type { Finding } from "../checks/finding.ts";
import { findingsOf } from "../checks/finding.ts";
import { type Composed, isHost } from "../compose/composed.ts";
import { type Images, imagesOf } from "../compose/images.ts";
import { isDockerfile } from "../compose/names.ts";
import { timeOf } from "../day.ts";
import { HardenError } from "../errors.ts";
import { containers } from "../facts/containers.ts";
import { type Facts, readFact, valueOr } from "../facts/probe.ts";
import { routes } from "../facts/routes.ts";
import { rules } from "../facts/rules.ts";
import { serviceAuth } from "../facts/service-auth.ts";
import { sockets } from "../facts/sockets.ts";
import { hinders } from "../plan/unsettled.ts";
import type { Audited, AuditedOrFile, AuditReport, EngineSeen } from "../results/audited.ts";
import type { Settled } from "../results/settled.ts";
import { type HostVerdict, outcomeOf } from "../results/verdict.ts";
import { gather } from "../run/gather.ts";
import { judge } from "../run/judge.ts";
import type { Gathered } from "../run/look.ts";
import type { Choices, CommandOutcome, Ports, ProfileChoice, Targets } from "../run/ports.ts";
import { eachAsRoot } from "../run/session.ts";
import { type Door, doorsOf, mostDoors, nameFor } from "../running/doors.ts";
import { judgeDoors, judgeListeners } from "../running/judge.ts";
import type { File, Running } from "../running/running.ts";
import { localTarget, routeOf } from "../targets.ts";
import { parseTarget } from "../transports/target.ts";
import type { Transport } from "../transports/transport.ts";
import { engineSeen, leftOut } from "./engine.ts";
import { everyCheck, peculiar } from "./every-check.ts";
import { type Checking, checked } from "./files.ts";
import { comersOn, listeningOn } from "./listening.ts";
import { askFromHere } from "./outside.ts";

const say = findingsOf("audit", {
  "one-layer": ["warn", "A login, a database or the secrets are guarded by one layer alone, or by none"],
});

export const findings = say.records;

/** `images`: of the files; hosts have those of their profiles. */
export interface AuditOptions extends Targets, Choices, Checking {
  /** Each judged as one: compose lays the later ones over the first. */
  readonly files: readonly (readonly string[])[];
  /** By which TLS is asked for; the host's own where there is none. */
  readonly name?: string;
  /** PEM of a CA that is believed, too. */
  readonly ca?: string;
  /** Of hosts nothing but the inventory counts. */
  readonly inventory?: boolean;
  /** What weighs less than this is told, and leaves the status 0. */
  readonly failOn: Severity;
  /** An earlier audit: what was open then is told apart, and leaves the status 0. */
  readonly baseline?: Baseline;
}

/**
 * Status 0 where all passes, is waived or not applicable, 2 where something fails or could not be measured: advice too,
 * for an audit is what it is for.
 */
export async function auditCommand(
  options: AuditOptions,
  ports: Ports,
): Promise<CommandOutcome<AuditReport>> {
  const judgedFiles = await Promise.all(options.files.map((each) => checked(each, options)));
  const files = judgedFiles.flatMap((each): readonly File[] => {
    if (!each.ok || isDockerfile(each.target)) return [];
    const { seen, composed } = each.value;
    const folder = basename(dirname(resolve(composed.files[0] ?? each.target)));
    return [{ file: each.target, folder, project: seen, checks: composed.checks }];
  });
  const hosts = await eachAsRoot(options, ports, (transport, target) =>
    auditHost(transport, { target, files, options, ports }),
  );
  const ofFiles = judgedFiles.map((each) =>
    each.ok ? { ...each, value: each.value.composed } : { ...each, error: besideHosts(each.error) },
  );
  const all: readonly Settled<Audited | Composed>[] = [...grouped(hosts), ...ofFiles];
  const { baseline } = options;
  const compared = baseline === undefined ? all : all.map((each) => against(baseline, each));
  return outcomeOf(compared, (value) =>
    options.inventory === true && isHost(value) ? inventoryVerdict(value) : auditVerdict(value, options),
  );
}

/** Each with the worst and the median of all that have a score. */
export function grouped(hosts: readonly Settled<Audited>[]): readonly Settled<Audited>[] {
  const scores = hosts.flatMap((each) =>
    each.ok && each.value.score !== undefined ? [{ target: each.target, score: each.value.score }] : [],
  );
  const group = groupScore(scores, hosts.length - scores.length);
  if (group === undefined) return hosts;
  return hosts.map((each) => (each.ok ? { ...each, value: { ...each.value, group } } : each));
}

/** Passes where all is explained, or as it was in the baseline, and all kinds could be read. */
function inventoryVerdict({ inventory, since }: Audited & { readonly since?: SinceBaseline }): HostVerdict {
  if (inventory === undefined) return "fail";
  const isOpen =
    since === undefined ? unexplained(inventory).length > 0 || inventory.unread.length > 0 : isBlind(since);
  return isOpen ? "fail" : "pass";
}

/** What is new counts, by its weight; a new entry of the inventory, and what can't be compared, whatever it weighs. */
export function auditVerdict(
  { checks, findings, since }: Pick<AuditedOrFile, "checks" | "findings" | "since">,
  { failOn }: Pick<AuditOptions, "failOn">,
): HostVerdict {
  const weighed = counted(checks).filter(({ severity }) => points[severity] >= points[failOn]);
  const isOpen = weighed.length > 0 || (since !== undefined && isBlind(since));
  return findings.some(hinders) || isOpen ? "fail" : "pass";
}

/** Something can't be compared, or an entry of the inventory is new. */
const isBlind = (since: SinceBaseline) => since.unlooked.length > 0 || isListedAnew(since);

function against(baseline: Baseline, each: Settled<Audited | Composed>): Settled<AuditedOrFile> {
  if (!each.ok) return each;
  const { target, value } = each;
  return { ...each, value: { ...value, ...compare(nowOf(value), baseline, target, peculiar) } };
}

export const nowOf = (value: Audited | Composed) =>
  isHost(value)
    ? {
        checks: value.checks,
        machineId: value.host.machineId,
        asked: "doors" in value.outside,
        inventory: value.inventory,
      }
    : { checks: value.checks };

interface Auditing {
  readonly target: string;
  readonly files: readonly File[];
  readonly options: AuditOptions;
  readonly ports: Ports;
}

async function auditHost(
  transport: Transport,
  { target, files, options, ports }: Auditing,
): Promise<Audited> {
  const choice = options.choiceOf(target);
  const route = routeOf(target, options);
  const beside = [containers, serviceAuth, sockets, rules, routes];
  const gathered = await gather(transport, { choice, target, route, ports, depth: "whole", beside });
  const images = imagesOf(choice.profile.images);
  const { facts } = gathered;
  const name = options.name ?? (target === localTarget ? undefined : nameFor(parseTarget(target).host));
  const doors = openDoors(facts, images);
  const asked = await askFromHere(transport, doors.slice(0, mostDoors), { ...options, ports, name });
  const seen =
    "why" in asked ? [] : judgeDoors({ ...asked, name, now: laterOf(ports.now(), clockOf(facts)) });
  const attempts = attemptsOf(facts);
  const engine = engineSeen(readFact(facts, containers), {
    files,
    images,
    attempts,
    comers: comersOn(gathered),
    today: options.today,
  });
  const found = {
    ...engine,
    outside: asked,
    checks: [...engine.checks, ...judgeListeners(listeningOn(gathered), attempts), ...seen],
    findings: [...engine.findings, ...("why" in asked ? [] : leftOut(doors))],
  };
  return whole(gathered, found, { choice, ports });
}

/** With what the controls say of the host, and what all of it comes to. */
function whole(
  gathered: Gathered,
  found: EngineSeen & Pick<Audited, "outside">,
  { choice, ports }: { readonly choice: ProfileChoice; readonly ports: Ports },
): Audited {
  const { host, profile } = gathered.plan;
  const checks = [...judge(gathered, choice, ports).checks, ...found.checks];
  const weighed = weigh(checks, everyCheck);
  const findings = [...gathered.about, ...found.findings, ...weighed.assets.flatMap(barelyGuarded)];
  const at = timeOf(ports.now());
  const inventory = inventoryOf({ ...gathered, host }, checks);
  return {
    at,
    ...found,
    ...weighed,
    host,
    profile,
    findings,
    ...(inventory === undefined ? {} : { inventory }),
  };
}

/** If that one layer fails, nothing holds. */
function barelyGuarded(asset: Asset): readonly Finding[] {
  const [only, ...more] = guarding(asset);
  if (more.length > 0) return [];
  const named = { login: "The login is", database: "The database is", secret: "The secrets are" }[
    asset.asset
  ];
  const by =
    only === undefined
      ? "guarded by no layer"
      : `guarded by one layer alone (${only}): if that fails, nothing else holds`;
  const open = asset.guards.flatMap((guard) => guard.open);
  const hint = open.length === 0 ? undefined : `What would guard it: ${[...new Set(open)].join(", ")}.`;
  return say("one-layer", `${named} ${by}.`, hint);
}

function attemptsOf(facts: Facts): Running["attempts"] {
  const fact = readFact(facts, serviceAuth);
  if (fact.state === "present") return fact.value;
  return fact.state === "absent" ? [] : fact.why;
}

function openDoors(facts: Facts, images: Images): readonly Door[] {
  const fact = valueOr(readFact(facts, containers), undefined);
  return doorsOf(
    fact?.engine === "asked" ? fact.containers : [],
    valueOr(readFact(facts, sockets), undefined),
    images,
  );
}

/** Of a file: hosts were read all the same. */
const besideHosts = ({ code, message, details }: HardenError) =>
  new HardenError(code, message, { ...details, hostState: "read all the same, and the file is as it was" });
