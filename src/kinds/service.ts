/** systemd units: enabled, active, and reloaded or restarted once when what they read has changed. */
import { type UnitFact, unit as unitProbe } from "../facts/files.ts";
import { type Facts, readFact, valueOr } from "../facts/probe.ts";
import { units } from "../platform.ts";
import { daemonOf, daemonWords } from "./daemons.ts";
import {
  type Action,
  blocked,
  type ChangeOutcome,
  change,
  type DiffInput,
  defineKind,
  heldBy,
  type JournalEntry,
  same,
  type Undoing,
  valueLine,
} from "./kind.ts";
import dockerShell from "./service/docker.sh";
import dockerAfterShell from "./service/docker-after.sh";
import dockerStoppedShell from "./service/docker-stopped.sh";
import listenerShell from "./service/listener.sh";
import undoShell from "./service/undo.sh";
import shell from "./service.sh";

export interface ServiceResource {
  readonly kind: "service";
  readonly unit: string;
  readonly enabled: boolean;
  readonly active: boolean;
  /** Addresses of resources whose change reloads or restarts the unit, once. */
  readonly on: readonly string[];
  readonly how: "reload" | "restart";
  /** Set when the running state differs from what the files say: reason for a reload without a file's change. */
  readonly stale?: string;
  /** Only after the confirm, since what it does can't be taken back. */
  readonly finalize?: true;
}

const operations = ["enable", "disable", "start", "stop", "reload", "restart"] as const;
export type Operation = (typeof operations)[number];

export interface ServiceStep {
  readonly verb: "service";
  readonly unit: string;
  readonly operation: Operation;
}

export interface ServiceUndo {
  readonly kind: "service";
  readonly unit: string;
  /** systemd's UnitFileState and ActiveState. */
  readonly enabled: string;
  readonly active: string;
  readonly refresh?: "reload" | "restart";
}

export const service = defineKind<ServiceResource, ServiceStep, ServiceUndo>({
  name: "service",
  address: ({ unit }) => unit,
  probes: ({ unit }) => [unitProbe(unit)],
  diff,
  holds: (resource, read) => {
    const { unit, enabled, active } = resource;
    const fact = read(unitProbe(unit));
    const expected = `${enabled ? "enabled" : "not enabled"}, ${active ? "active" : "inactive"}`;
    if (fact.state === "absent" && isOff(resource)) return { so: true, expected, found: "not there" };
    return heldBy(fact, expected, (now) => ({
      so: now.active === active && settled.has(now.enabled) === enabled,
      found: `${now.enabled || "not enabled"}, ${now.state}`,
    }));
  },
  line: (draft, unit) =>
    draft.action === "reload" || draft.action === "restart"
      ? `${draft.action} ${unit}`
      : valueLine(draft, unit),
  words: { service: ({ unit, operation }) => [unit, operation, ...daemonWords(unit)] },
  shell: [shell, undoShell, listenerShell, dockerShell, dockerAfterShell, dockerStoppedShell],
  readAtBootBy: [units.ssh, units.sshSocket, units.fail2ban, units.docker, units.containerd],
  // dockerd's start sets some, and systemd-sysctl all of them.
  writes: ["sysctl"],
  undo: {
    words: operations.map((operation) => `service-${operation}`),
    fromJournal,
    // What it reads was ours, and is given back with it.
    fromManifest: ([unit = "", enabled = "", active = ""]) => ({
      kind: "service",
      unit,
      enabled,
      active,
      refresh: daemonOf(unit).restarts ? "restart" : "reload",
    }),
    join: (older, newer) => ({ ...newer, ...older }),
    probes: ({ unit }) => [unit, ...socketOf(unit)].map(unitProbe),
    changes,
    lookBack: ({ refresh: _done, ...undo }) => undo,
    after: ["mode", "published", "audit-rules"],
    replay: "forwards",
    atBoot: "late",
  },
});

/** UnitFileState values under which `systemctl enable` has nothing to do, or nothing that it could. */
const settled: ReadonlySet<string> = new Set([
  "enabled",
  "static",
  "alias",
  "indirect",
  "generated",
  "linked",
]);

/** Wanted off, as a unit is that isn't there, or that is masked and doesn't run. */
const isOff = ({ enabled, active }: ServiceResource) => !enabled && !active;

const stageOf = (unit: string) => (daemonOf(unit).wayIn ? "access" : "services");

