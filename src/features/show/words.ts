import type { Command, Line, Outside, Shown } from "../../command/command.ts";
import { anyFormat } from "../../command/formats.ts";
import { savedPlanOf } from "../../command/inputs.ts";
import { planned, word } from "../../command/words.ts";

const file = word<string>({
  spelled: "<file>",
  values: { files: true },
  text: "a plan that `harden plan --out` has saved; - is standard input",
});
const words = { arguments: { file }, options: { ...anyFormat, ...planned } };

/** A plan is shown in every format; whether it still fits its host, only the host can tell. */
async function run(line: Line, outside: Outside): Promise<Shown> {
  const { page, version } = outside;
  const { given } = line as Line<typeof words.arguments & typeof words.options>;
  const [{ showCommand }, { formats }] = await Promise.all([
    import("./work.ts"),
    import("../../reports/formats.ts"),
  ]);
  const report = showCommand(await savedPlanOf(given.file, outside), { tool: version, where: given.file });
  const out = formats[given.format].plan(report, { ...page, whole: given.diff === true });
  return { out, errors: [], status: 0, hosts: [] };
}

export const show: Command = {
  words: "show",
  summary: "show a saved plan; no host is contacted",
  ...words,
  run,
};
