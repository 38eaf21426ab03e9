/** Which options of a command line go along with the next command. */
import { commandText, type Next, nextWith } from "../next.ts";
import { destinationsOf } from "../targets.ts";
import type { Command, Line } from "./command.ts";
import { armed, choice, reach, type Words } from "./words.ts";

/** A host key that was accepted is known by now. */
const { acceptNewHostKey: _known, ...reached } = reach;
const { askPassword: _asked, passwordFile: _file, ...byKey } = reached;
const { confirmTimeout } = armed;

/** Beside those that reach the host. */
const more: Readonly<Record<string, Words>> = {
  plan: choice,
  apply: { ...choice, confirmTimeout },
  verify: choice,
  rollback: { confirmTimeout },
};

/** With what was typed; what is asked for, such as a password, is asked for again. A login's password is that login's alone. */
export function nextOf({ given, typed }: Line): Next {
  const named = [given.targets ?? given.target ?? []].flat().map(String);
  const optionsOf = (verb: string, target: string) =>
    optionWords({ ...(isAnother(target, named) ? byKey : reached), ...more[verb] }, { given, typed });
  return nextWith(optionsOf, named);
}

/** Whether a target is a host that was named, by a login that was not. */
function isAnother(target: string, named: readonly string[]): boolean {
  const [to] = destinationsOf([target]);
  const same = destinationsOf(named).filter(({ host }) => host === to?.host);
  return same.length > 0 && same.every(({ user }) => user !== to?.user);
}

/** The options that somebody has typed, as they are typed. */
export const optionWords = (options: Words, { given, typed }: Line): readonly string[] =>
  Object.entries(options).flatMap(([name, { spelled }]) =>
    typed.has(name) ? wordsOf(spelled, given[name]) : [],
  );

/** An option as it is typed, once for each value. */
function wordsOf(spelled: string, value: unknown): readonly string[] {
  const [name = ""] = /--[\w-]+/.exec(spelled) ?? [];
  if (typeof value === "boolean") return [name];
  return [value].flat().flatMap((each) => [name, String(each)]);
}

/** This very command once more, with an option that it lacked. */
export const againWith = (
  option: string,
  { words, ...command }: Pick<Command, "words" | "arguments" | "options">,
  { given, typed }: Line,
): string =>
  commandText([
    ...words.split(" "),
    ...Object.keys(command.arguments).flatMap((name) => (given[name] ?? []) as string | readonly string[]),
    ...optionWords(command.options, { given, typed }),
    option,
  ]);
