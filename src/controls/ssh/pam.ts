/** The account lines of sshd's PAM stack that the host's owner, and not Debian, has put there. Pure. */
import { type PamFiles, type PamLine, pamFolders } from "../../facts/pam.ts";

/** Included files within included files, and lines in all. */
const maxDepth = 8;
const maxLines = 200;

function linesFor(files: PamFiles, name: string): readonly PamLine[] | undefined {
  const paths = name.startsWith("/") ? [name] : pamFolders.map((folder) => `${folder}/${name}`);
  return paths.map((path) => files.get(path)).find((lines) => lines !== undefined);
}

/** `[success=1 default=ignore]` is one word. */
const wordsOf = ({ text }: PamLine) => {
  const [, control = "", module = ""] = /^-?account\s+(\[[^\]]*\]|\S+)\s+(\S+)/i.exec(text) ?? [];
  return { control: control.toLowerCase(), module };
};

function includedBy(line: PamLine): string | undefined {
  const { control, module } = wordsOf(line);
  return control === "include" || control === "substack" ? module : /^@include\s+(\S+)/.exec(line.text)?.[1];
}

/** In the order in which PAM asks them, with all that is included. A line whose file is not there stays: PAM lets nobody in then. */
function expanded(files: PamFiles, lines: readonly PamLine[], depth = 0): readonly PamLine[] {
  return lines.flatMap((line) => {
    const name = includedBy(line);
    const included = name === undefined ? undefined : linesFor(files, name);
    if (included === undefined) return [line];
    return depth < maxDepth ? expanded(files, included, depth + 1) : [];
  });
}

/** What Debian ships there, or refuses nobody by itself; pam_unix goes by shadow(5), which is judged by itself. */
function isUsual(line: PamLine): boolean {
  const { control, module } = wordsOf(line);
  const [name = ""] = /[^/]*$/.exec(module) ?? [];
  if (control === "optional") return true;
  if (name === "pam_deny.so") return line.place.startsWith("/etc/pam.d/common-account:");
  return /^pam_(unix|permit|nologin)\.so$/.test(name);
}

/** `/etc/pam.d/sshd:12 (account required pam_access.so)` each; see pam.d(5) for the service `other`. */
export const ownAccountLines = (files: PamFiles): readonly string[] =>
  expanded(files, linesFor(files, "sshd") ?? linesFor(files, "other") ?? [])
    .slice(0, maxLines)
    .filter((line) => !isUsual(line))
    .map(({ place, text }) => `${place} (${text.replaceAll(/\s+/g, " ")})`);
