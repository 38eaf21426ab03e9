/** A compose file as data in which each node still knows where it stands. Pure. */
import type { Origin } from "../profile/tree.ts";

export type { Origin };

/** What a merge does instead of adding up: `!reset` takes out, `!override` replaces. */
export interface Tagged {
  readonly tag?: "reset" | "override";
}

export interface MapNode extends Tagged {
  readonly kind: "map";
  readonly at: Origin;
  readonly entries: ReadonlyMap<string, TreeEntry>;
}

export interface ListNode extends Tagged {
  readonly kind: "list";
  readonly at: Origin;
  readonly items: readonly Node[];
}

export interface ValueNode extends Tagged {
  readonly kind: "value";
  readonly at: Origin;
  /** With variables put in; one that isn't known stays as it is written. */
  readonly value: string | number | boolean | null;
  /** As it is written: all of it that may be shown, for a variable may hold a secret. */
  readonly written: string;
  /** Names of variables that nothing is known of. */
  readonly unknown: readonly string[];
}

export interface TreeEntry {
  /** Of the key. */
  readonly at: Origin;
  readonly value: Node;
}

export type Node = MapNode | ListNode | ValueNode;

export const kindNames = { map: "a map", list: "a list", value: "a value", nothing: "nothing" } as const;

export const isNothing = (node: Node) => node.kind === "value" && node.value === null;

export const kindOf = (node: Node) => (isNothing(node) ? "nothing" : node.kind);

export const emptyMap = (at: Origin): MapNode => ({ kind: "map", at, entries: new Map() });

/** What stands at a path of keys; undefined where it isn't there, or is nothing. */
export function get(node: Node | undefined, ...path: readonly string[]): Node | undefined {
  let found = node;
  for (const key of path) found = found?.kind === "map" ? found.entries.get(key)?.value : undefined;
  return found === undefined || isNothing(found) ? undefined : found;
}

/** Where a key stands. */
export const keyAt = (node: Node | undefined, key: string): Origin | undefined =>
  node?.kind === "map" ? node.entries.get(key)?.at : undefined;

export const entriesOf = (node: Node | undefined): readonly (readonly [string, TreeEntry])[] =>
  node?.kind === "map" ? [...node.entries] : [];

/** Values, of one or of a list of them. */
export const valuesOf = (node: Node | undefined): readonly ValueNode[] =>
  node === undefined
    ? []
    : node.kind === "list"
      ? node.items.flatMap((item) => (item.kind === "value" ? [item] : []))
      : node.kind === "value"
        ? [node]
        : [];

export const itemsOf = (node: Node | undefined): readonly Node[] => (node?.kind === "list" ? node.items : []);

/** As compose takes a value where it wants text. */
export const textOf = (node: Node | undefined): string | undefined =>
  node?.kind === "value" && node.value !== null ? String(node.value) : undefined;

/** As it is written: what may be shown. */
export const writtenOf = (node: Node | undefined): string | undefined =>
  node?.kind === "value" && node.value !== null ? node.written : undefined;

export const isTrue = (node: Node | undefined): boolean => textOf(node)?.toLowerCase() === "true";

/** `KEY: value` of a map and `KEY=value` of a list alike; a value is undefined where the key stands alone. */
export interface Pair {
  readonly key: string;
  readonly at: Origin;
  readonly value: string | undefined;
  readonly written: string;
  /** Names of variables that nothing is known of. */
  readonly unknown: readonly string[];
}

export function pairsOf(node: Node | undefined): readonly Pair[] {
  if (node?.kind === "map")
    return [...node.entries].map(([key, { at, value }]) => ({
      key,
      at,
      value: textOf(value),
      written: value.kind === "value" ? value.written : "",
      unknown: value.kind === "value" ? value.unknown : [],
    }));
  return valuesOf(node).map(({ at, value, written, unknown }) => {
    const [key, own] = parted(String(value));
    return { key, at, value: own, written: parted(written)[1] ?? "", unknown };
  });
}

function parted(text: string): readonly [string, string | undefined] {
  const cut = text.indexOf("=");
  return cut < 0 ? [text, undefined] : [text.slice(0, cut), text.slice(cut + 1)];
}
