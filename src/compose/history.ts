/** What `git log -p --unified=0` says, as the secrets that commits brought. Pure. */
import { formIn } from "../secrets/known.ts";
import type { Added, FileKind } from "./kept.ts";
import { isDockerfile } from "./names.ts";
import { isEncrypted, nameIn } from "./secrets.ts";

/** Of the rest only what is a secret by its form counts, but in files like the project's. */
const isLikeOwn = (path: string) =>
  isDockerfile(path) ||
  /(^|\/)\.env(\.(?!example|sample|template|dist)[\w-]+)?$|(^|\/)(docker-)?compose([.-][\w.-]+)?\.ya?ml$/i.test(
    path,
  );

/** What is secret in a line. All of a file of a secret is, unless it begins as what is encrypted does, or as YAML and JSON do. */
function nameOf(
  kind: FileKind,
  { path, line, text }: { path: string; line: number; text: string },
): string | undefined {
  if (kind === "rest" && !isLikeOwn(path)) return formIn(text);
  const name = nameIn(text);
  if (name !== undefined || kind !== "secret" || line !== 1) return name;
  const isStructured = /^\s*($|[#{[]|---|["']?[\w.-]+["']?\s*[:=])/.test(text);
  return isStructured || isEncrypted(`${text}\n`) ? undefined : "its content";
}

/** How each commit begins: `commit HASH`. What a commit or a file says can't look like it: it has a sign before it. */
export const commitFormat = "commit %H";

/** Each name of a file once, by the commit that is told last: the oldest. */
export function addedIn(log: string, kindOf: (path: string) => FileKind): readonly Added[] {
  const found = new Map<string, Added>();
  let [commit, path, line, left, gone, isLink] = ["", "", 0, 0, 0, false];
  for (const text of linesOf(log)) {
    if (gone > 0 && text.startsWith("-")) gone -= 1;
    else if (left > 0 && text.startsWith("+")) {
      const kind = kindOf(path);
      const name = isLink ? undefined : nameOf(kind, { path, line, text: text.slice(1, mostOfLine) });
      if (name !== undefined) found.set(JSON.stringify([path, name]), { commit, kind, path, line, name });
      [line, left] = [line + 1, left - 1];
    } else if (text.startsWith("commit ")) commit = text.slice("commit ".length, "commit ".length + 10);
    else if (text.startsWith("+++ ")) path = pathOf(text.slice("+++ ".length));
    else if (text.startsWith("diff --git ")) isLink = false;
    else if (/^(new file mode|new mode|index \S+) 120000$/.test(text)) isLink = true;
    else {
      const [, less = "1", start, more = "1"] = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(text) ?? [];
      if (start !== undefined) [gone, line, left] = [Number(less), Number(start), Number(more)];
    }
  }
  return [...found.values()];
}

/** One after the other: all at once would take many times the text's own memory. */
function* linesOf(text: string): Iterable<string> {
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf("\n", start);
    yield text.slice(start, end < 0 ? text.length : end);
    start = end < 0 ? text.length : end + 1;
  }
}

/** Longer lines are made by machines. */
const mostOfLine = 1024;

/** As git writes it, behind `b/` or not: it quotes what isn't plain, and ends one with a blank by a tab. */
export function pathOf(written: string): string {
  const [, quoted] = /^"(.*)"$/.exec(written) ?? [];
  if (quoted === undefined) return written.replace(/^b\//, "").replace(/\t$/, "");
  const bytes = quoted.replace(/\\(?:([0-7]{3})|(.))/g, (_, octal?: string, other = "") =>
    octal === undefined ? (escapes[other] ?? other) : String.fromCharCode(Number.parseInt(octal, 8)),
  );
  return Buffer.from(bytes, "latin1").toString("utf8").replace(/^b\//, "");
}

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };
