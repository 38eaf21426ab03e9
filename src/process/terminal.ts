/** Questions to the person at the terminal. Nobody there: a yes is never assumed. */
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { allOf } from "../bounded.ts";
import { HardenError, systemWords } from "../errors.ts";

export interface Terminal {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
}

/**
 * Yes or no, default no; no, too, where a Ctrl-C or Ctrl-D was typed behind a yes. Throws HardenError `usage` where stdin
 * is no terminal, with `unasked`, the command that needs no answer.
 */
export async function ask(
  question: string,
  { input, output, unasked }: Terminal & { readonly unasked: string },
  signal: AbortSignal,
): Promise<boolean> {
  if (!input.isTTY)
    throw new HardenError("usage", "There is no terminal to ask on.", {
      hint: `To go on without the question: ${unasked}`,
      hostState: "nothing was changed",
    });
  const { lines, gone } = openLines(input, output);
  try {
    const answer = await Promise.race([lines.question(`${question} [y/N] `, { signal }), gone]).catch(
      () => "",
    );
    // Raw mode hands over as keys what is typed right behind the answer: they are read before the mode ends.
    const late = await Promise.race([nextTurn("answered" as const), gone]);
    if (!answer) output.write("\n");
    return late === "answered" && /^y(es)?$/i.test(answer?.trim() ?? "");
  } finally {
    lines.close();
  }
}

/**
 * `gone`: nobody answers any more. Ctrl-C and Ctrl-D, which a terminal in raw mode hands over as keys, leave a question
 * open for ever; so does a terminal that hangs up, which can't even be set to another mode.
 */
function openLines(input: Terminal["input"], output: Writable, terminal?: boolean) {
  const lines = createInterface({ input, output, ...(terminal === undefined ? {} : { terminal }) });
  const gone = new Promise<undefined>((resolve) => {
    for (const end of ["close", "error"] as const) lines.on(end, () => resolve(undefined));
  });
  return { lines, gone };
}

/** A secret, not echoed; undefined where there is nobody to ask. */
export async function askSecret(question: string, { input, output }: Terminal): Promise<string | undefined> {
  if (!input.isTTY) return undefined;
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  // The terminal's own echo goes off here: before the question, for somebody may answer at once.
  const { lines, gone } = openLines(input, silent, true);
  const answer = Promise.race([lines.question(""), gone]);
  output.write(question);
  try {
    return await answer;
  } finally {
    lines.close();
    output.write("\n");
  }
}

/**
 * All that is piped in, for the one thing that a `-` stands for. Throws HardenError `usage` where a person would have to
 * type it, where it can't be read, and for whatever comes second.
 */
export function createPiped(input: Terminal["input"]): (what: string) => Promise<Uint8Array> {
  let taken: string | undefined;
  const refuse = (message: string, hint: string) =>
    new HardenError("usage", message, { hint, hostState: "no host was contacted" });
  return async (what) => {
    if (taken !== undefined)
      throw refuse(
        `Standard input is read once: as the ${taken}, it can't be the ${what}, too.`,
        "Put one of them into a file.",
      );
    taken = what;
    if (input.isTTY)
      throw refuse(
        `The ${what} is to come from standard input, which is a terminal.`,
        "Redirect a file or a pipe to it, or name a file.",
      );
    try {
      return await allOf(input);
    } catch (cause) {
      throw refuse(
        `Standard input can't be read: ${systemWords(cause)}.`,
        "Redirect a file or a pipe to it.",
      );
    }
  };
}
