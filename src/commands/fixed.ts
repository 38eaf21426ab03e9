/** What `harden compose fix` makes of a file. */

import type { Composed } from "../compose/composed.ts";
import type { SecretFile } from "../compose/fix/secret-file.ts";
import type { ByHand } from "../compose/fix/text.ts";

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
