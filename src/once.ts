/** What is derived when it is first asked for, and then kept by whoever holds the function. Pure. */
export function lazy<T>(derive: () => T): () => T {
  let found: { readonly value: T } | undefined;
  return () => {
    found ??= { value: derive() };
    return found.value;
  };
}

/** What is derived from the same object, computed once for each: for objects in which nothing changes. */
export function once<I extends object, T>(derive: (input: I) => T): (input: I) => T {
  const known = new WeakMap<I, { readonly value: T }>();
  return (input) => {
    const found = known.get(input) ?? { value: derive(input) };
    known.set(input, found);
    return found.value;
  };
}

/**
 * The same by equal text, for texts that many hosts have in common; at most `most` of them, after which all are
 * forgotten. `longest`, in characters: what is derived from a longer text takes many times its room, and hosts rarely
 * share it; more is for texts that are known to be shared.
 */
export function onceByText<T>(
  derive: (text: string) => T,
  most: number,
  longest = 64 * 1024,
): (text: string) => T {
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
