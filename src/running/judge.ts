/** All checks on the containers that run, or will from the engine's next start on: those of compose files, by what is in force, and those that need the host. Pure. */
import { reportOf } from "../assess/object-report.ts";
import type { Assessed, CheckReport } from "../assess/report.ts";
import { type ObjectCheck, type ObjectResult, resultOf } from "../checks/object.ts";
import type { ComposeCheck } from "../compose/check.ts";
import { composeChecks } from "../compose/checks/index.ts";
import { networkChecks } from "../compose/checks/networks.ts";
import { nothingKept } from "../compose/kept.ts";
import { reachOf } from "../compose/ports.ts";
import { emptyMap } from "../compose/tree.ts";
import type { ProjectSeen } from "../compose/view.ts";
import { type Container, isStopped } from "../facts/containers.ts";
import { askedChecks, hostAuthCheck } from "./auth.ts";
import { runningChecks, unreadable } from "./checks.ts";
import { type DoorsSeen, doorChecks } from "./door-checks.ts";
import { effective } from "./effective.ts";
import { type Listening, listenerCheck } from "./listeners.ts";
import { mapOf, nowhere } from "./nodes.ts";
import { fileOf, type Running } from "./running.ts";
import { engineSocketsOf, leadsOf, serviceOf } from "./service.ts";

const allOf = ({ containers, stopped }: Running): readonly Container[] => [...containers, ...stopped];

/** The host as one compose file: each container a service. */
function seenOf(running: Running): ProjectSeen {
  const networks = Object.fromEntries(
    running.networks.map(({ name, internal }) => [name, { internal }] as const),
  );
  const all = allOf(running);
  return {
    file: "",
    services: all.map((container) => serviceOf(container, running)),
    tree: { ...emptyMap(nowhere), entries: mapOf({ networks }).entries },

    comments: [],
    warnings: [],
    problems: [],
    seccomp: new Map(),
    given: new Map(),
    dockerfiles: new Map(),
    unread: [],
    images: running.images,
    today: running.today,
    kept: {
      ...nothingKept,
      leads: leadsOf(all),
      engine: engineSocketsOf(running.sockets ?? [], all),
    },
    reach: reachIn(running),
  };
}

/** As of a file, and no further than the rules in force let anybody come. What is stopped has none as yet. */
function reachIn({ comers, stopped }: Running): ProjectSeen["reach"] {
  const later = new Set(
    stopped.flatMap(({ ports }) =>
      Object.values(ports).flatMap((bound) => (bound ?? []).map(({ HostPort }) => HostPort)),
    ),
  );
  return (port) => {
    const reach = reachOf(port);
    if ((reach !== "anywhere" && reach !== "these networks") || later.has(port.published)) return reach;
    const come = comers?.({ ...port, port: port.published });
    if (come === "nobody") return "this host";
    if (come === "as planned") return come;
    return come === "some" ? "these networks" : reach;
  };
}

export function judgeRunning(running: Running): readonly Assessed[] {
  const seen = seenOf(running);
  const ofFiles = composeChecks.flatMap((check) =>
    resultsOf(check, seen, running).map((result) => reportOf(check, result)),
  );
  const ofHost = runningChecks.flatMap((check) =>
    check.test(running).map((result) => reportOf(check, result)),
  );
  return [...ofFiles, ...ofHost].map((report) => told(withoutPlace(report), running));
}

const toldBy = <Subject>(check: ObjectCheck<Subject>, subject: Subject): readonly Assessed[] =>
  check.test(subject).map((result) => withoutPlace(reportOf(check, result)));

/** By what answers from elsewhere. */
export const judgeDoors = (outside: DoorsSeen): readonly Assessed[] =>
  doorChecks.flatMap((check) => toldBy(check, outside));

/** By what listens on the host itself, and what it said to who came without a password. */
export const judgeListeners = (listening: Listening, attempts: Running["attempts"]): readonly Assessed[] => [
  ...toldBy(listenerCheck, listening),
  ...toldBy(hostAuthCheck, { attempts }),
];

/** Where the engine can't be asked: never green. */
export const unjudged = (why: string): readonly Assessed[] => [
  withoutPlace(reportOf(unreadable, unreadable.result(why))),
];

/** What only a Dockerfile says is left to files; every other check is about each container. */
function resultsOf(check: ComposeCheck, seen: ProjectSeen, running: Running): readonly ObjectResult[] {
  if (check.id.startsWith("images."))
    return [
      { object: "", at: nowhere, verdict: "not applicable", found: "a Dockerfile says it, not a container" },
    ];
  const containers = allOf(running);
  const { host, images, security, today } = running;
  if (containers.length === 0)
    return [{ object: "", at: nowhere, verdict: "not applicable", found: "no container runs" }];
  const asked = askedChecks.get(check);
  if (asked !== undefined) return asked(running);
  const judged = check.test(seen);
  const look = effective.get(check);
  if (look === undefined) return judged;
  return containers.flatMap((container) => {
    const { name } = container;
    const found = look(container, { ...host, images, security, today });
    if (found === undefined) return judged.filter(({ object }) => nameIn(object) === name);
    if (typeof found === "string")
      return [{ object: name, at: nowhere, verdict: "not applicable", found } as const];
    if (found.length === 0) return [{ object: name, at: nowhere, verdict: "pass", found: "" } as const];
    return found.map((one) => resultOf(name, one));
  });
}

/** Names of containers have no blank. */
const nameIn = (object: string) => object.split(" ")[0]!;

/** What is about no file has no line. */
export const withoutPlace = ({ place: _place, ...report }: CheckReport): CheckReport => report;

/** Of a container that is stopped. */
const fromNextStart = (report: CheckReport): CheckReport => ({
  ...report,
  found: `it is stopped, but runs again from the next start of the engine or the host: ${report.found}`,
});

/** Which service of which project it is, and what the waiver of its file makes of it. */
function told(judged: CheckReport, running: Running): Assessed {
  // A network's name is no container's.
  const container =
    judged.id === networkChecks.internal.id
      ? undefined
      : allOf(running).find(({ name }) => name === nameIn(judged.object));
  if (container === undefined) return judged;
  const report = isStopped(container) && judged.verdict === "fail" ? fromNextStart(judged) : judged;
  const { name, project, service } = container;
  const object =
    project === "" ? report.object : report.object.replace(name, () => `${name} (${project}/${service})`);
  const own = fileOf(container, running.files);
  const same = own?.checks.filter(({ id, object }) => id === report.id && nameIn(object) === service) ?? [];
  const bad = same.filter(({ verdict }) => verdict === "fail" || verdict === "error");
  const isBad = report.verdict === "fail" || report.verdict === "error";
  const waivers = bad.map(({ waiver }) => waiver);
  if (!isBad || waivers.length === 0 || !waivers.every((waiver) => waiver?.state === "waived"))
    return { ...report, object };
  const { remedy: _remedy, ...bare } = report;
  return { ...bare, object, waiver: waivers[0]! };
}
