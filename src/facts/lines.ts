/** The lines of an answer, without the empty ones. Pure. */
export const linesOf = (text: Buffer | string): readonly string[] =>
  text
    .toString()
    .split("\n")
    .filter((line) => line !== "");

/** What stands behind the word and a blank, of each line that begins so. */
export const textsOf = (lines: readonly string[], word: string): readonly string[] =>
  lines.flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []));
