/** The order in which augenrules(8) reads `rules.d`: that of `ls -1v`. Source: filevercmp of gnulib. */

const isDigit = (char: string | undefined) => char !== undefined && /[0-9]/.test(char);

/** Where a character sorts among those that are not digits; the end of the text comes before all but `~`. */
function order(text: string, at: number): number {
  const char = text[at];
  if (char === undefined) return -1;
  if (isDigit(char)) return 0;
  if (/[A-Za-z]/.test(char)) return char.charCodeAt(0);
  return char === "~" ? -2 : char.charCodeAt(0) + 256;
}

function compareVersions(a: string, b: string): number {
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a[i])) || (j < b.length && !isDigit(b[j]))) {
      const difference = order(a, i) - order(b, j);
      if (difference !== 0) return difference;
      i++;
      j++;
    }
    const [left, right] = [/^[0-9]*/.exec(a.slice(i))![0], /^[0-9]*/.exec(b.slice(j))![0]];
    i += left.length;
    j += right.length;
    const difference = BigInt(left || "0") - BigInt(right || "0");
    if (difference !== 0n) return difference < 0n ? -1 : 1;
  }
  return 0;
}

const withoutSuffix = (name: string) => name.replace(/(\.[A-Za-z~][A-Za-z0-9~]*)*$/, "");

/** Compares two file names as `ls -v` does in the C locale. */
export function compareNames(a: string, b: string): number {
  const short = compareVersions(withoutSuffix(a), withoutSuffix(b));
  if (short !== 0) return short;
  const whole = compareVersions(a, b);
  if (whole !== 0) return whole;
  return a < b ? -1 : a > b ? 1 : 0;
}
