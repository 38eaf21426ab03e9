/** The edit that takes one safeguard out: `from` stands once in `file`. */
export interface Mutant {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** The suite that goes red. */
  readonly suite: string;
  /** In the full name of the tests of it that do; left out: any. */
  readonly title?: string;
}

export const mutants: readonly Mutant[];
