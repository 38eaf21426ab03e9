/** The account lines of sshd's PAM stack that the host's owner, and not Debian, has put there. Pure. */
import type { PamFile } from "../../facts/pam.ts";

interface PamLine {
  /** `/etc/pam.d/sshd:12`. */
  readonly place: string;
  readonly control: string;
  readonly module: string;
  readonly text: string;
}

/** Included files within included files, and lines in all. */
const maxDepth = 8;
const maxLines = 200;

const pathOf = (name: string) => (name.startsWith("/") ? name : `/etc/pam.d/${name}`);

/** A comment is not continued. */
function* joinedLines(content: string): Generator<readonly [number, string]> {
  let before = "";
  let first = 0;
  for (const [index, line] of content.split("\n").entries()) {
    if (before === "") first = index + 1;
    const text = before + line;
    const isContinued = !text.includes("#") && /\\[ \t]*$/.test(text);
    before = isContinued ? text.replace(/\\[ \t]*$/, " ") : "";
    if (!isContinued) yield [first, text.replace(/#.*/, "").trim()];
  }
  if (before !== "") yield [first, before.trim()];
}

/** In the order in which PAM asks them, with all that is included. */
function accountLines(files: readonly PamFile[], name: string, depth = 0): readonly PamLine[] {
  const file = files.find((each) => each.name === name);
  if (file === undefined || depth > maxDepth) return [];
  return [...joinedLines(file.content)].flatMap(([number, text]) => {
    const included = /^@include\s+(\S+)/.exec(text)?.[1];
    if (included !== undefined) return accountLines(files, included, depth + 1);
    const [, control = "", module = ""] = /^-?account\s+(\[[^\]]*\]|\S+)\s+(\S+)/i.exec(text) ?? [];
    if (/^(include|substack)$/i.test(control)) return accountLines(files, module, depth + 1);
    if (module === "") return [];
    return [{ place: `${pathOf(name)}:${number}`, control: control.toLowerCase(), module, text }];
  });
}

/** What Debian ships there, or refuses nobody by itself; pam_unix goes by shadow(5), which is judged by itself. */
const isUsual = ({ place, control, module }: PamLine): boolean => {
  const [name = ""] = /[^/]*$/.exec(module) ?? [];
  if (control === "optional") return true;
  if (name === "pam_deny.so") return place.startsWith("/etc/pam.d/common-account:");
  return /^pam_(unix|permit|nologin)\.so$/.test(name);
};

/** `/etc/pam.d/sshd:12 (account required pam_access.so)` each. */
export const ownAccountLines = (files: readonly PamFile[]): readonly string[] =>
  accountLines(files, files[0]?.name ?? "")
    .slice(0, maxLines)
    .filter((line) => !isUsual(line))
    .map(({ place, text }) => `${place} (${text.replaceAll(/\s+/g, " ")})`);
