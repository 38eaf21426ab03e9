/**
 * The one quoting function: a word that any POSIX sh reads back as it was. Everything that a profile, a plan or
 * a person says goes through it; there is no other way into a script.
 */
export function quote(word: string): string {
  if (word.includes("\0")) throw new TypeError("a NUL can't be in a word of a shell");
  // A lone surrogate would become U+FFFD on the way; refused, as it would not be taken literally.
  if (/\p{Surrogate}/u.test(word)) throw new TypeError("a word of a shell must be well-formed Unicode");
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** Words of one command, quoted and separated. */
export function quoteAll(words: readonly string[]): string {
  return words.map(quote).join(" ");
}
