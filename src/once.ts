/** What is derived from the same object, computed once for each: for objects in which nothing changes. Pure. */
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
 * forgotten.
 */
export function onceByText<T>(derive: (text: string) => T, most: number): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    if (known.size >= most) known.clear();
    const value = derive(text);
    known.set(text, value);
    return value;
  };
}
