export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}
export interface TestResult {
  readonly name: string;
  readonly state: "passed" | "failed" | "skipped";
  /** The first error of a test that failed. */
  readonly error?: string;
}
export interface SuiteResult {
  /** From the root of the tree. */
  readonly path: string;
  readonly project: string;
  /** Of the whole suite, with its hooks. */
  readonly seconds: number;
  /** Also by a hook, or because the file can't be loaded. */
  readonly failed: boolean;
  /** The first that a hook or the loading of the file has thrown. */
  readonly error?: string;
  readonly tests: readonly TestResult[];
}
export function countTests(suites: readonly SuiteResult[]): Counts;
export function skippedTests(suites: readonly SuiteResult[]): readonly string[];
export function failedTests(suites: readonly SuiteResult[]): readonly string[];
export function failedNames(suites: readonly SuiteResult[]): readonly string[];
export function timesOf(suites: readonly SuiteResult[]): readonly string[];
export function lastLine(counts: Counts): string;
export function readLastLine(output: string): Counts | undefined;
