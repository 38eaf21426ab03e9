/** `harden audit HOST… [FILE…]`: the running containers of hosts, and the files that they should be; only reads. */
import { basename, dirname, resolve } from "node:path";
import { failing } from "../assess/assess.ts";
import type { Assessed } from "../assess/report.ts";
import { type Images, imagesOf } from "../compose/images.ts";
import type { Composed } from "../compose/judge.ts";
import { isDockerfile } from "../compose/names.ts";
import { HardenError } from "../errors.ts";
import { type Container, type Containers, containers, type Network } from "../facts/containers.ts";
import { type HostFacts, host } from "../facts/host.ts";
import { type Fact, type Facts, readFact, valueOr } from "../facts/probe.ts";
import { serviceAuth } from "../facts/service-auth.ts";
import { sockets } from "../facts/sockets.ts";
import type { Finding } from "../plan/plan.ts";
import { hostOf } from "../plan/planner.ts";
import { type Door, doorsOf, mostDoors, nameFor } from "../running/doors.ts";
import { judgeDoors, judgeRunning, unjudged } from "../running/judge.ts";
import { limitsOf, usedBy } from "../running/limits.ts";
import { beyondFirewall, type Reach, reachNotes, reachOf } from "../running/reach.ts";
import { type Beside, type File, type Running, runningOf } from "../running/running.ts";
import { parseTarget } from "../transports/target.ts";
import { collect } from "./collect.ts";
import { type Checking, checked } from "./compose.ts";
import type { Settled } from "./each.ts";
import { type Judged, outcomeOf } from "./host-verdict.ts";
import { askFromHere, type Outside } from "./outside.ts";
import type { Outcome, Ports, Targets } from "./ports.ts";
import { eachAsRoot } from "./session.ts";

/** A container as the report lists it; bytes and cores, without a limit or what the kernel doesn't say. */
export interface Listed {
  readonly name: string;
  readonly image: string;
  readonly project?: string;
  readonly service?: string;
  readonly networks: readonly string[];
  readonly cpus?: number;
  readonly memory: { readonly limit?: number; readonly used?: number; readonly peak?: number };
}

export interface Audited {
  readonly host: HostFacts;
  readonly engine:
    | { readonly state: "asked"; readonly version: string; readonly cores: number; readonly memory: number }
    | { readonly state: "not applicable" | "unasked"; readonly why: string };
  readonly containers: readonly Listed[];
  readonly networks: readonly Pick<Network, "name" | "driver" | "internal">[];
  /** Pairs that are left out don't reach each other. */
  readonly reach: readonly Reach[];
  /** What this machine meets at its ports, or why it was not asked. */
  readonly outside: Outside;
  readonly checks: readonly Assessed[];
  readonly findings: readonly Finding[];
}

/** A host, or a file as `compose check` tells it. */
export type AuditReport = readonly Judged<Audited | Composed>[];

export interface AuditOptions extends Targets, Checking {
  readonly files: readonly string[];
  /** By which TLS is asked for; the host's own where there is none. */
  readonly name?: string;
  /** PEM of a CA that is believed, too. */
  readonly ca?: string;
}

const notAsked: Outside = { why: "not asked" };

