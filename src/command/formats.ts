/** `--format`: how a report can be shown; plan and verify have the table of src/reports/formats.ts. */
import { InvalidArgumentError } from "commander";
import { HardenError } from "../errors.ts";
import { type FormatName, formatNames } from "../reports/names.ts";
import type { Page } from "../reports/page.ts";
import { jsonText } from "../text.ts";
import type { Shown } from "./command.ts";
import { word } from "./words.ts";

/** A report, as the formats take it. */
export interface View {
  /** For a person. */
  readonly text: () => string;
  /** What could not be done, for a person who has read the text. */
  readonly failures: () => readonly string[];
  /** The same, all of it, as data. */
  readonly data: () => unknown;
}

/** Those of every command. */
const simple = {
  text: (view) => ({ out: view.text(), errors: view.failures() }),
  json: (view) => ({ out: jsonText(view.data()), errors: [] }),
} satisfies Record<string, (view: View) => Pick<Shown, "out" | "errors">>;

export type Format = keyof typeof simple;

const listed = (names: readonly string[]) => `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;

/** Parses a word that must be one of these. */
export const oneOf =
  <T extends string>(names: readonly T[]) =>
  (typed: string): T => {
    const found = names.find((name) => name === typed);
    if (found === undefined) throw new InvalidArgumentError(`It must be ${listed(names)}.`);
    return found;
  };

function formatOf<N extends FormatName>(names: readonly N[]) {
  const initial = names[0]!;
  return {
    format: word<N>({
      spelled: "-o, --format <format>",
      text: listed(names),
      parse: oneOf(names),
      initial,
      values: { words: names },
    }),
  };
}

export const format = formatOf(Object.keys(simple) as readonly Format[]);

/** Of plan and verify. */
export const anyFormat = formatOf(formatNames);

export const written = (view: View, as: Format) => simple[as](view);

/** A page is for a browser. Throws HardenError `usage` where it would go to a terminal. */
export function checkReadable(as: FormatName, { width }: Pick<Page, "width">): void {
  if (as !== "html" || width === undefined) return;
  throw new HardenError("usage", "A page of HTML can't be read on a terminal.", {
    hint: "Redirect it: --format html > report.html",
    hostState: "no host was contacted",
  });
}

/** What a command takes of the table of formats. */
export const byName = <F, W>(table: Readonly<Record<FormatName, F>>, of: (format: F) => W) =>
  Object.fromEntries(formatNames.map((name) => [name, of(table[name])])) as Record<FormatName, W>;
