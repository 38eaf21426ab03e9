/** Plain values as nodes of a compose file that stands nowhere. Pure. */
import { emptyMap, type MapNode, type Node, type Origin, type ValueNode } from "../compose/tree.ts";

/** Of what runs: no report shows it. */
export const nowhere: Origin = { file: "", line: 0, column: 0 };

export type Plain =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly Plain[]
  | { readonly [key: string]: Plain };

const isList = (plain: object): plain is readonly Plain[] => Array.isArray(plain);

export function nodeOf(plain: Plain): Node {
  if (typeof plain !== "object" || plain === null) return scalar(plain ?? null);
  return isList(plain) ? { kind: "list", at: nowhere, items: plain.map(nodeOf) } : mapOf(plain);
}

const scalar = (value: ValueNode["value"]): ValueNode => ({
  kind: "value",
  at: nowhere,
  value,
  written: value === null ? "" : String(value),
  unknown: [],
});

/** Keys without a value are left out. */
export function mapOf(plain: { readonly [key: string]: Plain }): MapNode {
  const given = Object.entries(plain).filter(([, value]) => value !== undefined);
  const entries = given.map(([key, value]) => [key, { at: nowhere, value: nodeOf(value) }] as const);
  return { ...emptyMap(nowhere), entries: new Map(entries) };
}