function diff(input: DiffInput<ServiceResource>): ChangeOutcome<ServiceStep> {
  const { resource, facts, installing } = input;
  const { unit } = resource;
  const fact = readFact(facts, unitProbe(unit));
  if (fact.state === "unknown" || fact.state === "unsupported")
    return blocked(`the state of ${unit} could not be read: ${fact.why}`);
  if (fact.state === "absent" && !installing) {
    if (isOff(resource)) return same;
    return blocked(`there is no unit ${unit}, and no package of this plan brings it`);
  }
  const now = fact.state === "present" ? fact.value : undefined;
  if (now?.enabled.startsWith("masked")) {
    if (isOff(resource)) return now.active ? stillRuns(unit) : same;
    return blocked(
      `${unit} is masked`,
      `Somebody masked it on purpose; if it should run: systemctl unmask ${unit}`,
    );
  }
  const needed = operationsFor(input, now);
  if (needed.length === 0) return same;
  const why = needed.some((each) => each === "reload" || each === "restart") ? resource.stale : undefined;
  return change({
    action: needed.at(-1) as Action,
    before: now === undefined ? "not there" : `${now.enabled || "not enabled"}, ${now.state}`,
    after: `${resource.enabled ? "enabled" : "disabled"}, ${resource.active ? "active" : "inactive"}${how(needed)}`,
    ...(why === undefined ? {} : { reason: why }),
    effect: needed.includes("restart") ? "restart" : needed.includes("reload") ? "reload" : "now",
    ...(now === undefined ? { afterInstall: "address" as const } : {}),
    ...(resource.finalize === true ? last : ({ undo: "full", stage: stageOf(unit) } as const)),
    steps: needed.map((operation) => ({ verb: "service", unit, operation })),
  });
}

const last = { undo: "none", stage: "finalize" } as const;

const stillRuns = (unit: string) =>
  blocked(
    `${unit} is masked and still runs, and once stopped no rollback could start it again`,
    `Stop it on the host: systemctl stop ${unit}`,
  );

const how = (needed: readonly Operation[]) => {
  if (needed.includes("restart")) return ", restarted";
  return needed.includes("reload") ? ", reloaded" : "";
};

function operationsFor(
  { resource, changed }: DiffInput<ServiceResource>,
  now: UnitFact | undefined,
): readonly Operation[] {
  const needed: Operation[] = [];
  const enabled = now !== undefined && settled.has(now.enabled);
  if (resource.enabled && !enabled) needed.push("enable");
  if (!resource.enabled && now?.enabled === "enabled") needed.push("disable");
  if (!resource.active) return now?.active ? [...needed, "stop"] : needed;
  if (!now?.active) return [...needed, "start"];
  const refresh = resource.stale !== undefined || resource.on.some((name) => changed.has(name));
  return refresh ? [...needed, resource.how] : needed;
}

function fromJournal(lines: readonly [JournalEntry, ...JournalEntry[]]): ServiceUndo {
  const [{ object, before }] = lines;
  const [enabled = "", active = ""] = before.split(" ");
  const refresh = (["reload", "restart"] as const).find((word) =>
    lines.some(({ verb }) => verb === `service-${word}`),
  );
  return { kind: "service", unit: object, enabled, active, ...(refresh === undefined ? {} : { refresh }) };
}

const socketOf = (unit: string): readonly string[] => {
  const { socket } = daemonOf(unit);
  return socket === undefined ? [] : [socket];
};

function changes(undo: ServiceUndo, facts: Facts): Undoing<ServiceStep> {
  const { unit } = undo;
  const fact = readFact(facts, unitProbe(unit));
  if (fact.state !== "present") return same;
  const now = fact.value;
  const needed: Operation[] = [];
  const listens = socketOf(unit).some((name) => valueOr(readFact(facts, unitProbe(name)), undefined)?.active);
  // Where systemd listens for it, and starts it for whoever comes, it is nobody's state whether it runs.
  const wasActive = listens ? now.active : undo.active === "active" || undo.active === "reloading";
  if (undo.enabled === "enabled" && now.enabled === "disabled") needed.push("enable");
  if (undo.enabled === "disabled" && now.enabled === "enabled") needed.push("disable");
  if (wasActive && !now.active) needed.push("start");
  else if (!wasActive && now.active) needed.push("stop");
  else if (wasActive && undo.refresh !== undefined) needed.push(listens ? "restart" : undo.refresh);
  if (needed.length === 0) return same;
  if (now.enabled.startsWith("masked") && needed.some((each) => each !== "stop"))
    return blocked(
      `${unit} is masked, and was not when the run began`,
      `Somebody masked it on purpose; to undo the run: systemctl unmask ${unit}`,
    );
  const last = needed.at(-1)!;
  return change({
    action: last,
    before: `${now.enabled}, ${now.state}`,
    after: `${undo.enabled}, ${wasActive ? "active" : undo.active}`,
    effect: last === "reload" || last === "restart" ? last : "now",
    undo: "full",
    stage: stageOf(unit),
    steps: needed.map((operation) => ({ verb: "service", unit, operation })),
  });
}
