/** Files besides our units' own that a boot reads or runs and that no package explains: their lines that name what is ours. */
import { linesOf } from "./lines.ts";
import type { Probe } from "./probe.ts";

export interface BootLine {
  /** Counted from 1; of a line that goes on, its first. */
  readonly number: number;
  readonly text: string;
}

export interface BootFile {
  readonly path: string;
  readonly lines: readonly BootLine[];
  /** Why its lines are not known. */
  readonly unread?: "large" | "binary";
  /** Of another language than a shell's. */
  readonly isCode?: true;
  /** Not everybody on the host may read it: no line of it is shown. */
  readonly isClosed?: true;
}

export interface BootFiles {
  readonly files: readonly BootFile[];
  /** Links in folders by which systemd starts or requires units, and what counts by its path alone. */
  readonly links: readonly string[];
}

export interface BootQuestion {
  /** Of the lines that are to be told, an extended regular expression of awk(1). */
  readonly pattern: string;
  /** Of paths whose files run nothing by themselves. */
  readonly data: string;
  readonly globs: readonly string[];
  readonly links: readonly string[];
}

/** Root only. It takes some 25 ms, so that a mere plan leaves it out. */
export const bootFiles = ({ pattern, data, globs, links }: BootQuestion): Probe<BootFiles> => ({
  collector: "boot_files",
  args: [pattern, data, ...globs, "--", ...links],
  deep: true,
  parse,
});

function parse(data: Buffer): BootFiles {
  const files: { path: string; lines: BootLine[]; unread?: "large" | "binary" }[] = [];
  const links: string[] = [];
  const [code, closed] = [new Set<string>(), new Set<string>()];
  for (const line of linesOf(data.toString("utf8"))) {
    const [, word = "", rest = ""] = /^(link|code|closed|file|large|binary|\|) (.*)$/.exec(line) ?? [];
    if (word === "link") links.push(rest);
    else if (word === "code") code.add(rest);
    else if (word === "closed") closed.add(rest);
    else if (word === "|") {
      const [, number, text = ""] = /^(\d+) (.*)$/.exec(rest) ?? [];
      files.at(-1)?.lines.push({ number: Number(number), text: text.trim() });
    } else if (word !== "") {
      const unread = word === "large" || word === "binary" ? { unread: word } : {};
      files.push({ path: rest, lines: [], ...unread } as (typeof files)[number]);
    }
  }
  const told = files.map(
    (file): BootFile => ({
      ...file,
      ...(code.has(file.path) ? { isCode: true } : {}),
      ...(closed.has(file.path) ? { isClosed: true } : {}),
    }),
  );
  return { files: told, links };
}
