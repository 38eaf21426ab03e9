/** Which lines of files have secrets that are written out. A value never leaves this file. Pure. */
import { isSecretKey } from "../secrets/index.ts";
import { type Kept, keptInText, keptUnder } from "../secrets/kept.ts";
import { formIn } from "../secrets/known.ts";
import { isUnchosen } from "../secrets/random.ts";

/** `KEY=value`, `KEY: value`, `"key": "value"`, `- KEY=value`, `ENV KEY value`. */
const pair =
  /^[\s-]*(?:(?:export|ENV|ARG|LABEL)\s+)?["']?([A-Za-z_][\w.-]*)["']?(\s*[:=]\s*|(?<=\bENV\s+\S+)\s+)(.+)$/;

/** What of YAML and JSON is more than one value, or on the lines below, or elsewhere. */
const several = /^(?:[|>][-+\d]*|[&*!#].*|\{.*\}?|\[.*\]?)$/;

export const isWritten = (kept: Kept): boolean => kept === "written" || kept === "default";

/** As it is, and a list as its words. */
export function keptInCommand(text: string): Kept {
  const kept = keptInText(text);
  return isWritten(kept) ? kept : keptInText(commandOf(text));
}

/** `password X`, of a configuration: sentences have such words, too, but none that nobody chose. */
function directiveIn(line: string): string | undefined {
  const [, name = "", value = ""] =
    /^\s*([A-Za-z_][\w.-]*)[ \t]+["']?([^\s"';]+)["']?;?\s*$/.exec(line) ?? [];
  return isSecretKey(name) && isUnchosen(value) ? name : undefined;
}

/** What is secret in a line of variables, YAML, JSON or a Dockerfile: its key, or what it is by its form. What sops has encrypted isn't. */
export function nameIn(line: string): string | undefined {
  const [, key, parted = "", rest = ""] = pair.exec(line) ?? [];
  const value = rest
    .trim()
    .replace(/,$/, "")
    .replace(/^(["'])(.*)\1$/, "$2");
  if (key === undefined)
    return formIn(line) ?? (isWritten(keptInCommand(line)) ? "a URL or a command" : directiveIn(line));
  if (/^ENC\[/.test(value)) return undefined;
  const isOne = parted.includes("=") || rest.trim() !== value || !several.test(value);
  const kept = isOne ? keptUnder(key, value) : keptInCommand(value);
  return isWritten(kept) ? key : undefined;
}

/** Words of a command as one text, for the word behind an option. */
export const commandText = (words: readonly string[]): string =>
  words.map((word) => (words.length > 1 && /\s/.test(word) ? quotedWord(word) : word)).join(" ");

/** Quotes around a command of the container's shell stay as they are. */
const quotedWord = (word: string) =>
  /^[^'\n\\]*"\$[^'\n\\]*$/.test(word) ? `'${word}'` : JSON.stringify(word);

/** A list of JSON or YAML, also behind other words, as the words that it is. */
export function commandOf(text: string): string {
  const [, before = "", list] = /^([^[]*)\[(.*)\]\s*$/s.exec(text) ?? [];
  if (list === undefined) return text;
  return commandText([...before.trim().split(/\s+/), ...itemsOf(list)]);
}

function itemsOf(list: string): readonly string[] {
  try {
    return (JSON.parse(`[${list}]`) as unknown[]).map(String);
  } catch {
    return list.split(",").map((each) => each.trim().replace(/^(["'])(.*)\1$/, "$2"));
  }
}

/** Each once. */
export const namesIn = (text: string): readonly string[] => [
  ...new Set(text.split(/\r?\n/).flatMap((line) => nameIn(line) ?? [])),
];

/** https://age-encryption.org/v1 with or without armor, OpenPGP, git-crypt; and sops, whose files may have what is not encrypted. */
export function isEncrypted(text: string): boolean {
  if (/^(age-encryption\.org\/v1\n|-----BEGIN (AGE ENCRYPTED FILE|PGP MESSAGE)-----|\0GITCRYPT\0)/.test(text))
    return true;
  const hasMac = /(^sops_mac=|"?\bmac"?\s*[:=]\s*"?)ENC\[AES256_GCM,/m.test(text);
  const values = text.match(/ENC\[AES256_GCM,/g)?.length ?? 0;
  return hasMac && values > 1 && namesIn(text).length === 0;
}
