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

const needsNone = /^[\w@%+:,./-][\w@%+=:,./-]*$/;
// What a text loses before it is shown, or a terminal takes for a key.
const notShown = /[\p{C}\p{Zl}\p{Zp}]/u;

/** The same for a command that a person is told and pastes: quoted only where it must be, with nothing invisible in it. */
export function typedAs(word: string): string {
  if (needsNone.test(word)) return word;
  if (!notShown.test(word)) return quote(word);
  const octal = [...Buffer.from(word)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`);
  return `"$(printf '${octal.join("")}')"`;
}