/** Status 0 where all passes, is waived or not applicable, 2 where something fails or could not be measured. */
export async function auditCommand(options: AuditOptions, ports: Ports): Promise<Outcome<AuditReport>> {
  const images = imagesOf(options.images ?? {});
  const judgedFiles = await Promise.all(options.files.map((file) => checked([file], options)));
  const files = judgedFiles.flatMap((each): readonly File[] => {
    if (!each.ok || isDockerfile(each.target)) return [];
    const { seen, composed } = each.value;
    const folder = basename(dirname(resolve(each.target)));
    return [{ file: each.target, folder, project: seen, checks: composed.checks }];
  });
  const hosts = await eachAsRoot(options, ports, async (transport, target): Promise<Audited> => {
    const facts = await collect(transport, [host, containers, serviceAuth, sockets], ports);
    const found = audited(hostOf(facts), readFact(facts, containers), {
      ...{ files, images, attempts: attemptsOf(facts), today: options.today },
    });
    const name = options.name ?? nameFor(parseTarget(target).host);
    const doors = openDoors(facts, images);
    const asked = await askFromHere(transport, doors.slice(0, mostDoors), {
      ...options,
      ports,
      name,
    });
    if ("why" in asked) return { ...found, outside: asked };
    const seen = judgeDoors({ ...asked, name, now: ports.now() });
    const findings = [...found.findings, ...leftOut(doors)];
    return { ...found, outside: asked, checks: [...found.checks, ...seen], findings };
  });
  const ofFiles = judgedFiles.map((each) =>
    each.ok ? { ...each, value: each.value.composed } : { ...each, error: besideHosts(each.error) },
  );
  const all: readonly Settled<Audited | Composed>[] = [...hosts, ...ofFiles];
  return outcomeOf(all, ({ checks }) => (failing(checks).length > 0 ? "fail" : "pass"));
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

/** Pure. */
export function audited(host: HostFacts, fact: Fact<Containers>, beside: Beside): Audited {
  const none = { host, containers: [], networks: [], reach: [], outside: notAsked, checks: [], findings: [] };
  const left = (why: string): Audited => ({ ...none, engine: { state: "not applicable", why } });
  const unasked = (why: string): Audited => ({
    ...{ ...none, engine: { state: "unasked", why }, checks: unjudged(why) },
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
      return judgedHost(host, value.version, runningOf(value, beside));
  }
}

function judgedHost(host: HostFacts, version: string, running: Running): Audited {
  const { containers, networks, images } = running;
  const reach = reachOf(containers, networks);
  const { cores, memory } = running.host;
  return {
    host,
    engine: { state: "asked", version, cores, memory },
    containers: containers.map(listed),
    networks: networks
      .filter(({ name }) => containers.some((each) => name in each.networks))
      .map(({ name, driver, internal }) => ({ name, driver, internal })),
    reach,
    outside: notAsked,
    checks: judgeRunning(running),
    findings: [
      ...besides(running),
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

function listed(container: Container): Listed {
  const { name, image, project, service, networks, cgroup } = container;
  const { memory, cpus } = limitsOf(container);
  return {
    ...{ name, image, networks: Object.keys(networks) },
    ...(project === "" ? {} : { project, service }),
    ...known({ cpus }),
    memory: known({ limit: memory, used: usedBy(container), peak: cgroup.peak }),
  };
}

const told = (id: string, level: Finding["level"], message: string, hint: string): Finding => ({
  ...{ control: "containers", id, level, message, hint },
});

/** Of the ports that are open, how many were not asked. */
export function leftOut(doors: readonly Door[]): readonly Finding[] {
  const left = doors.length - mostDoors;
  if (left <= 0) return [];
  return [
    told(
      "containers.ports-not-asked",
      "warn",
      `Of ${doors.length} open ports ${left} were not asked from here: those of databases come first, those of the host last.`,
      "Look at the rest by hand: nc -vz -w 4 HOST PORT.",
    ),
  ];
}

const besides = ({ host }: Running): readonly Finding[] =>
  host.beside.map((engine) =>
    told(
      "containers.other-engine",
      "warn",
      `There is ${engine} as well: what it runs was not looked at.`,
      "Look at it by its own tool.",
    ),
  );

/** What stands in a file, and doesn't run here. */
const unmatched = ({ files, containers }: Running): readonly Finding[] =>
  files.flatMap(({ file, project, runsAs, unclear }) => {
    if (unclear.length > 0)
      return [
        told(
          "containers.which-project",
          "warn",
          `${file} could be any of the projects ${unclear.join(", ")}: it was compared with none.`,
          "Write name: with the project's name at its top.",
        ),
      ];
    const missing = project.services
      .map(({ name }) => name)
      .filter((name) => !containers.some((each) => each.project === runsAs && each.service === name));
    if (missing.length === 0) return [];
    return [
      told(
        "containers.not-running",
        "note",
        `Of ${file} no container runs here for ${missing.join(", ")}: only the file was judged.`,
        "Start them with docker compose up, and run this again.",
      ),
    ];
  });
