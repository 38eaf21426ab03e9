/** What a half-typed command line can go on with, by the same data as the help. Pure but for what lists are read from. */
import type { Command, Described } from "../../command/command.ts";
import type { ListName, Word, Words } from "../../command/words.ts";
import { typedAs } from "../../quote.ts";

export interface Candidate {
  /** The whole word, which a shell reads as it is. */
  readonly value: string;
  readonly about: string;
}

export interface Offer {
  readonly candidates: readonly Candidate[];
  /** Whether the shell's own names of files can stand there as well. */
  readonly files: boolean;
}

/** What is looked up when somebody asks; never rejects. */
export type Lists = (name: ListName) => Promise<readonly Candidate[]>;

const nothing: Offer = { candidates: [], files: false };

interface Place {
  /** The command so far. */
  readonly at: Described | Command;
  /** How many arguments it has. */
  readonly taken: number;
  /** The option whose value comes next. */
  readonly wants?: Word<unknown> | undefined;
  /** Whether a `--` has ended the options. */
  readonly ended: boolean;
}

interface Table {
  readonly commands: readonly (Command | Described)[];
  readonly lists: Lists;
}

/** `words`: those behind `harden`, to the cursor; the last is the one that is being typed, and may be empty. */
export async function offerOf(words: readonly string[], { commands, lists }: Table): Promise<Offer> {
  const last = words.at(-1) ?? "";
  const place = words.slice(0, -1).reduce(stepOf(commands), start);
  const { at, taken, wants, ended } = place;
  if (wants !== undefined) return valuesOf(wants, "", { last, lists });
  const [, option, typed] = /^(--[\w-]+)=(.*)$/s.exec(last) ?? [];
  if (option !== undefined && typed !== undefined && !ended) {
    const word = optionOf(at, option);
    return word === undefined ? nothing : valuesOf(word, `${option}=`, { last: typed, lists });
  }
  if (last.startsWith("-") && !ended) return { candidates: begin(optionsOf(at), last), files: false };
  const below = taken === 0 ? begin(commandsBelow(at, commands), last) : [];
  const word = argumentOf(at, taken);
  const own = word === undefined ? nothing : await valuesOf(word, "", { last, lists });
  return { ...own, candidates: [...below, ...own.candidates] };
}

const start: Place = { at: { words: "", summary: "" }, taken: 0, ended: false };

const stepOf =
  (commands: Table["commands"]) =>
  ({ at, taken, wants, ended }: Place, word: string): Place => {
    if (wants !== undefined) return { at, taken, ended };
    if (word === "--") return { at, taken, ended: true };
    if (word.startsWith("-") && !ended) {
      const option = word.includes("=") ? undefined : optionOf(at, word);
      return { at, taken, ended, wants: option !== undefined && takesValue(option) ? option : undefined };
    }
    const below =
      taken > 0 ? undefined : commands.find((each) => each.words === `${at.words} ${word}`.trim());
    return below === undefined ? { at, taken: taken + 1, ended } : { at: below, taken: 0, ended };
  };

const takesValue = ({ spelled }: Word<unknown>) => spelled.includes("<");

const namesOf = ({ spelled }: Word<unknown>): readonly string[] =>
  spelled.match(/(?<![\w<])--?[A-Za-z][\w-]*/g) ?? [];

const wordsOf = (words: Words | undefined): readonly Word<unknown>[] => Object.values(words ?? {});

const optionsIn = (at: Described | Command) => wordsOf("options" in at ? at.options : undefined);

const optionOf = (at: Described | Command, name: string) =>
  optionsIn(at).find((word) => namesOf(word).includes(name));

/** Those that commander has of itself. */
const help: Candidate = { value: "--help", about: "what the command takes" };
const version: Candidate = { value: "--version", about: "harden's own version" };

const optionsOf = (at: Described | Command): readonly Candidate[] => [
  ...optionsIn(at).flatMap((word) => namesOf(word).map((value) => ({ value, about: word.text }))),
  help,
  ...(at.words === "" ? [version] : []),
];

function commandsBelow({ words }: Described, commands: Table["commands"]): readonly Candidate[] {
  const above = words === "" ? "" : `${words} `;
  return commands.flatMap((each) => {
    const value = each.words.slice(above.length);
    return each.words.startsWith(above) && value !== "" && !value.includes(" ")
      ? [{ value, about: each.summary }]
      : [];
  });
}

/** Of several that one word stands for, each. */
function argumentOf(at: Described | Command, place: number): Word<unknown> | undefined {
  const words = wordsOf("arguments" in at ? at.arguments : undefined);
  const last = words.at(-1);
  return words[place] ?? (last?.spelled.includes("...") ? last : undefined);
}

async function valuesOf(
  { values }: Word<unknown>,
  before: string,
  { last, lists }: { readonly last: string; readonly lists: Lists },
): Promise<Offer> {
  if (values === undefined) return nothing;
  const comma = values.commas ? last.lastIndexOf(",") + 1 : 0;
  const listed = await Promise.all((values.lists ?? []).map(lists));
  const plain = (values.words ?? []).map((value) => ({ value, about: "" }));
  const head = before + last.slice(0, comma);
  const candidates = begin([...plain, ...listed.flat()], last.slice(comma));
  return {
    candidates: candidates.map((each) => ({ ...each, value: head + each.value })),
    files: values.files === true,
  };
}

/** Only what a shell reads as it is: no blank, quote, expansion or control character. */
const begin = (all: readonly Candidate[], typed: string): readonly Candidate[] =>
  all.filter(({ value }) => value.startsWith(typed) && typedAs(value) === value);

/** The first line says whether files can stand there; each other one is a candidate, a tab and what it is. */
export const offerText = ({ candidates, files }: Offer): string =>
  [
    files ? ":files" : ":words",
    ...candidates.map(({ value, about }) => `${value}\t${about.replace(/[\p{C}\s]+/gu, " ").slice(0, 100)}`),
    "",
  ].join("\n");
