/** What keeps a file from being judged, and what is only told of it. Pure. */
import { nearest } from "../profile/nearest.ts";
import { printable } from "../profile/text.ts";
import type { Origin } from "./tree.ts";

/** A sentence, and where it is about. */
export interface ComposeProblem {
  readonly at: Origin;
  readonly message: string;
}

/** `file:line:column`, safe for a terminal. */
export const placeText = ({ file, line, column }: Origin) => printable(`${file}:${line}:${column}`);

export const problemText = ({ at, message }: ComposeProblem) => `${placeText(at)}: ${printable(message)}`;

/** A key of any file that a project names, which may be no compose file at all: what doesn't look like a key may be a secret. */
export const keyText = (key: string) => (/^\w[\w.-]{0,31}$/.test(key) ? key : "…");

/** With what was probably meant. */
export function meant(word: string, candidates: readonly string[]): string {
  const near = nearest(word, candidates);
  return near === undefined ? "" : ` (did you mean \`${near}\`?)`;
}
