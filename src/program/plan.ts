import { anyFormat, byName } from "./formats.ts";
import { choiceOf, recordedOf, targetsOf } from "./inputs.ts";
import { onHosts } from "./on-hosts.ts";
import { choice, flag, reach, targets, value } from "./words.ts";

export const plan = onHosts({
  words: "plan",
  summary: "show exactly what apply would change; reads only",
  arguments: targets,
  options: {
    ...reach,
    ...choice,
    ...anyFormat,
    out: value("--out <file>", "save the plan, to be applied as it is"),
    recorded: value("--recorded <file>", "plan a recorded host instead of connecting to any"),
    detailedExitcode: flag("--detailed-exitcode", "exit 2 where changes are pending, 3 where a guard blocks"),
  },
  changes: "nothing",
  act: async () => (await import("../commands/plan.ts")).planCommand,
  text: async () => (await import("../reports/plan.ts")).plansText,
  formats: async () => byName((await import("../reports/formats.ts")).formats, ({ plan }) => plan),
  async file(report, { given: { out }, input, version }) {
    const { savePlans } = await import("../commands/plan.ts");
    return out === undefined ? undefined : { path: out, text: savePlans(report, input, version) };
  },
  input: async ({ given }, outside) => ({
    ...(await recordedOf(given.recorded)),
    ...(await choiceOf(given, outside)),
    ...(await targetsOf(given, outside)),
    detailedExitcode: given.detailedExitcode === true,
  }),
});
