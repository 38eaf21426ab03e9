export const engine: readonly (readonly [string, string])[];
export const localPackages: readonly string[];
export function missingPackages(
  paths: readonly string[],
  isHere: (thing: string) => boolean,
): readonly string[];
export function lacks(path: string, isHere: (thing: string) => boolean): readonly string[];
