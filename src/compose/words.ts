/** Words of a command, and of a shell's script in it. Pure. */
import { posix } from "node:path";

/** A text's words: blanks between, quotes around, a backslash before a character. */
export const wordsIn = (text: string): readonly string[] =>
  (text.match(/(?:\$\{[^}]*\}|\$\([^)]*\)|"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])+/gs) ?? []).map((word) =>
    word.replace(
      /"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)/gs,
      (_all, double?: string, single?: string, escaped?: string) =>
        escaped ?? single ?? (double ?? "").replace(/\\(.)/gs, "$1"),
    ),
  );

const isShell = (word: string) => /^(?:ba|da|a|z)?sh$/.test(posix.basename(word));

/** The script that a shell is given: the word behind `-c`. */
export function scriptIn(words: readonly string[]): string | undefined {
  const shell = words.findIndex(isShell);
  const flag = shell < 0 ? -1 : words.findIndex((word, at) => at > shell && /^-[a-z]*c$/.test(word));
  return flag < 0 ? undefined : words[flag + 1];
}

/** What starts the program that stands behind it. */
const wrapper =
  /^(?:exec|env|tini|dumb-init|nohup|time|docker-entrypoint\.sh|entrypoint\.sh|-{1,2}|[A-Za-z_]\w*=.*)$/;
/** These have the name of a user first. */
const stepper = /^(?:gosu|su-exec|setpriv|chpst)$/;

function programOf(words: readonly string[]): string | undefined {
  for (let at = 0; at < words.length; at++) {
    const name = posix.basename(words[at]!);
    if (stepper.test(name)) at += 1;
    else if (!wrapper.test(name) && name !== "") return name;
  }
  return undefined;
}

/** Names of the programs that a command starts; of a script each at the head of a command. */
export function programsIn(words: readonly string[]): readonly string[] {
  const script = scriptIn(words);
  if (script === undefined) return [programOf(words) ?? []].flat();
  return script
    .replace(/"(?:\\.|[^"\\])*"|'[^']*'/gs, (quoted) => quoted.replace(/[;&|(){}\n]/g, "_"))
    .split(/\$\(|[;&|(){}\n]+|\b(?:do|then|else|until|while|if)\s|!\s/)
    .flatMap((part) => programOf(wordsIn(part)) ?? []);
}
