export interface Suite {
  readonly path: string;
  readonly project: string;
}
export function choose(
  suites: readonly Suite[],
  words: readonly string[],
  o: { readonly ci: boolean },
): {
  readonly fresh: boolean;
  readonly nodes: boolean;
  readonly chosen: readonly Suite[];
  readonly unknown: readonly string[];
};
export function shares(suites: readonly Suite[]): {
  readonly alone: readonly Suite[];
  readonly inMachine: readonly Suite[];
  readonly beside: readonly Suite[];
};
