/** The lines of an answer, without the empty ones. Pure. */
export const linesOf = (text: Buffer | string): readonly string[] =>
  text
    .toString()
    .split("\n")
    .filter((line) => line !== "");
