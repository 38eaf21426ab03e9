/** The one quoting function: a word that every POSIX shell reads back byte for byte. */

/** Single-quotes a word for sh(1). Throws on NUL, which no argument can hold. */
export function quote(word: string): string {
  if (word.includes("\u0000")) throw new TypeError("a word with a NUL byte can't be passed to a shell");
  if (/^[A-Za-z0-9_/.:=@%+,-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", "'\\''")}'`;
}
