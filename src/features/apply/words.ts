import { format } from "../../command/formats.ts";
import { choicesOf, savedPlanOf, targetsOf } from "../../command/inputs.ts";
import { nextOf } from "../../command/next.ts";
import { onHosts } from "../../command/on-hosts.ts";
import {
  armed,
  choice,
  flag,
  limited,
  planned,
  reach,
  shorter,
  stopping,
  targets,
  word,
} from "../../command/words.ts";

export const apply = onHosts({
  words: "apply",
  summary:
    "show the plan, ask, change the host, prove it over a new connection, confirm; else the host rolls back",
  arguments: targets,
  options: {
    ...reach,
    ...limited,
    ...choice,
    ...format,
    ...planned,
    ...armed,
    ...stopping,
    ...shorter,
    keepGoing: flag("--keep-going", "begin further hosts also after one that rolled back or is unknown"),
    confirm: word<boolean>({
      spelled: "--no-confirm",
      text: "leave the run pending, for `harden confirm`",
    }),
  },
  changes: "by a run",
  act: async () => (await import("./work.ts")).applyCommand,
  async text() {
    const [{ appliesText }, { nextBySaved }] = await Promise.all([
      import("../../reports/applied.ts"),
      import("../../run/source.ts"),
    ]);
    return (report, page, { source }) =>
      appliesText(
        report,
        source.kind === "saved" ? { ...page, next: nextBySaved(page.next, source.plans) } : page,
      );
  },
  plans: async () => (await import("../../reports/plan.ts")).plansText,
  async input(line, outside) {
    const { given, typed } = line;
    const { sourceOf } = await import("../../run/source.ts");
    const source = await sourceOf(given.targets, {
      textOf: (file) => savedPlanOf(file, outside),
      tool: outside.version,
      choices: () => choicesOf(line, outside),
      typed: Object.keys(choice).flatMap((name) => (typed.has(name) ? [`--${name}`] : [])),
      next: nextOf(line),
    });
    const { confirm, confirmTimeout, keepGoing = false, stopContainers = false } = given;
    return {
      ...(await targetsOf({ ...given, targets: source.targets }, outside)),
      source,
      confirm,
      confirmTimeout,
      keepGoing,
      stopContainers,
    };
  },
});
