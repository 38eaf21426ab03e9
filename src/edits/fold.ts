/** All edits of one path, of any number of controls, as one: whose each key is, or why they can't stand together. */
import { type Key, same, shown, type Value } from "./document.ts";
import { type EditFormat, nameOf } from "./index.ts";

/** What one control wants of one file; all edits that are folded are of the same path. */
export interface Edit {
  readonly control: string;
  readonly path: string;
  readonly format: EditFormat;
  readonly set: readonly (readonly [Key, Value])[];
  readonly unset: readonly Key[];
}

/** A sentence that names both controls, the file and the key. */
export interface EditConflict {
  readonly controls: readonly [string, string];
  readonly why: string;
}

interface Wish {
  readonly key: Key;
  /** Undefined where the key has to be absent. */
  readonly value: Value | undefined;
  /** In the order of the edits, each once. */
  readonly owners: readonly string[];
}

export type Folded =
  | {
      readonly ok: true;
      readonly set: readonly {
        readonly key: Key;
        readonly value: Value;
        readonly owners: readonly string[];
      }[];
      readonly unset: readonly { readonly key: Key; readonly owners: readonly string[] }[];
    }
  | { readonly ok: false; readonly conflicts: readonly EditConflict[] };

const isWithin = (inner: Key, outer: Key) => outer.every((part, index) => inner[index] === part);
const isSame = (one: Wish, other: Wish) =>
  one.key.length === other.key.length && isWithin(one.key, other.key) && same(one.value, other.value);
const areClose = (one: Wish, other: Wish) => isWithin(one.key, other.key) || isWithin(other.key, one.key);

const words = ({ key, value }: Wish) =>
  value === undefined ? `wants ${shown(key)} gone` : `sets ${shown(key)} to ${JSON.stringify(value)}`;

const wishesOf = ({ control, set, unset }: Edit): Wish[] => [
  ...set.map(([key, value]) => ({ key, value, owners: [control] })),
  ...unset.map((key) => ({ key, value: undefined, owners: [control] })),
];

/** Edits of one path, at least one. Equal wishes for a key are one wish of all their controls. */
export function fold(edits: readonly Edit[]): Folded {
  const conflicts: EditConflict[] = [];
  const clash = (controls: EditConflict["controls"], why: string) => conflicts.push({ controls, why });
  const path = edits[0]?.path;
  for (const { control, format } of edits) {
    const { control: first, format: other } = edits[0]!;
    if (nameOf(format) !== nameOf(other))
      clash(
        [first, control],
        `${path} is ${nameOf(other)} for ${first} and ${nameOf(format)} for ${control}: a file has one format.`,
      );
  }
  const wishes: Wish[] = [];
  for (const wish of edits.flatMap(wishesOf)) {
    const [control] = wish.owners as [string];
    for (const other of wishes.filter((one) => areClose(one, wish) && !isSame(one, wish)))
      clash(
        [other.owners[0]!, control],
        `${path}: ${other.owners.join(" and ")} ${words(other)}, and ${control} ${words(wish)}; leave one of them out of the profile.`,
      );
    const equal = wishes.findIndex((one) => isSame(one, wish));
    const old = wishes[equal];
    if (old === undefined) wishes.push(wish);
    else wishes[equal] = { ...old, owners: [...new Set([...old.owners, control])] };
  }
  if (conflicts.length > 0) return { ok: false, conflicts };
  return {
    ok: true,
    set: wishes.flatMap(({ value, ...rest }) => (value === undefined ? [] : [{ ...rest, value }])),
    unset: wishes.flatMap(({ value, ...rest }) => (value === undefined ? [rest] : [])),
  };
}
