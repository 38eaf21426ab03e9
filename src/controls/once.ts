/**
 * What the functions of a control derive from the same input, computed once for each input. An input lives as long as
 * its plan, and nothing in it changes.
 */
export function once<I extends object, T>(derive: (input: I) => T): (input: I) => T {
  const known = new WeakMap<I, { readonly value: T }>();
  return (input) => {
    const found = known.get(input) ?? { value: derive(input) };
    known.set(input, found);
    return found.value;
  };
}
