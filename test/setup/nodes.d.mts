import type { SuiteResult, TestResult } from "./results.mjs";

export interface Node {
  readonly name: string;
  readonly program: string;
}
export const newerNodes: readonly string[];
export function fetchNode(major: string): Node;
export function startUpTests(
  node: Pick<Node, "program">,
  cli?: string,
  starts?: readonly (readonly [status: number, words: readonly string[]])[],
): readonly TestResult[];
export function runUnits(
  node: Node,
  paths: readonly string[],
  results: string,
): Promise<{
  readonly passed: boolean;
  readonly output: string;
  readonly suites: readonly SuiteResult[];
}>;
