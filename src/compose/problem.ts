/** What keeps a file from being judged, and what is only told of it. Pure. */
import { nearest } from "../profile/nearest.ts";
import { printable } from "../profile/text.ts";
import type { Origin } from "./tree.ts";

/** A sentence, and where it is about. */
export interface Problem {
  readonly at: Origin;
  readonly message: string;
}

/** `file:line:column`, safe for a terminal. */
export const placeText = ({ file, line, column }: Origin) => printable(`${file}:${line}:${column}`);

export const problemText = ({ at, message }: Problem) => `${placeText(at)}: ${printable(message)}`;

/** With what was probably meant. */
export function meant(word: string, candidates: readonly string[]): string {
  const near = nearest(word, candidates);
  return near === undefined ? "" : ` (did you mean \`${near}\`?)`;
}
