/** One definition over another, as compose merges what a service extends. Pure. */
import { parseMount } from "./mounts.ts";
import { type ComposeProblem, placeText } from "./problem.ts";
import {
  isNothing,
  type ListNode,
  type MapNode,
  type Node,
  pairsOf,
  type TreeEntry,
  textOf,
  valuesOf,
} from "./tree.ts";

/** What is replaced as a whole. */
const replaced = new Set(["command", "entrypoint", "test"]);
/** What a list and a map say alike. */
const byKey = new Set([
  ...["environment", "labels", "annotations", "args", "sysctls", "extra_hosts", "networks", "depends_on"],
]);

export function merged(under: MapNode, over: MapNode): MapNode {
  const entries = new Map<string, TreeEntry>(under.entries);
  for (const [key, entry] of over.entries) {
    const before = entries.get(key);
    // Compose extends a service before it lays another file over it.
    if (key === "extends" && before !== undefined && entry.value.tag === "reset") continue;
    const value = before === undefined ? entry.value : laidOver(before.value, entry.value, key);
    entries.set(key, { at: entry.at, value });
  }
  return { ...over, entries };
}

/** A tag stays, for what is extended comes below it only later. */
function laidOver(under: Node, over: Node, key: string): Node {
  if (over.tag !== undefined) return over;
  if (under.tag === "reset") return { ...over, tag: "override" };
  const value = mergedValue(under, over, key);
  return under.tag === undefined ? value : { ...value, tag: under.tag };
}

/** Without what `!reset` takes out. */
export function withoutReset(node: MapNode): MapNode {
  const entries = [...node.entries].filter(([, { value }]) => value.tag !== "reset");
  return {
    ...node,
    entries: new Map(entries.map(([key, { at, value }]) => [key, { at, value: cleaned(value) }])),
  };
}

const cleaned = (node: Node): Node =>
  node.kind === "map"
    ? withoutReset(node)
    : node.kind === "list"
      ? { ...node, items: node.items.filter(({ tag }) => tag !== "reset").map(cleaned) }
      : node;

/** Lists of a service that compose adds up and then refuses where an item is in both. */
const once = ["security_opt", "group_add"];

export const twice = (under: MapNode, over: MapNode): readonly ComposeProblem[] =>
  once.flatMap((key) => {
    const before = new Map(valuesOf(under.entries.get(key)?.value).map(({ value, at }) => [value, at]));
    const added = over.entries.get(key)?.value;
    return valuesOf(added?.tag === undefined ? added : undefined).flatMap((item) => {
      const first = before.get(item.value);
      if (first === undefined) return [];
      const message = `${key} has ${item.written} a second time, after ${placeText(first)}: compose adds the lists up and refuses that`;
      return [{ at: item.at, message }];
    });
  });

function mergedValue(under: Node, over: Node, key: string): Node {
  if (replaced.has(key) || isNothing(under)) return over;
  if (isNothing(over)) return under;
  const [one, other] = byKey.has(key) ? [asMap(under), asMap(over)] : [under, over];
  if (one.kind === "map" && other.kind === "map") return merged(one, other);
  if (one.kind !== "list" && other.kind !== "list") return other;
  return listed(asList(one), asList(other), key);
}

function asMap(node: Node): Node {
  if (node.kind !== "list") return node;
  const entries = pairsOf(node).map(({ key, at, value, written }): [string, TreeEntry] => [
    key,
    { at, value: { kind: "value", at, value: value ?? null, written, unknown: [] } },
  ]);
  return { kind: "map", at: node.at, entries: new Map(entries) };
}

const asList = (node: Node): ListNode =>
  node.kind === "list" ? node : { kind: "list", at: node.at, items: [node] };

/** The later one of two that speak of the same takes the place of the earlier. */
function listed(under: ListNode, over: ListNode, key: string): ListNode {
  const same = (item: Node) => (key === "volumes" ? parseMount(item)?.target : undefined) ?? textOf(item);
  const added = over.items.filter(({ tag }) => tag !== "reset");
  const taken = new Set(added.map(same));
  const kept = under.items.filter((item) => same(item) === undefined || !taken.has(same(item)));
  return { ...over, items: [...kept, ...added] };
}
