/** What an audit makes of a host's container engine, and of what runs there. Pure. */
import type { Finding } from "../checks/finding.ts";
import { findingsOf } from "../checks/finding.ts";
import type { Service } from "../compose/project.ts";
import { get, itemsOf, textOf } from "../compose/tree.ts";
import { isJob } from "../compose/view.ts";
import type { Container, Containers } from "../facts/containers.ts";
import type { Fact } from "../facts/probe.ts";
import type { EngineSeen, ListedContainer } from "../results/audited.ts";
import { type Door, mostDoors } from "../running/doors.ts";
import { isOnce } from "../running/effective.ts";
import { judgeRunning, unjudged } from "../running/judge.ts";
import { limitsOf, usedBy } from "../running/limits.ts";
import { beyondFirewall, reachNotes, reachOf } from "../running/reach.ts";
import { type Beside, type Running, runningOf } from "../running/running.ts";

const say = findingsOf("containers", {
  "ports-not-asked": ["warn", "More ports are open than are asked in one audit"],
  "other-engine": ["warn", "The host has another container engine as well, which was not looked at"],
  "which-project": [
    "warn",
    "A compose file could be any of several projects that run here, and was compared with none",
  ],
  "comes-back": ["note", "Containers are stopped, and run again from the engine's next start on"],
  "not-running": ["note", "Of services of a compose file fewer containers run on this host than it wants"],
});

export const findings = say.records;

/** Of what was deployed and doesn't run. */
export const downIds: ReadonlySet<string> = new Set(findings.slice(-2).map(({ id }) => id));

export function engineSeen(fact: Fact<Containers>, beside: Beside): EngineSeen {
  const none = { containers: [], networks: [], reach: [], checks: [], findings: [] };
  const left = (why: string): EngineSeen => ({ ...none, engine: { state: "not applicable", why } });
  const unasked = (why: string): EngineSeen => ({
    ...none,
    engine: { state: "unasked", why },
    checks: unjudged(why),
  });
  if (fact.state === "absent") return left("there is no Docker");
  if (fact.state === "unsupported") return left(fact.why);
  if (fact.state === "unknown") return unasked(fact.why);
  const { value } = fact;
  switch (value.engine) {
    case "stopped":
      if (value.left > 0)
        return unasked(`the engine doesn't run, and containers run on without it (${value.left})`);
      return left(
        value.rootless
          ? "the engine is rootless, of a user's own, which harden doesn't ask"
          : "the engine doesn't run",
      );
    case "unasked":
      return unasked(`the engine: ${value.why}`);
    case "asked":
      return judgedHost(value.version, runningOf(value, beside));
  }
}

function judgedHost(version: string, running: Running): EngineSeen {
  const { containers, networks, images } = running;
  const reach = reachOf(containers, networks);
  const { cores, memory } = running.host;
  return {
    engine: { state: "asked", version, cores, memory },
    containers: containers.map(listed),
    networks: networks
      .filter(({ name }) => containers.some((each) => name in each.networks))
      .map(({ name, driver, internal }) => ({ name, driver, internal })),
    reach,
    checks: judgeRunning(running),
    findings: [
      ...besides(running),
      ...returning(running),
      ...unmatched(running),
      ...reachNotes(containers, reach, images),
      ...beyondFirewall(containers, networks),
    ],
  };
}

const known = <T extends Record<string, number | undefined>>(values: T) =>
  Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && Number.isFinite(value)),
  ) as { readonly [K in keyof T]?: number };

function listed(container: Container): ListedContainer {
  const { name, image, project, service, networks, healthState, cgroup } = container;
  const { memory, cpus } = limitsOf(container);
  return {
    name,
    image,
    networks: Object.keys(networks),
    ...(project === "" ? {} : { project, service }),
    ...(healthState === "" || isOnce(container) ? {} : { health: healthState }),
    ...known({ cpus }),
    memory: known({ limit: memory, used: usedBy(container), peak: cgroup.peak }),
  };
}

/** Of the ports that are open, how many were not asked. */
export function leftOut(doors: readonly Door[]): readonly Finding[] {
  const left = doors.length - mostDoors;
  if (left <= 0) return [];
  return say(
    "ports-not-asked",
    `Of ${doors.length} open ports ${left} were not asked from here: those of databases come first, those of the host last.`,
    "Look at the rest by hand: nc -vz -w 4 HOST PORT.",
  );
}

const besides = ({ host }: Running): readonly Finding[] =>
  host.beside.flatMap((engine) =>
    say(
      "other-engine",
      `There is ${engine} as well: what it runs was not looked at.`,
      "Look at it by its own tool.",
    ),
  );

const returning = ({ stopped }: Running): readonly Finding[] =>
  stopped.length === 0
    ? []
    : say(
        "comes-back",
        `Docker starts these containers at its next start, although they are stopped: ${stopped.map(({ name }) => name).join(", ")}. They were judged by what they were made with.`,
        "Start them: docker start CONTAINER. To keep one stopped: docker update --restart no CONTAINER.",
      );

/** What stands in a file, and doesn't run here. */
const unmatched = ({ files, containers }: Running): readonly Finding[] =>
  files.flatMap(({ file, project, runsAs, unclear }) => {
    if (unclear.length > 0)
      return say(
        "which-project",
        `${file} could be any of the projects ${unclear.join(", ")}: it was compared with none.`,
        "Write name: with the project's name at its top.",
      );
    const missing = project.services.flatMap((service) => {
      const wanted = countOf(service, project.services);
      const running = containers.filter(
        (each) => each.project === runsAs && each.service === service.name && !isOnce(each),
      ).length;
      if (running >= wanted) return [];
      return [running === 0 ? service.name : `${service.name} (${running} of ${wanted} runs)`];
    });
    if (missing.length === 0) return [];
    return say(
      "not-running",
      `Of ${file} too few containers run here for ${missing.join(", ")}: what doesn't run was judged by the file alone.`,
      "Start them with docker compose up, and run this again.",
    );
  });

/** How many containers of a service run once all is up: none of a job, which ends, or of a profile, which is asked for. */
function countOf({ name, node }: Service, services: readonly Service[]): number {
  if (isJob({ name, seen: { services } }) || itemsOf(get(node, "profiles")).length > 0) return 0;
  const count = Number(textOf(get(node, "deploy", "replicas") ?? get(node, "scale")) ?? 1);
  return Number.isInteger(count) ? count : 1;
}
