import { anyFormat, byName } from "../../command/formats.ts";
import { choicesOf, recordedOf, targetsOf } from "../../command/inputs.ts";
import { choicesIn } from "../../command/named-hosts.ts";
import { onHosts } from "../../command/on-hosts.ts";
import { choice, file, flag, limited, planned, reach, shorter, targets } from "../../command/words.ts";

export const plan = onHosts({
  words: "plan",
  summary: "show exactly what apply would change; reads only",
  arguments: targets,
  options: {
    ...reach,
    ...limited,
    ...choice,
    ...anyFormat,
    ...planned,
    ...shorter,
    out: file("--out <file>", "save the plan, to be applied as it is"),
    recorded: file(
      "--recorded <file>",
      "plan a recorded host instead of connecting to any; - is standard input",
      {
        orInput: true,
      },
    ),
    detailedExitcode: flag("--detailed-exitcode", "exit 2 where changes are pending, 3 where a guard blocks"),
  },
  changes: "nothing",
  act: async () => (await import("../../run/plan.ts")).planCommand,
  text: async () => (await import("../../reports/plan.ts")).plansText,
  formats: async () => byName((await import("../../reports/formats.ts")).formats, ({ plan }) => plan),
  async file(report, { given: { out }, input, version }) {
    if (out === undefined) return undefined;
    const [{ savePlans }, { savedText }] = await Promise.all([
      import("../../run/plan.ts"),
      import("../../reports/saved.ts"),
    ]);
    const text = savePlans(report, input, version);
    return { path: out, what: "plan", said: savedText(out, report), ...(text === undefined ? {} : { text }) };
  },
  everyHost: ({ recorded }) => (recorded === undefined ? "may be meant" : "is none of them"),
  async input(line, outside) {
    const { given } = line;
    const recorded = await recordedOf(given.recorded, outside);
    const choices =
      given.recorded === undefined
        ? await choicesOf(line, outside)
        : await choicesIn(undefined, { line, targets: [] }, outside);
    const input = {
      ...recorded,
      ...choices,
      ...(await targetsOf(given, outside)),
      detailedExitcode: given.detailedExitcode === true,
    };
    if (given.out !== undefined) await outside.checkSavable({ path: given.out, what: "plan" });
    return input;
  },
});
