/** What a container may take of the host, and what its logs may. */
import type { Fault } from "../../checks/object.ts";
import { logsElsewhere } from "../../checks/texts.ts";
import { references } from "../../controls/references.ts";
import { checksOf, eachService, inspect } from "../check.ts";
import * as wishes from "../fix/limits.ts";
import { isSameAmount, type Limit, limitOf, nearestAt } from "../service.ts";
import { get, keyAt, textOf, writtenOf } from "../tree.ts";
import type { ServiceView } from "../view.ts";

const places = {
  memory: { own: ["mem_limit"], path: ["limits", "memory"] },
  cpu: { own: ["cpus"], path: ["limits", "cpus"] },
  pids: { own: ["pids_limit"], path: ["limits", "pids"] },
  reservedMemory: { own: ["mem_reservation"], path: ["reservations", "memory"] },
  reservedCpu: { own: [], path: ["reservations", "cpus"] },
} as const;

/** Zero and less stand for no limit. */
const isNone = (amount: string) => /^(-\d.*|0+(\.0+)?[a-z]*)$/i.test(amount);
const isLimit = (limit: Limit | undefined): boolean => limit !== undefined && !isNone(limit.value);

const below = (view: ServiceView, path: readonly string[]) =>
  nearestAt(view.node, ["deploy", "resources", ...path]) ?? view.at;

function missing(
  view: ServiceView,
  which: keyof typeof places,
  key: string,
  write: string,
): readonly Fault[] {
  const torn = distinct(view, which);
  if (torn.length > 0) return torn;
  const limit = limitOf(view.node, places[which]);
  if (isLimit(limit)) return [];
  const found = limit === undefined ? `no limit of ${key}` : `a limit of ${key} that is none`;
  return [{ at: limit?.at ?? below(view, places[which].path), found, remedy: `Write ${write}.` }];
}

/** Compose refuses a key of the service beside a block below `deploy.resources` that doesn't say the same. */
function distinct({ node, at }: ServiceView, which: keyof typeof places): readonly Fault[] {
  const { own, path } = places[which];
  const [key] = own;
  const [block, name] = path;
  const given = key === undefined ? undefined : get(node, key);
  const around = get(node, "deploy", "resources", block);
  const deployed = get(around, name);
  if (key === undefined || given === undefined || around === undefined) return [];
  if (isSameAmount(textOf(deployed), textOf(given))) return [];
  const how = deployed === undefined ? `without ${name}` : "with another one";
  return [
    {
      at: keyAt(node, key) ?? at,
      found: `${key}: ${writtenOf(given)} beside deploy.resources.${block} ${how}, which compose refuses (can't set distinct values)`,
      remedy: `Write ${name}: ${writtenOf(given)} into deploy.resources.${block}, and take ${key} out.`,
    },
  ];
}

const memory = (view: ServiceView) =>
  missing(
    view,
    "memory",
    "memory",
    "deploy: {resources: {limits: {memory: 512M}}}, or what the service was seen to need, half as much again",
  );

function cpu(view: ServiceView): readonly Fault[] {
  const quota = get(view.node, "cpu_quota");
  if (quota !== undefined && Number(textOf(quota)) > 0) return [];
  return missing(view, "cpu", "CPU", "deploy: {resources: {limits: {cpus: '1.0'}}}");
}

/** PID_MAX_DEFAULT of the kernel: all processes of a host that nobody has given more numbers. */
const allPids = 32_768;

function pids(view: ServiceView): readonly Fault[] {
  const write = `deploy: {resources: {limits: {pids: ${view.known?.pids ?? 64}}}}`;
  const faults = missing(view, "pids", "processes", write);
  const limit = limitOf(view.node, places.pids);
  if (faults.length > 0 || limit === undefined || !(Number(limit.value) >= allPids)) return faults;
  const found = `a limit of ${limit.value} processes leaves the host none: the kernel's own numbers end at ${allPids} by default`;
  return [{ at: limit.at, found, remedy: `Write ${write}.` }];
}

const reservations = (view: ServiceView): readonly Fault[] => [
  ...missing(
    view,
    "reservedMemory",
    "reserved memory",
    "deploy: {resources: {reservations: {memory: 128M}}}",
  ).map((one) => (one.found.startsWith("no limit") ? { ...one, found: "no memory is reserved" } : one)),
];

/** Drivers that keep what they bound, or send it elsewhere. */
const bounded = new Set([
  "local",
  "journald",
  "syslog",
  "gelf",
  "fluentd",
  "awslogs",
  "splunk",
  "gcplogs",
  "none",
]);

const logLimits = ["max-size", "max-file"];
const logLimit = ({ node }: ServiceView, key: string) => textOf(get(node, "logging", "options", key));
const lackingOf = (view: ServiceView) => logLimits.filter((key) => logLimit(view, key) === undefined);
const noneOf = (view: ServiceView) =>
  logLimits.flatMap((key) => {
    const limit = logLimit(view, key);
    return limit !== undefined && (limit === "" || isNone(limit)) ? [`${key}: ${limit}`] : [];
  });

