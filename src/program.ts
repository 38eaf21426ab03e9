/** The command line: its words, its help, and which command they call. */
import { readFile, writeFile } from "node:fs/promises";
import { Command } from "commander";
import {
  type ApplyFlags,
  type Choice,
  choiceFlags,
  type Reach,
  typed,
  withFormat,
  withProfile,
  withQuestion,
  withTargets,
} from "./arguments.ts";
import type { App } from "./cli.ts";
import { HardenError } from "./errors.ts";
import { addProfile } from "./program-profile.ts";
import { addRuns } from "./program-runs.ts";

/** All commands; what a command does is loaded when it is called. */
export function program(app: App): Command {
  const harden = new Command("harden")
    .description(
      "Hardens Debian and Ubuntu servers: a true preview, and an apply that rolls itself back unless it is confirmed.",
    )
    .version(app.version)
    .exitOverride()
    .configureOutput({ writeOut: app.print, writeErr: app.write });
  addPlan(harden, app);
  addApply(harden, app);
  addVerify(harden, app);
  addRuns(harden, app);
  addProfile(harden.command("profile").description("list, show and check profiles"), app);
  return harden;
}

interface PlanFlags extends Reach, Choice {
  readonly out?: string;
  readonly detailedExitcode?: boolean;
  readonly recorded?: string;
}

function addPlan(harden: Command, app: App): void {
  withFormat(withProfile(withTargets(harden.command("plan"))))
    .description("show exactly what apply would change; reads only")
    .option("--out <file>", "save the plan, to be applied as it is")
    .option("--recorded <file>", "plan a recorded host instead of connecting to any")
    .option("--detailed-exitcode", "exit 2 where changes are pending, 3 where a guard blocks")
    .action(async (targets: string[], flags: PlanFlags) => {
      const live = await app.portsFor(targets, flags);
      const [{ planCommand, savePlans }, { plansText }] = await Promise.all([
        import("./commands/plan.ts"),
        import("./reports/plan.ts"),
      ]);
      const recorded = await app.recordedOf(flags.recorded);
      const choice = await app.choiceOf(flags);
      const input = {
        ...(await app.targetsOf(targets, flags)),
        ...choice,
        detailedExitcode: flags.detailedExitcode === true,
        ...(recorded === undefined ? {} : { recorded }),
      };
      const outcome = await planCommand(input, live);
      app.show(outcome, plansText(outcome.report, app.paint), flags.format);
      if (flags.out !== undefined) await save(flags.out, savePlans(outcome.report, choice, app.version));
    });
}

async function save(file: string, text: string): Promise<void> {
  await writeFile(file, text, { mode: 0o600 }).catch((cause: Error) => {
    throw new HardenError("usage", `The plan could not be saved: ${cause.message}.`, { where: file, cause });
  });
}

function addApply(harden: Command, app: App): void {
  withQuestion(withFormat(withProfile(withTargets(harden.command("apply")))))
    .description(
      "show the plan, ask, change the host, prove it over a new connection, confirm; else the host rolls back",
    )
    .option("--no-confirm", "leave the run pending, for `harden confirm`")
    .action(async (targets: string[], flags: ApplyFlags, command: Command) => {
      const live = await app.portsFor(targets, flags, ({ report }) =>
        app.complain(plansText(report, app.paint)),
      );
      const [{ applyCommand }, { sourceOf }, { plansText }, { appliesText }] = await Promise.all([
        import("./commands/apply.ts"),
        import("./commands/source.ts"),
        import("./reports/plan.ts"),
        import("./reports/applied.ts"),
      ]);
      const source = await sourceOf(targets, {
        readFile: (file) => readFile(file, "utf8"),
        tool: app.version,
        choice: () => app.choiceOf(flags),
        typed: typed(command, choiceFlags),
      });
      const input = {
        ...(await app.targetsOf(source.targets, flags)),
        source,
        confirmTimeout: flags.confirmTimeout,
        confirm: flags.confirm,
      };
      app.interruptible();
      const outcome = await applyCommand(input, live);
      app.show(outcome, appliesText(outcome.report, app.paint), flags.format);
    });
}

function addVerify(harden: Command, app: App): void {
  withFormat(withProfile(withTargets(harden.command("verify"))))
    .description("check the effective state against the profile; reads only")
    .action(async (targets: string[], flags: Reach & Choice) => {
      const live = await app.portsFor(targets, flags);
      const [{ verifyCommand }, { verifyText }] = await Promise.all([
        import("./commands/verify.ts"),
        import("./reports/verify.ts"),
      ]);
      const outcome = await verifyCommand(
        { ...(await app.targetsOf(targets, flags)), ...(await app.choiceOf(flags)) },
        live,
      );
      app.show(outcome, verifyText(outcome.report, app.paint), flags.format);
    });
}
