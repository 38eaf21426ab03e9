/** The word that was probably meant: equal but for case, `-` and `_`, or at most three edits away. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const wanted = plain(word);
  const scored = candidates
    .map((candidate) => ({ candidate, score: scoreOf(wanted, plain(candidate)) }))
    .filter(({ candidate, score }) => score <= Math.min(3, Math.floor(candidate.length / 2)))
    .sort((a, b) => a.score - b.score);
  return scored[0]?.candidate;
}

/** A word that was cut short, such as `proto`, is nearer than one of other letters. */
const scoreOf = (wanted: string, candidate: string) =>
  wanted.length >= 4 && candidate.startsWith(wanted) ? 0.5 : distance(wanted, candidate);

/** `MaxAuthTries`, `max_auth_tries` and `maxAuthTries` are one word. */
function plain(word: string): string {
  return word.slice(0, 100).toLowerCase().replace(/[-_]/g, "");
}

/** Edits (insert, delete, replace, swap of neighbours) from a to b. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = swapped ? before[j - 2]! + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(replace, last[j]! + 1, row[j - 1]! + 1, swap));
    }
    before = last;
    last = row;
  }
  return last[b.length]!;
}
