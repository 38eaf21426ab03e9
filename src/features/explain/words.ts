import type { Command, Line, Outside, Shown } from "../../command/command.ts";
import { format, written } from "../../command/formats.ts";
import { word } from "../../command/words.ts";

const id = word<string>({
  spelled: "<id>",
  text: "a check, a control, or whatever else plan, verify and audit name in brackets",
  values: { lists: ["checks"] },
});
const words = { arguments: { id }, options: format };

async function run(line: Line, { page }: Outside): Promise<Shown> {
  const { given } = line as Line<typeof words.arguments & typeof words.options>;
  const [{ explainCommand }, { explainText }] = await Promise.all([import("./work.ts"), import("./text.ts")]);
  const { report, status } = explainCommand(given.id);
  const view = { text: () => explainText(report, page), failures: () => [], data: () => report };
  return { ...written(view, given.format), status, hosts: [] };
}

export const explain: Command = {
  words: "explain",
  summary: "what a check is for, what it sets, and how to look at it by hand; what a finding is about",
  ...words,
  run,
};
