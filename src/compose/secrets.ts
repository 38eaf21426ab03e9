/** Which values of a compose file are secrets that are written out. A value never leaves this file. Pure. */
import { forms, isSecretKey, isSwitch } from "../secrets/index.ts";

/** What a value that should be secret is: written out, written as a default, or from elsewhere. */
export type Kept = "written" | "default" | "variable" | "none";

/** `written`: as the file has it, before variables are put in. */
export function keptOf(written: string): Kept {
  if (isSwitch(written)) return "none";
  const [, fallback = ""] = /\$\{\w+:?-([^}]*)\}/.exec(written) ?? [];
  if (fallback !== "" && !fallback.startsWith("$") && !isSwitch(fallback)) return "default";
  const rest = written.replace(/\$\{[^}]*\}|\$[A-Za-z_]\w*/g, "");
  return /\$\{|\$[A-Za-z_]/.test(written.replaceAll("$$", "")) && !/\w{4}/.test(rest)
    ? "variable"
    : "written";
}

/** Each part has its most: hostile text must not take for ever. */
const inUrl =
  /[a-z][a-z0-9+.-]{0,30}:\/\/[^\s/@"']{0,128}?:((?:\$\{[^}]{0,256}\}|\$(?!\{)|[^\s/@"'$]){1,512})@/i;
const asFlag =
  /--?(?:requirepass|masterauth|password|passwd|pass|token|secret|api-?key|access-key|secret-key)(?:=|\s+)["']?((?:\$\{[^}]*\}|[^\s"'])+)/i;

/** A password in a URL, or behind an option of a command. */
export function keptInText(written: string): Kept {
  const found = [inUrl.exec(written)?.[1], asFlag.exec(written)?.[1]].filter((each) => each !== undefined);
  const all = found.map(keptOf);
  return (["written", "default", "variable"] as const).find((each) => all.includes(each)) ?? "none";
}

/** One look at a line that has none. */
const anyForm = new RegExp(forms.map(([, { source }]) => source).join("|"));

export const formIn = (line: string): string | undefined =>
  anyForm.test(line) ? forms.find(([, form]) => form.test(line))?.[0] : undefined;

/** `KEY=value`, `KEY: value`, `"key": "value"`, `- KEY=value`, `ENV KEY value`. */
const pair =
  /^[\s-]*(?:(?:export|ENV|ARG)\s+)?["']?([A-Za-z_][\w.-]*)["']?(?:\s*[:=]\s*|(?<=\bENV\s+\S+)\s+)(.+)$/;

/** What is secret in a line of variables, YAML, JSON or a Dockerfile: its key, or what it is by its form. What sops has encrypted isn't. */
export function nameIn(line: string): string | undefined {
  const [, key, rest = ""] = pair.exec(line) ?? [];
  const value = rest
    .trim()
    .replace(/,$/, "")
    .replace(/^(["'])(.*)\1$/, "$2");
  const isWritten = (kept: Kept) => kept === "written" || kept === "default";
  if (key === undefined)
    return formIn(line) ?? (isWritten(keptInText(line)) ? "a URL or a command" : undefined);
  if (/^ENC\[/.test(value)) return undefined;
  if (isSecretKey(key) && !/^([|>&*!#{[]|$)/.test(value) && isWritten(keptOf(value))) return key;
  return formIn(line) !== undefined || isWritten(keptInText(value)) ? key : undefined;
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
