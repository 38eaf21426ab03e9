/** `--format`: the one table of how a report can be shown. */
import { InvalidArgumentError } from "commander";
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

const formats = {
  text: (view) => ({ out: view.text(), errors: view.failures() }),
  json: (view) => ({ out: jsonText(view.data()), errors: [] }),
} satisfies Record<string, (view: View) => Pick<Shown, "out" | "errors">>;

export type Format = keyof typeof formats;

const names = Object.keys(formats);
const isFormat = (typed: string): typed is Format => names.includes(typed);

function parse(typed: string): Format {
  if (!isFormat(typed)) throw new InvalidArgumentError(`It must be ${names.join(" or ")}.`);
  return typed;
}

export const format = {
  format: word<Format>({
    spelled: "--format <format>",
    text: names.join(" or "),
    parse,
    initial: "text",
  }),
};

export const written = (view: View, as: Format) => formats[as](view);
