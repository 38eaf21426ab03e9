/** Where the nodes of a YAML text begin and end. Pure. */
import { isCollection, isMap, isPair, type Node, type Pair } from "yaml";

export type Found = Pair<Node, Node | null>;

export const rangeOf = (node: Node) => [node.range![0], node.range![1]] as const;
export const itemsOf = (node: Node | null | undefined) => (isMap(node) ? (node.items as Found[]) : []);
export const isFlow = (node: Node | null | undefined) => isCollection(node) && node.flow === true;
/** After the colon; undefined for a key of a flow mapping that stands alone. */
export const colonOf = ({ srcToken }: Found) => {
  const colon = srcToken?.sep?.find(({ type }) => type === "map-value-ind");
  return colon && colon.offset + 1;
};
/** A value that isn't written, such as that of `key:`. */
export const isUnwritten = ({ value }: Found) => value === null || value.range![0] === value.range![1];

/** After the last character that is the pair's own; after the line's end for a block scalar. */
export const endOf = (pair: Found): number =>
  isUnwritten(pair) ? (colonOf(pair) ?? rangeOf(pair.key)[1]) : endOfNode(pair.value!);

export function endOfNode(node: Node): number {
  const last = isCollection(node) && !isFlow(node) ? node.items.at(-1) : undefined;
  if (last === undefined) return rangeOf(node)[1];
  return isPair(last) ? endOf(last as Found) : endOfNode(last as Node);
}

export const flowOf = (map: Node) => {
  const [start, end] = rangeOf(map);
  return {
    start,
    end,
    members: itemsOf(map).map((pair) => ({ start: rangeOf(pair.key)[0], end: endOf(pair) })),
  };
};
