export function draw<T extends string>(seed: string, suite: string, all: readonly T[], count: number): T[];
