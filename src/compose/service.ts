/** What a service says, in whichever of compose's spellings. Pure. */
import { type ComposeMount, parseMount, tmpfsOf } from "./mounts.ts";
import { type Port, parsePort } from "./ports.ts";
import { get, itemsOf, keyAt, type MapNode, type Node, type Origin, textOf, valuesOf } from "./tree.ts";

/** Volumes and tmpfs alike. */
export const mountsOf = (node: MapNode): readonly ComposeMount[] => [
  ...itemsOf(get(node, "volumes")).flatMap((item) => parseMount(item) ?? []),
  ...tmpfsOf(get(node, "tmpfs")),
];

export const portsOf = (node: MapNode): readonly Port[] =>
  itemsOf(get(node, "ports")).flatMap((item) => parsePort(item) ?? []);

/** A command that compose runs in a container when it has started, or before it stops. */
export interface Hook {
  readonly key: string;
  readonly node: Node;
}

export const hooksOf = (node: MapNode): readonly Hook[] =>
  ["post_start", "pre_stop"].flatMap((key) => itemsOf(get(node, key)).map((each) => ({ key, node: each })));

export const userOf = (node: MapNode): string | undefined => textOf(get(node, "user"));

/** None: the image's own, which is root's unless it says otherwise. The engine reads `00` and `+0` as numbers. */
export const isRoot = (user: string | undefined) => user === undefined || /^([-+]?0+|root)(:|$)/.test(user);

/** Names of the networks that it joins, each with its place; undefined: the project's default one. */
export function networksOf(
  node: MapNode,
): readonly { readonly name: string; readonly at: Origin }[] | undefined {
  const found = get(node, "networks");
  if (found === undefined) return undefined;
  if (found.kind === "map") return [...found.entries].map(([name, { at }]) => ({ name, at }));
  return valuesOf(found).map(({ at, value }) => ({ name: String(value), at }));
}

/** A limit in either of its places: the service's own key, or below `deploy.resources`. */
export interface Limit {
  readonly at: Origin;
  readonly value: string;
}

export function limitOf(
  node: MapNode,
  { own, path }: { readonly own: readonly string[]; readonly path: readonly string[] },
): Limit | undefined {
  const deployed = get(node, "deploy", "resources", ...path);
  const found = [deployed, ...own.map((key) => get(node, key))].find((each) => each !== undefined);
  const value = textOf(found);
  return found === undefined || value === undefined ? undefined : { at: found.at, value };
}

/** Where a nested key stands, or the innermost of those around it that is there. */
export function nearestAt(node: MapNode, path: readonly string[]): Origin | undefined {
  let at: Origin | undefined;
  let found: Node | undefined = node;
  for (const key of path) {
    at = keyAt(found, key) ?? at;
    found = get(found, key);
  }
  return at;
}

const factors: Readonly<Record<string, number>> = { "": 1, b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** In bytes; undefined where it is no size. */
export function bytesOf(size: string | undefined): number | undefined {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)\s*([bkmg]?)(?:i?b)?$/i.exec(size ?? "") ?? [];
  return number === undefined ? undefined : Number(number) * (factors[unit.toLowerCase()] ?? 1);
}

/** `64m` and `64M`, `0.5` and `0.50`; a variable that isn't known is the same as itself alone. */
export const isSameAmount = (one: string | undefined, other: string | undefined) =>
  one === other || (bytesOf(one) !== undefined && bytesOf(one) === bytesOf(other));
