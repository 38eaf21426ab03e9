/** The next command that somebody is told: whole, so that it works as it is pasted. Pure. */
import { typedAs } from "./quote.ts";
import { localTarget } from "./targets.ts";

/**
 * A command of harden for a target (none is typed for this machine) and with words of its own, as a shell reads it:
 * `harden rollback web1 RUN --ssh-config team.conf`.
 */
export type Next = (verb: string, target: string, ...words: readonly string[]) => string;

/**
 * `optionsOf`: the options that a command of this verb for this target needs, too. `named`: as they were typed; in a
 * project no target stands for all of its hosts, so that this machine is named where it was.
 */
export const nextWith =
  (optionsOf: (verb: string, target: string) => readonly string[], named: readonly string[] = []): Next =>
  (verb, target, ...words) =>
    commandText([
      ...verb.split(" "),
      ...(target === localTarget && !named.includes(target) ? [] : [target]),
      ...[...words, ...optionsOf(verb, target)],
    ]);

/** As a shell reads it. */
export const commandText = (words: readonly string[]): string => ["harden", ...words].map(typedAs).join(" ");

/** The same of one host. */
export type NextThere = (verb: string, ...words: readonly string[]) => string;

export const nextAt =
  (next: Next, target: string): NextThere =>
  (verb, ...words) =>
    next(verb, target, ...words);

/** Where no option was given. */
export const bareNext: Next = nextWith(() => []);
