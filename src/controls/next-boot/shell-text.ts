/** A shell's text taken apart: commands that stand in others, and redirections, which are no words of a command. Pure. */

/** Deeper ones are taken apart as groups are: no text makes it long. */
const deepest = 8;
/** Stands for a substituted command in the words of the outer one, before its place in the list. */
const mark = "\u0001";

/** Of a word in which a variable or another command's output stands. */
export const isUnknown = (word: string) => word.includes("$") || word.includes(mark);

const redirection = /(?:(?<=\s)\d+)?(?:&>>?|<{1,3}[&-]?|>[>|&]?)[ \t]*[^\s;&|<>()]*/g;

export interface ShellText {
  /** The outer command first. */
  readonly commands: readonly string[];
  /** The words of a command, with `$(…)` in them replaced by what stands in it. */
  readonly wordsOf: (words: readonly string[]) => readonly string[];
}

/** `text` has no quotes any more. */
export function shellText(text: string): ShellText {
  const inner: string[] = [];
  const put = (_: string, command: string) => `${mark}${inner.push(command) - 1}`;
  let outer = text.replace(/\$\{\w[^{}\s]*\}/g, "$").replace(/`([^`]*)`/g, put);
  for (let depth = 0, before = ""; depth < deepest && outer !== before; depth++) {
    before = outer;
    outer = outer.replace(/\$\(([^()`]*)\)/g, put);
  }
  return {
    commands: [outer, ...inner].map((command) => command.replace(redirection, " ")),
    wordsOf: (words) =>
      words.flatMap((word) =>
        word.startsWith(mark) ? (inner[Number(word.slice(1))] ?? "").split(/[\s,<>]+/) : [word],
      ),
  };
}
