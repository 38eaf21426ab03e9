/** What two merged profiles differ in, each value with where it was written. Pure. */
import type { ShownProfile, ShownValue } from "./show.ts";

export interface ValuesApart {
  readonly path: string;
  readonly a: ShownValue | undefined;
  readonly b: ShownValue | undefined;
}

/** In the order of a, then what only b has. */
export function valuesApart(a: ShownProfile, b: ShownProfile): readonly ValuesApart[] {
  const byPath = ({ values }: ShownProfile) => new Map(values.map((value) => [value.path, value]));
  const [one, other] = [byPath(a), byPath(b)];
  return [...new Set([...one.keys(), ...other.keys()])].flatMap((path) => {
    const [left, right] = [one.get(path), other.get(path)];
    return left && right && JSON.stringify(left.value) === JSON.stringify(right.value)
      ? []
      : [{ path, a: left, b: right }];
  });
}
