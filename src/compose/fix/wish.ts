/** What a service should have in addition, and how to say it so that nothing that is there gets lost. Pure. */
import type { Key, Value } from "../../edits/index.ts";
import { get, valuesOf } from "../tree.ts";
import type { ServiceView } from "../view.ts";
import type { Replacement } from "./replace.ts";

export interface Wish {
  /** Below the service. */
  readonly path: Key;
  /** Undefined: the key goes. */
  readonly value: Value | undefined;
  /** The path is from the file's top. */
  readonly top?: true;
}

export interface ComposeEdit {
  /** From the file's top. */
  readonly key: Key;
  /** Undefined: the key goes. */
  readonly value: Value | undefined;
  /** The service has this already: where it comes by a merge key, one of the service's own would hide all of it. */
  readonly within?: string;
  /** Instead of adding: the pair of the map or list at the key that becomes another. */
  readonly pair?: Replacement;
  /** The value, a text or words, takes the place of what is there. */
  readonly instead?: true;
}

/** What makes one check hold: done as a whole or not at all, for half of it may keep a service from starting. */
export type Mend = readonly ComposeEdit[];

/**
 * A list with these items. One that comes by a merge key would be gone behind one of the service's own, so that it is
 * written out; what is extended adds up by itself.
 */
export function withItems({ node, name, seen }: ServiceView, key: string, items: readonly string[]): Wish {
  const isExtended = get(seen.tree, "services", name, "extends") !== undefined;
  const there = isExtended ? [] : valuesOf(get(node, key)).map(({ written }) => written);
  return { path: [key], value: [...there, ...items.filter((item) => !there.includes(item))] };
}

export function editOf({ name, node, seen }: ServiceView, { path, value, top }: Wish): ComposeEdit {
  if (top) return { key: path, value };
  const isWithin = path.length > 1 && get(node, path[0]!) !== undefined;
  const isExtended = get(seen.tree, "services", name, "extends") !== undefined;
  return {
    key: ["services", name, ...path],
    value,
    ...(isWithin && !isExtended ? { within: path[0]! } : {}),
  };
}
