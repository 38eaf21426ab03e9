/** Questions to the person at the terminal. Nobody there: a yes is never assumed. */
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { HardenError } from "./errors.ts";

export interface Terminal {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
}

/** Yes or no, default no. Throws HardenError `usage` where stdin is no terminal. */
export async function ask(
  question: string,
  { input, output }: Terminal,
  signal: AbortSignal,
): Promise<boolean> {
  if (!input.isTTY)
    throw new HardenError("usage", "There is no terminal to ask on, so nothing was changed.", {
      hint: "Pass --yes to go on without the question.",
      hostState: "nothing was changed",
    });
  const { lines, gone } = openLines(input, output);
  try {
    const answer = await Promise.race([lines.question(`${question} [y/N] `, { signal }), gone]).catch(
      () => "",
    );
    if (!answer) output.write("\n");
    return /^y(es)?$/i.test(answer?.trim() ?? "");
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
