/** What is said of compose files, of a fix of one, and of a try of the result. */
import type { Composed } from "../compose/composed.ts";
import type { SecretFile } from "../compose/fix/secret-file.ts";
import type { ByHand } from "../compose/fix/text.ts";
import type { StartStanding } from "../compose/try/watch.ts";
import type { Judged } from "./verdict.ts";

/** What `harden compose fix` makes of a file. */
export interface Fixed {
  readonly file: string;
  /** Without the secrets that were found; empty where there is nothing to add. */
  readonly diff: string;
  readonly original: string;
  readonly text: string;
  /** To be written before the file, which names them; their content is never shown. */
  readonly secrets: readonly SecretFile[];
  /** What belongs into the file and has no safe place in its text. */
  readonly byHand: readonly ByHand[];
  /** What must be done before the file is used. */
  readonly before: readonly string[];
  /** Of passwords: who has none, and who has to be given one. */
  readonly told: readonly string[];
  /** The file as it will be: what is left is a person's to decide. */
  readonly left: Composed;
}

export type ComposeReport = readonly Judged<Composed>[];

/** What broke a service, as its container tells it. */
export interface Broke {
  /** Left out where it has not ended. */
  readonly exitCode?: number;
  /** How often it was started again by itself. */
  readonly restarts: number;
  /** Its last lines, or what the engine has against it. */
  readonly log: readonly string[];
  /** Keys to look at. */
  readonly look: readonly string[];
}

export interface TriedService {
  readonly name: string;
  readonly first: StartStanding;
  /** After it was stopped and started once more; left out where it never came to that. */
  readonly again?: StartStanding;
  /** What broke, and left out where nothing did. */
  readonly broke?: Broke;
  /** What became of the original, tried in the same way; only where the result broke. */
  readonly original?: "works" | "breaks too" | "not told";
}

export interface Tried {
  /** `not told`: whatever broke breaks without the fix, too, where it is tried so. */
  readonly verdict: "works" | "broken" | "not told";
  readonly services: readonly TriedService[];
  /** What was not as it will be. */
  readonly notes: readonly string[];
  /** Services that wait for a profile of compose's. */
  readonly left: readonly string[];
}
