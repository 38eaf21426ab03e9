export function draw<T extends string>(seed: string, suite: string, all: readonly T[], count: number): T[];
export function sampleOf<T extends string>(
  suite: string,
  all: readonly T[],
  count: number,
  by: { readonly seed?: string | undefined; readonly told?: string | undefined },
): readonly T[];
