/** The command line, as commander has it: made of the list of commands. */
import { Argument, Command as Commander, Option } from "commander";
import type { Command, Described, Line } from "../command/command.ts";
import type { Word } from "../command/words.ts";
import { commands } from "./index.ts";

interface Edges {
  readonly version: string;
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
  readonly run: (command: Command, line: Line) => Promise<void>;
  /** Words that begin with those of one command: it is made alone, and the words above it. Left out, all are. */
  readonly typed?: readonly string[];
}

export function program({ version, print, complain, run, typed = [] }: Edges): Commander {
  const harden = new Commander("harden")
    .description(
      "Hardens Debian and Ubuntu servers: a true preview, and an apply that rolls itself back unless it is confirmed.",
    )
    .version(version)
    .exitOverride()
    .showHelpAfterError("  next: --help behind the command says what it takes")
    .configureOutput({ writeOut: print, writeErr: complain });
  const added = new Map([["", harden]]);
  for (const described of namedBy(typed)) {
    const [, above = "", name = ""] = /^(.*?) ?(\S+)$/.exec(described.words) ?? [];
    const command = added.get(above)!.command(name).description(described.summary);
    added.set(described.words, command);
    if (isCommand(described)) make(command, described, run);
  }
  return harden;
}

/** All where nobody knows yet which one is meant: help, a slip, or a command with others below it. */
function namedBy(typed: readonly string[]): readonly (Command | Described)[] {
  const named = commands.filter(({ words }) => words.split(" ").every((word, at) => typed[at] === word));
  const last = named.at(-1);
  const isOnly = last !== undefined && !commands.some(({ words }) => words.startsWith(`${last.words} `));
  return isOnly ? named : commands;
}

const isCommand = (described: Command | Described): described is Command => "run" in described;

function make(commander: Commander, command: Command, run: Edges["run"]): void {
  for (const { spelled, text, ...word } of Object.values(command.arguments))
    commander.addArgument(read(new Argument(spelled, text), word));
  const options = Object.entries(command.options).map(([name, { spelled, text, ...word }]) => {
    const option = read(new Option(spelled, text), word);
    commander.addOption(option);
    return { name, key: option.attributeName() };
  });
  commander.action(async () => {
    // A word above may have the same options, and takes what is typed.
    const all = commander.optsWithGlobals();
    const given = {
      ...Object.fromEntries(
        Object.keys(command.arguments).map((name, place) => [name, commander.processedArgs[place]]),
      ),
      ...Object.fromEntries(options.map(({ name, key }) => [name, all[key]])),
    };
    const typed = options.filter(({ key }) => commander.getOptionValueSourceWithGlobals(key) === "cli");
    await run(command, { given, typed: new Set(typed.map(({ name }) => name)) });
  });
}

function read<T extends Argument | Option>(target: T, { parse, initial }: Partial<Word<unknown>>): T {
  if (parse !== undefined) target.argParser(parse);
  if (initial !== undefined) target.default(initial);
  return target;
}
