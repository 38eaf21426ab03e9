/** What is derived from the same object, computed once for each: for objects in which nothing changes. Pure. */
export function once<I extends object, T>(derive: (input: I) => T): (input: I) => T {
  const known = new WeakMap<I, { readonly value: T }>();
  return (input) => {
    const found = known.get(input) ?? { value: derive(input) };
    known.set(input, found);
    return found.value;
  };
}

/** Longer texts aren't kept: what is derived from one takes many times its room, and hosts rarely share it. */
const longest = 64 * 1024;

/**
 * The same by equal text, for texts that many hosts have in common; at most `most` of them, after which all are
 * forgotten.
 */
export function onceByText<T>(derive: (text: string) => T, most: number): (text: string) => T {
  const known = new Map<string, { readonly value: T }>();
  return (text) => {
    if (text.length > longest) return derive(text);
    const found = known.get(text);
    if (found !== undefined) return found.value;
    if (known.size >= most) known.clear();
    const value = derive(text);
    known.set(text, { value });
    return value;
  };
}

/** As many kinds of hosts as are planned at a time: a value may hold all the rules of a host, some megabytes. */
const mostKinds = 10;

/**
 * The same by several parts, objects by identity and others by value, for inputs that are new for each host and made
 * of what many hosts share. `derive` must read nothing of its input but those parts.
 */
export function onceByParts<I, T>(
  partsOf: (input: I) => readonly unknown[],
  derive: (input: I) => T,
): (input: I) => T {
  const known = new Map<string, T>();
  return (input) => {
    const key = partsOf(input).map(nameOf).join(" ");
    const found = known.get(key);
    if (found !== undefined) return found;
    if (known.size >= mostKinds) known.clear();
    const value = derive(input);
    known.set(key, value);
    return value;
  };
}

const names = new WeakMap<object, string>();
let last = 0;

/** Never the same for two parts that differ. */
function nameOf(part: unknown): string {
  if (typeof part !== "object" || part === null) return JSON.stringify(part) ?? "";
  const name = names.get(part) ?? `#${last++}`;
  names.set(part, name);
  return name;
}
