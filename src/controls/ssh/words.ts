/** sshd's command line: what it sets wins over every file, but for Match blocks. Pure. */
import { type Directive, splitLine } from "./config.ts";

/** Where directives of the command line are said to stand. */
export const commandLine = "sshd's command line";

export interface SshdWords {
  readonly directives: readonly Directive[];
  /** By -p: no Port of a file counts. */
  readonly ports: boolean;
  /** -f: what it reads in place of sshd_config. */
  readonly config?: string;
}

export const noWords: SshdWords = { directives: [], ports: false };

/** sshd's letters for getopt(3): those without a value, and those with one. */
const switches = "46DGQRTdeiqrtV";
const valued = "CEbcfghkopu";

const keywords: Readonly<Record<string, string>> = {
  "4": "addressfamily",
  "6": "addressfamily",
  c: "hostcertificate",
  g: "logingracetime",
  h: "hostkey",
  p: "port",
};

/**
 * `/usr/sbin/sshd -D -o Port=22`, as a process's title or systemd shows it: which blanks part words and which stand
 * within one is lost, but sshd takes no operands, so what is no option belongs to the value before it. Undefined where
 * that leaves a doubt, such as an option after a value with a blank.
 */
export function parseWords(text: string): SshdWords | undefined {
  if (/\n| {2}|^ | $/.test(text)) return undefined;
  const [, ...words] = text.split(" ");
  const directives: Directive[] = [];
  let config: string | undefined;
  let ports = false;
  let blank = false;
  while (words.length > 0) {
    const word = words.shift()!;
    if (blank || !/^-[^-]/.test(word)) return undefined;
    for (let at = 1; at < word.length; at++) {
      const letter = word[at]!;
      if (switches.includes(letter)) {
        if (letter === "4" || letter === "6")
          directives.push(directive("addressfamily", letter === "4" ? "inet" : "inet6"));
        continue;
      }
      if (!valued.includes(letter)) return undefined;
      let value = word.slice(at + 1) || words.shift();
      if (value === undefined) return undefined;
      for (; words.length > 0 && !words[0]!.startsWith("-"); blank = true)
        value = `${value} ${words.shift()}`;
      ports ||= letter === "p";
      if (letter === "f") config = value;
      else {
        const found = directivesOf(letter, value);
        if (found === "unknown") return undefined;
        directives.push(...found);
      }
      break;
    }
  }
  if (config !== undefined && !config.startsWith("/")) return undefined;
  return { directives, ports, ...(config === undefined ? {} : { config }) };
}

const directive = (keyword: string, ...words: readonly string[]): Directive => ({
  keyword,
  words,
  file: commandLine,
  line: 0,
  under: [],
});

function directivesOf(letter: string, value: string): readonly Directive[] | "unknown" {
  if (letter !== "o") return letter in keywords ? [directive(keywords[letter]!, value)] : [];
  const line = splitLine(value);
  // A block, or a file, on a command line: nobody does that.
  if (line === undefined || line.keyword === "match" || line.keyword === "include") return "unknown";
  return [directive(line.keyword, ...line.words)];
}

/** All that sshd goes by: its words first, then its files. */
export const started = (
  { directives, ports }: SshdWords,
  files: readonly Directive[],
): readonly Directive[] =>
  directives.length === 0
    ? files
    : [...directives, ...(ports ? files.filter(({ keyword }) => keyword !== "port") : files)];
