export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}
interface FileResult {
  readonly name: string;
  readonly status: string;
  readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
}
export function countTests(files: readonly FileResult[]): Counts;
export function skippedTests(
  files: readonly FileResult[],
  pathOf: (file: string) => string,
): readonly string[];
export function lastLine(counts: Counts): string;
export function readLastLine(output: string): Counts | undefined;
