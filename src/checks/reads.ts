/** What the verdict of a check goes by: the running host, or what is stored on it. docs/verdicts.md explains each word. */

/** What runs now. */
type Live = "process" | "kernel";

/** What may be otherwise than what runs. */
type Stored = "next start" | "file" | "profile";

export type ReadSource = Live | Stored;

/** A check that reads nothing of what runs has the reason why that tells enough, as one sentence. */
export type Reads =
  | readonly [Live, ...ReadSource[]]
  | { readonly only: readonly [Stored, ...Stored[]]; readonly because: string };

/** Of a check of modes and owners. */
export const fileItself: Reads = {
  only: ["file"],
  because: "Mode and owner are the file's own, and the kernel goes by them at each opening.",
};

export const sourcesOf = (reads: Reads): readonly ReadSource[] => ("only" in reads ? reads.only : reads);

export const reasonOf = (reads: Reads): string | undefined => ("only" in reads ? reads.because : undefined);

/** The words of a person for each. */
const words: Readonly<Record<ReadSource, string>> = {
  process: "the running process",
  kernel: "the kernel",
  "next start": "the next start",
  file: "a file",
  profile: "the profile",
};

export const sourcesText = (reads: Reads): string =>
  sourcesOf(reads)
    .map((source) => words[source])
    .join(", ");

/** The same of a check that is also judged by what the next boot brings. */
export function withNextStart(reads: Reads): Reads {
  if (sourcesOf(reads).includes("next start")) return reads;
  return "only" in reads ? { ...reads, only: [...reads.only, "next start"] } : [...reads, "next start"];
}