function logging(view: ServiceView): readonly Fault[] {
  const { node, at } = view;
  const driver = textOf(get(node, "logging", "driver")) ?? "json-file";
  if (bounded.has(driver)) return [];
  const remedy = 'Write logging: {driver: json-file, options: {max-size: "10m", max-file: "3"}}.';
  if (get(node, "logging") === undefined)
    return [{ at, found: "logging is missing: what bounds the log is left to the host", remedy }];
  const [lacking, none] = [lackingOf(view), noneOf(view)];
  if (lacking.length === 0 && none.length === 0) return [];
  const place = nearestAt(node, ["logging", "options"]) ?? at;
  const found = [
    ...(lacking.length > 0 ? [`logging has no ${lacking.join(" and no ")}`] : []),
    ...none.map((said) => `${said} is no limit`),
  ];
  return [{ at: place, found: found.join(", and "), remedy }];
}

export const limitChecks = checksOf({
  memory: {
    id: "containers.memory",
    criteria: ["A1.1"],
    title: "Memory has a limit",
    severity: "medium",
    answers: ["container.limits"],
    role: "audit",
    references: references({ docker: "5.11" }),
    expected: "deploy.resources.limits.memory, or mem_limit",
    why: "One container that leaks takes the host's memory, and the kernel ends whatever it likes.",
    breaks: "A service that needs more is ended by the kernel: look at its peak first.",
    leavesOpen:
      "Who breaks in may use all of it. Whether the host has as much a file doesn't know: `harden audit` does.",
    stricter: "A limit just above the peak, and `memswap_limit` the same: a burst ends the service.",
    look: inspect("{{.HostConfig.Memory}}"),
    test: eachService(memory),
    fix: wishes.memory,
  },
  cpu: {
    id: "containers.cpu",
    criteria: ["A1.1"],
    title: "CPU has a limit",
    severity: "medium",
    answers: ["container.limits"],
    role: "audit",
    references: references({ docker: "5.12" }),
    expected: "deploy.resources.limits.cpus, or cpus",
    why: "One busy container takes all cores, and sshd waits like everybody else.",
    breaks: "What must be fast for a moment is slower.",
    leavesOpen:
      "Who breaks in computes with as much, day and night; and many containers together still take all cores.",
    stricter: "`cpuset:` with cores of its own: they stand idle when it does.",
    look: inspect("{{.HostConfig.NanoCpus}}"),
    test: eachService(cpu),
    fix: wishes.cpu,
  },
  pids: {
    id: "containers.pids",
    criteria: ["A1.1"],
    title: "Processes have a limit",
    severity: "medium",
    answers: ["container.limits"],
    role: "audit",
    references: references({ docker: "5.29" }),
    expected:
      "deploy.resources.limits.pids, or pids_limit where there are no such limits: 64 to 256 by what it is, and below 32768, the kernel's own default for the whole host",
    why: "A fork bomb in one container takes every process number of the host. Threads count, too. Compose refuses pids_limit beside deploy.resources.limits without the same pids.",
    breaks:
      "A service with more threads than that can't start them: 64 for a plain app or redis, 128 for a proxy or node, 256 for databases and queues.",
    leavesOpen: "Who breaks in starts what fits, a shell among it.",
    stricter: "A number just above what runs (`docker stats`): a burst of threads fails.",
    look: inspect("{{.HostConfig.PidsLimit}}"),
    test: eachService(pids),
    fix: wishes.pids,
  },
  reservations: {
    id: "containers.reservations",
    criteria: ["A1.1"],
    title: "Memory is reserved",
    severity: "low",
    role: "advice",
    expected: "deploy.resources.reservations.memory",
    why: "Without it the kernel takes memory from the service that needs it as soon as from any other. Compose without swarm honours the memory's alone.",
    leavesOpen: "It is a wish: when nothing is left the kernel ends it all the same.",
    stricter: "`oom_score_adj: -500`: the kernel ends something else in its place.",
    look: inspect("{{.HostConfig.MemoryReservation}}"),
    test: eachService(reservations),
    fix: wishes.reservations,
  },
  logging: {
    id: "containers.logging",
    criteria: ["CC7.2", "A1.1"],
    title: "Logs are bounded",
    cause: "container logs",
    severity: "medium",
    answers: ["container.logging"],
    role: "audit",
    expected: "json-file with max-size and max-file, or a driver that bounds itself",
    why: "A container that prints fills the host's disk, and then nothing on it can write.",
    breaks: "Older lines go: send them elsewhere where they count.",
    leavesOpen: "Whoever makes noise pushes older lines out. Sizes above the host's disk aren't found.",
    stricter: logsElsewhere,
    look: inspect("{{.HostConfig.LogConfig}}"),
    test: eachService(logging),
    fix: wishes.logging,
  },
});
