/** Limits, logs and restarts that a service should have. Pure. */
import { bytesOf } from "../service.ts";
import { get, type Node, textOf } from "../tree.ts";
import type { ServiceView } from "../view.ts";
import type { Wish } from "./wish.ts";

/** What services were seen to take on a host, and the limits of memory that leave room above it: sizes as compose has them. */
export interface Peaks {
  /** The host. */
  readonly from: string;
  readonly services: ReadonlyMap<string, { readonly peak: string; readonly limit: string }>;
}

const own = { memory: "mem_limit", cpus: "cpus", pids: "pids_limit" } as const;

/** Compose refuses both kinds beside each other where they differ: a file goes on as it has begun. */
const isOldStyle = ({ node }: ServiceView) =>
  get(node, "deploy", "resources") === undefined &&
  [...Object.values(own), "mem_reservation"].some((key) => get(node, key) !== undefined);

const below = (...path: readonly string[]) => ["deploy", "resources", ...path];

const memoryLimit = ({ node }: ServiceView) =>
  textOf(get(node, "deploy", "resources", "limits", "memory")) ?? textOf(get(node, "mem_limit"));
const reserved = ({ node }: ServiceView) =>
  textOf(get(node, "deploy", "resources", "reservations", "memory")) ?? textOf(get(node, "mem_reservation"));

/** The smaller, or the larger, of what is proposed and what is there. */
const atMost = (proposed: string, limit: string | undefined) =>
  limit !== undefined && (bytesOf(limit) ?? 0) < bytesOf(proposed)! ? limit : proposed;
const atLeast = (proposed: string, least: string | undefined) =>
  least !== undefined && (bytesOf(least) ?? 0) > bytesOf(proposed)! ? least : proposed;

const isThere = ({ node }: ServiceView, key: keyof typeof own) =>
  get(node, "deploy", "resources", "limits", key) !== undefined || get(node, own[key]) !== undefined;

function limit(view: ServiceView, key: keyof typeof own, value: string | number): readonly Wish[] {
  const torn = alike(view, own[key], ["limits", key]);
  if (torn.length > 0 || isThere(view, key)) return torn;
  return [{ path: isOldStyle(view) ? [own[key]] : below("limits", key), value }];
}

/** Beside a block below `deploy` that lacks it compose wants the same there. */
function alike(
  { node }: ServiceView,
  key: string,
  [block, name]: readonly [string, string],
): readonly Wish[] {
  const given = get(node, key);
  const around = get(node, "deploy", "resources", block);
  if (given === undefined || around === undefined || get(around, name) !== undefined) return [];
  return [{ path: below(block, name), value: asWritten(given) }];
}

/** A variable stays one. */
const asWritten = (node: Node) =>
  node.kind !== "value" ? null : node.written.includes("$") ? node.written : node.value;

export const memory = (view: ServiceView, peaks?: Peaks) =>
  limit(view, "memory", atLeast(peaks?.services.get(view.name)?.limit ?? "512M", reserved(view)));
export const cpu = (view: ServiceView) => limit(view, "cpus", "1.0");

export const pids = (view: ServiceView) => limit(view, "pids", view.known?.pids ?? 64);

export function reservations(view: ServiceView): readonly Wish[] {
  const torn = alike(view, "mem_reservation", ["reservations", "memory"]);
  if (torn.length > 0 || reserved(view) !== undefined) return torn;
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

export function logging({ node }: ServiceView): readonly Wish[] {
  const options = { "max-size": "10m", "max-file": "3" };
  if (get(node, "logging") === undefined)
    return [{ path: ["logging"], value: { driver: "json-file", options } }];
  return Object.entries(options)
    .filter(([key]) => get(node, "logging", "options", key) === undefined)
    .map(([key, value]) => ({ path: ["logging", "options", key], value }));
}

export const restart = ({ node }: ServiceView): readonly Wish[] =>
  get(node, "restart") === undefined && get(node, "deploy", "restart_policy") === undefined
    ? [{ path: ["restart"], value: "unless-stopped" }]
    : [];
