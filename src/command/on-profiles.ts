/** The commands on profiles and on the project: no host is contacted. */
import type { LoadOptions } from "../profile/load.ts";
import type { Command, Line, Outside, Shown } from "./command.ts";
import { type Format, written } from "./formats.ts";
import type { Given, Words } from "./words.ts";

interface OnProfiles<A extends Words, O extends Words, Report> extends Omit<Command, "run"> {
  readonly arguments: A;
  readonly options: O;
  readonly act: () => Promise<
    (
      given: Given<A>,
      places: LoadOptions,
      project: Outside["project"],
    ) => Promise<{ readonly report: Report; readonly status: number }>
  >;
  readonly text: () => Promise<(report: Report) => string>;
}

/** As `onHosts` does. A command without `--format` has its text alone. */
export function onProfiles<A extends Words, O extends Words, Report>(
  command: OnProfiles<A, O, Report>,
): Command {
  const { words, summary, options } = command;
  const run = async ({ given }: Line<A & O>, outside: Outside): Promise<Shown> => {
    const [act, text] = await Promise.all([command.act(), command.text()]);
    const { report, status } = await act(given, await outside.places(), outside.project);
    const view = { text: () => text(report), failures: () => [], data: () => report };
    const { format = "text" }: { readonly format?: Format } = given;
    return { ...written(view, format), status, hosts: [] };
  };
  return { words, summary, arguments: command.arguments, options, run: run as Command["run"] };
}
