/** Manual pages of the whole and of each command, man(7), by the same data as the help. Pure; the build writes them. */
import type { Command, Described } from "../command/command.ts";
import type { Word, Words } from "../command/words.ts";

export interface ManPage {
  /** Such as `harden-runs-prune.1`. */
  readonly file: string;
  readonly text: string;
}

interface Of {
  readonly version: string;
  /** As 2027-01-31. */
  readonly day: string;
}

export const manPages = (commands: readonly (Command | Described)[], of: Of): readonly ManPage[] => [
  { file: "harden.1", text: wholePage(commands, of) },
  ...commands.map((each) => ({ file: `${nameOf(each)}.1`, text: commandPage(each, { commands, of }) })),
];

const nameOf = ({ words }: Described) => `harden-${words.replaceAll(" ", "-")}`;

/** Text as roff shows it, groff_char(7): no escape, no request, and hyphens that can be pasted. */
const roff = (text: string) =>
  text
    .replace(/\s+/g, " ")
    .replace(/[\\`'^~-]|[^\x20-\x7e]/gu, (char) => escapes[char] ?? `\\[u${hex(char)}]`)
    .replace(/^[.]/, "\\&.");

const hex = (char: string) => char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");

const escapes: Readonly<Record<string, string>> = {
  "\\": "\\e",
  "`": "\\(ga",
  "'": "\\(aq",
  "^": "\\(ha",
  "~": "\\(ti",
  "-": "\\-",
};

const bold = (text: string) => `\\fB${roff(text)}\\fR`;
const italic = (text: string) => `\\fI${roff(text)}\\fR`;

const section = (title: string, lines: readonly string[]) => [`.SH "${title}"`, ...lines];
const item = (tag: string, text: string) => [".TP", tag, text];

function head(name: string, { version, day }: Of, summary: string): readonly string[] {
  return [
    `.TH "${roff(name.toUpperCase())}" "1" "${day}" "harden ${roff(version)}" "harden"`,
    ...section("NAME", [`${roff(name)} \\- ${roff(summary)}`]),
  ];
}

/** A sentence of its own: a summary begins small, and has no full stop. */
const sentence = (text: string) => roff(`${text.charAt(0).toUpperCase()}${text.slice(1)}.`);

/** `-i, --identity <file>`: what is typed is bold, what it stands for italic. */
const spelledText = (spelled: string) =>
  spelled
    .split(" ")
    .map((part) => {
      const [, name, comma] = /^(-[\w-]+)(,?)$/.exec(part) ?? [];
      return name === undefined ? italic(part.replace(/^<(.*)>$/, "$1")) : `${bold(name)}${comma}`;
    })
    .join(" ");

function initialText({ initial }: Word<unknown>): string {
  const isShown = typeof initial === "string" || typeof initial === "number";
  return isShown ? ` Default: ${roff(String(initial))}.` : "";
}

const wordItems = (words: Words) =>
  Object.values(words).flatMap((word) =>
    item(spelledText(word.spelled), `${roff(`${word.text}.`)}${initialText(word)}`),
  );

const helpItem = item(`${bold("-h")}, ${bold("--help")}`, "Say what the command takes, and end.");

interface Around {
  readonly commands: readonly (Command | Described)[];
  readonly of: Of;
}

function commandPage(command: Command | Described, { commands, of }: Around): string {
  const { words, summary } = command;
  const below = commands.filter((each) => each.words.startsWith(`${words} `));
  const above = commands.filter((each) => words.startsWith(`${each.words} `));
  const { arguments: taken = {}, options = {} } = "run" in command ? command : {};
  const typed = Object.values(taken).map(({ spelled }) => italic(spelled.replace(/^<(.*)>$/, "$1")));
  return page([
    ...head(nameOf(command), of, summary),
    ...section("SYNOPSIS", [
      [bold(`harden ${words}`), ...("run" in command ? ["[options]"] : ["command"]), ...typed].join(" "),
    ]),
    ...section("DESCRIPTION", [sentence(summary)]),
    ...(below.length === 0 ? [] : section("COMMANDS", below.flatMap(commandItem))),
    ...(typed.length === 0 ? [] : section("ARGUMENTS", wordItems(taken))),
    ...section("OPTIONS", [...wordItems(options), ...helpItem]),
    ...section("EXIT STATUS", ["See", ".BR harden (1)."]),
    ...seeAlso(["harden", ...above.map(nameOf), ...below.map(nameOf)]),
  ]);
}

const commandItem = (command: Described) =>
  item(bold(`harden ${command.words}`), `${sentence(command.summary)} See ${bold(nameOf(command))}(1).`);

const seeAlso = (names: readonly string[]) =>
  section("SEE ALSO", [names.map((name) => `${bold(name)}(1)`).join(",\n")]);

/** What each exit status of one host stands for; of several README says more. */
const statuses: readonly (readonly [string, string])[] = [
  ["0", "In sync, applied and verified, or all checks pass."],
  ["1", "An error; nothing was changed."],
  ["2", "Changes are pending (plan --detailed-exitcode), or a check fails."],
  ["3", "Blocked: by a guard, a stale plan, or somebody else's run."],
  ["4", "Applied and rolled back."],
  ["5", "The outcome is unknown: the host rolls back by itself unless it was confirmed."],
  ["6", "Several hosts ended in several of these ways."],
  ["64", "The command line is wrong; nothing was begun."],
  ["78", "A profile, the project file or a compose file is wrong; nothing was begun."],
];

const files: readonly (readonly [string, string])[] = [
  [
    "harden.yaml",
    "The project: hosts, groups and the profile of each; in this folder or above it, to the root of the git work tree.",
  ],
  ["profiles/NAME.yaml", "What hosts should be; looked for likewise, then among the packaged ones."],
  ["~/.ssh/config, ~/.ssh/known_hosts", "As ssh(1) reads them."],
  ["/var/lib/harden", "On a host: the journal of its runs, and what undoes them."],
];

const variables: readonly (readonly [string, string])[] = [
  ["NO_COLOR", "Where it is set, nothing is painted."],
  ["HARDEN_DEBUG", "Where it is set, a defect of harden shows where it is."],
];

const items = (rows: readonly (readonly [string, string])[]) =>
  rows.flatMap(([tag, text]) => item(bold(tag), roff(text)));

function wholePage(commands: Around["commands"], of: Of): string {
  return page([
    ...head("harden", of, "harden Debian and Ubuntu servers, with a true preview and a rollback"),
    ...section("SYNOPSIS", [
      `${bold("harden")} command [options] [${italic("target")}...]`,
      ".br",
      bold("harden"),
    ]),
    ...section("DESCRIPTION", [
      roff(
        "It shows exactly what it would change on a host, changes exactly that, proves it by the host's effective state over a new connection, and confirms. A host that is not confirmed rolls itself back.",
      ),
      ".PP",
      roff("Without any word it says what to do next in this folder."),
    ]),
    ...section("COMMANDS", commands.flatMap(commandItem)),
    ...section("OPTIONS", [
      ...item(`${bold("-V")}, ${bold("--version")}`, "Say the version, and end."),
      ...helpItem,
    ]),
    ...section("EXIT STATUS", items(statuses)),
    ...section("ENVIRONMENT", items(variables)),
    ...section("FILES", items(files)),
    ...seeAlso(commands.map(nameOf)),
  ]);
}

const page = (lines: readonly string[]) => `${lines.flatMap(folded).join("\n")}\n`;

/** What is filled when it is shown, in lines of at most 80 characters; none of their beginnings is a request. */
function folded(line: string): readonly string[] {
  if (line.startsWith(".")) return [line];
  const lines = [""];
  for (const word of line.split(" ")) {
    const last = lines.at(-1)!;
    if (last === "") lines[lines.length - 1] = word;
    else if (last.length + word.length < 79) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word.replace(/^\./, "\\&."));
  }
  return lines;
}
