/** What a secret's move has to heed, whatever it is moved from. Pure. */
import { entriesOf, get, type MapNode, type Node } from "../tree.ts";
import type { ProjectSeen } from "../view.ts";
import type { ByHand } from "./text.ts";
import type { Mend } from "./wish.ts";

export interface Moving {
  /** Of what was found and isn't waived: `service KEY`. */
  readonly found: ReadonlySet<string>;
  /** Files that compose lays over this one by itself. */
  readonly over: readonly MapNode[];
  /** Services of redis and its like without a password get one. */
  readonly setPasswords: boolean;
}

/** One service's place, and why nothing is moved from there; or the edits that move it. */
export type Move = { readonly mend: Mend } | { readonly byHand: ByHand };

export const noReader = "Who reads a file in it is not known: give it a user in numbers that isn't root.";

/** Whether another service has what this one has, or the other way round. */
export const isShared = (name: string, { tree }: ProjectSeen): boolean =>
  entriesOf(get(tree, "services")).some(([other, { value }]) => {
    const extended = get(value, "extends");
    return extended !== undefined && (other === name || mentions(extended, name));
  });

/** A whole word of a text somewhere in it. */
export function mentions(node: Node, word: string): boolean {
  if (node.kind === "list") return node.items.some((item) => mentions(item, word));
  if (node.kind === "map") return entriesOf(node).some(([, { value }]) => mentions(value, word));
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?<![\\w-])${escaped}(?![\\w-])`).test(node.written);
}
