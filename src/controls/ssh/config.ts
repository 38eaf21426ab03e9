/** Reads sshd_config(5) and what it includes, in sshd's own order. Pure; the truth stays with `sshd -T`. */
import { onceByText } from "../../once.ts";
import { paths } from "../../platform.ts";
import { matchGlob } from "./patterns.ts";

export interface ConfigFile {
  readonly path: string;
  readonly content: Buffer;
}

/** One criterion of a Match line, such as `user` and `bob,al*`; `all` has no list. */
export interface MatchCriterion {
  readonly name: string;
  readonly list: string;
}

/** A Match line that a directive stands under. */
export interface MatchLine {
  readonly file: string;
  readonly line: number;
  readonly criteria: readonly MatchCriterion[];
}

export interface Directive {
  /** Lower case; the names that sshd keeps for old configurations are replaced by today's. */
  readonly keyword: string;
  readonly words: readonly string[];
  readonly file: string;
  readonly line: number;
  /** All of them must hold: an include inside a Match block may have Match blocks of its own. */
  readonly under: readonly MatchLine[];
}

const aliases: Readonly<Record<string, string>> = {
  dsaauthentication: "pubkeyauthentication",
  pubkeyacceptedkeytypes: "pubkeyacceptedalgorithms",
  authorizedkeysfile2: "authorizedkeysfile",
};

/** sshd's own limit for includes within includes; and ours, for files that include each other many times. */
const maxDepth = 16;
const maxDirectives = 50_000;

/** Words as sshd splits them: blanks, quotes, a backslash before a quote or a blank, `#` at the start of a word. */
export function splitWords(text: string): readonly string[] {
  const words = text.matchAll(/\s*(#.*$|(?:"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?|\\["'\\ ]|[^\s"'])+)/g);
  const result: string[] = [];
  for (const [, word = ""] of words) {
    if (word.startsWith("#")) break;
    result.push(
      word.replace(
        /"((?:\\.|[^"\\])*)"?|'((?:\\.|[^'\\])*)'?|\\(["'\\ ])/g,
        (_all, double?: string, single?: string, escaped?: string) =>
          escaped ?? (double ?? single ?? "").replace(/\\(["'\\])/g, "$1"),
      ),
    );
  }
  return result;
}

/** Keyword, in lower case, and the rest of a line; undefined for blank lines and comments. */
export const splitLine = onceByText((line): { keyword: string; words: readonly string[] } | undefined => {
  const [, keyword, rest = ""] =
    /^[\s"]*([A-Za-z0-9]+)"?(?:[ \t]*=[ \t]*|[ \t]+|$)(.*)$/.exec(line.trimEnd()) ?? [];
  return keyword === undefined ? undefined : { keyword: keyword.toLowerCase(), words: splitWords(rest) };
}, 2000);

function criteriaOf(words: readonly string[]): readonly MatchCriterion[] {
  const criteria: MatchCriterion[] = [];
  for (let index = 0; index < words.length; index++) {
    const [, name = "", list] = /^([^=]*)(?:=(.*))?$/.exec(words[index]!) ?? [];
    const lower = name.toLowerCase();
    if (lower === "all" || lower === "invalid-user") criteria.push({ name: lower, list: "" });
    else criteria.push({ name: lower, list: list ?? words[++index] ?? "" });
  }
  return criteria;
}

/** Every directive that sshd reads, starting at `main`, includes in their place. */
export function readDirectives(
  files: readonly ConfigFile[],
  main: string = paths.sshdConfig,
): readonly Directive[] {
  const directives: Directive[] = [];
  const read = (path: string, outer: readonly MatchLine[], depth: number): void => {
    const file = files.find((each) => each.path === path);
    if (file === undefined || depth > maxDepth || directives.length > maxDirectives) return;
    let under = outer;
    for (const [index, text] of file.content.toString("latin1").split("\n").entries()) {
      const parts = splitLine(text);
      if (parts === undefined) continue;
      const { words } = parts;
      const keyword = aliases[parts.keyword] ?? parts.keyword;
      const place = { file: path, line: index + 1 };
      if (keyword === "match") under = [...outer, { ...place, criteria: criteriaOf(words) }];
      else directives.push({ keyword, words, ...place, under });
      if (keyword !== "include") continue;
      for (const pattern of words)
        for (const found of included(files, pattern)) read(found, under, depth + 1);
    }
  };
  read(main, [], 0);
  return directives;
}

/** The collected files that an Include pattern names, in glob(3)'s order. */
function included(files: readonly ConfigFile[], pattern: string): readonly string[] {
  const whole = pattern.startsWith("/") ? pattern : `/etc/ssh/${pattern}`;
  const byName = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
  return files
    .map(({ path }) => path)
    .filter((path) => matchGlob(path, whole))
    .sort(byName);
}

/** `/etc/ssh/sshd_config:12`; what is no file has no lines. */
export const place = ({ file, line }: { readonly file: string; readonly line: number }) =>
  line === 0 ? file : `${file}:${line}`;
