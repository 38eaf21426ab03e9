/** What is derived from the same object, computed once for each: for objects in which nothing changes. Pure. */
export function once<I extends object, T>(derive: (input: I) => T): (input: I) => T {
  const known = new WeakMap<I, { readonly value: T }>();
  return (input) => {
    const found = known.get(input) ?? { value: derive(input) };
    known.set(input, found);
    return found.value;
  };
}
