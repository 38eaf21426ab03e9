import type { Key, Value } from "../../src/edits/index.ts";

type Entries = Record<string, Value>;

/** The plain meaning of an edit: a copy with the key set, or without it. */
export function with_(values: Value, [name, ...rest]: Key, value: Value | undefined): Value {
  const copy = Object.fromEntries(Object.entries(values as Entries));
  if (name === undefined) return value ?? null;
  const old = Object.hasOwn(copy, name) ? copy[name] : undefined;
  if (value === undefined && old === undefined) return copy;
  const inside = rest.length === 0 ? value : with_(old ?? {}, rest, value);
  if (inside === undefined) delete copy[name];
  else
    Object.defineProperty(copy, name, {
      value: inside,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  return copy;
}
