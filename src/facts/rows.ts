/** Answers of lines whose words stand between tabs, the first of which says what the line tells, until a line `end`. Pure. */

/** The rest of each line that begins with a word. */
export type Rows = (word: string) => readonly (readonly string[])[];

/** Throws where the last line is missing. */
export function rowsOf(data: Buffer): Rows {
  const lines = data
    .toString("utf8")
    .split("\n")
    .map((line) => line.split("\t"));
  const rows: Rows = (word) => lines.flatMap(([first, ...rest]) => (first === word ? [rest] : []));
  if (rows("end").length === 0) throw new Error("the answer is cut off");
  return rows;
}
