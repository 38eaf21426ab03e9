/** Limits, logs and restarts that a service should have. Pure. */
import type { View } from "../check.ts";
import { get, textOf } from "../tree.ts";
import type { Wish } from "./wish.ts";

const own = { memory: "mem_limit", cpus: "cpus", pids: "pids_limit" } as const;

/** Compose refuses both kinds beside each other where they differ: a file goes on as it has begun. */
const isOldStyle = ({ node }: View) =>
  get(node, "deploy", "resources") === undefined &&
  [...Object.values(own), "mem_reservation"].some((key) => get(node, key) !== undefined);

const below = (...path: readonly string[]) => ["deploy", "resources", ...path];

const memoryLimit = ({ node }: View) =>
  textOf(get(node, "deploy", "resources", "limits", "memory")) ?? textOf(get(node, "mem_limit"));
const reserved = ({ node }: View) =>
  textOf(get(node, "deploy", "resources", "reservations", "memory")) ?? textOf(get(node, "mem_reservation"));

const factors: Readonly<Record<string, number>> = { "": 1, b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** In bytes; undefined where it is no size. */
function bytesOf(size: string | undefined): number | undefined {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)\s*([bkmg]?)(?:i?b)?$/i.exec(size ?? "") ?? [];
  return number === undefined ? undefined : Number(number) * (factors[unit.toLowerCase()] ?? 1);
}

/** The smaller, or the larger, of what is proposed and what is there. */
const atMost = (proposed: string, limit: string | undefined) =>
  limit !== undefined && (bytesOf(limit) ?? 0) < bytesOf(proposed)! ? limit : proposed;
const atLeast = (proposed: string, least: string | undefined) =>
  least !== undefined && (bytesOf(least) ?? 0) > bytesOf(proposed)! ? least : proposed;

const isThere = ({ node }: View, key: keyof typeof own) =>
  get(node, "deploy", "resources", "limits", key) !== undefined || get(node, own[key]) !== undefined;

function limit(view: View, key: keyof typeof own, value: string | number): readonly Wish[] {
  if (isThere(view, key)) return [];
  return [{ path: isOldStyle(view) ? [own[key]] : below("limits", key), value }];
}

const memory = (view: View) => limit(view, "memory", atLeast("512M", reserved(view)));
const cpu = (view: View) => limit(view, "cpus", "1.0");

function pids(view: View): readonly Wish[] {
  const { node, known } = view;
  const given = get(node, "pids_limit");
  const limits = get(node, "deploy", "resources", "limits");
  if (
    given !== undefined &&
    limits !== undefined &&
    get(limits, "pids") === undefined &&
    given.kind === "value"
  )
    return [{ path: below("limits", "pids"), value: given.value }];
  return limit(view, "pids", known?.pids ?? 64);
}

function reservations(view: View): readonly Wish[] {
  if (reserved(view) !== undefined) return [];
  const value = atMost("128M", memoryLimit(view));
  if (isOldStyle(view)) return [{ path: ["mem_reservation"], value }];
  const cpus = textOf(get(view.node, "deploy", "resources", "limits", "cpus"));
  const share = cpus !== undefined && Number(cpus) < 0.25 ? cpus : "0.25";
  const isShared = get(view.node, "deploy", "resources", "reservations", "cpus") !== undefined;
  return [
    ...(isShared ? [] : [{ path: below("reservations", "cpus"), value: share }]),
    { path: below("reservations", "memory"), value },
  ];
}

function logging({ node }: View): readonly Wish[] {
  const options = { "max-size": "10m", "max-file": "3" };
  if (get(node, "logging") === undefined)
    return [{ path: ["logging"], value: { driver: "json-file", options } }];
  return Object.entries(options)
    .filter(([key]) => get(node, "logging", "options", key) === undefined)
    .map(([key, value]) => ({ path: ["logging", "options", key], value }));
}

const restart = ({ node }: View): readonly Wish[] =>
  get(node, "restart") === undefined && get(node, "deploy", "restart_policy") === undefined
    ? [{ path: ["restart"], value: "unless-stopped" }]
    : [];

export const wishesOfLimits = {
  "containers.memory": memory,
  "containers.cpu": cpu,
  "containers.pids": pids,
  "containers.reservations": reservations,
  "containers.logging": logging,
  "containers.restart": restart,
};
