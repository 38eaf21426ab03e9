/** The commands on what was done to a host: confirm, rollback, runs, uninstall. */
import type { Command } from "commander";
import {
  type ApplyFlags,
  type Reach,
  wholeNumber,
  withFormat,
  withQuestion,
  withRun,
  withTargets,
} from "./arguments.ts";
import type { App } from "./cli.ts";

export function addRuns(harden: Command, app: App): void {
  withFormat(withRun(harden.command("confirm")))
    .description("keep a pending run")
    .action(async (target: string | undefined, run: string | undefined, flags: Reach) => {
      const [{ confirmCommand }, { confirmsText }] = await Promise.all([
        import("./commands/confirm.ts"),
        import("./reports/runs.ts"),
      ]);
      app.changesHosts();
      const outcome = await confirmCommand(await app.oneRun(target, run, flags), await app.ports(flags));
      app.show(outcome, confirmsText(outcome.report, app.paint), flags.format);
    });

  withQuestion(withFormat(withRun(harden.command("rollback"))))
    .description("undo a run: a pending one at once, an earlier one as an armed and proven run of its own")
    .action(async (target: string | undefined, run: string | undefined, flags: ApplyFlags) => {
      const [{ rollbackCommand }, { plansText }, { appliesText }] = await Promise.all([
        import("./commands/rollback.ts"),
        import("./reports/plan.ts"),
        import("./reports/applied.ts"),
      ]);
      const input = {
        ...(await app.oneRun(target, run, flags)),
        confirmTimeout: flags.confirmTimeout,
        confirm: true,
      };
      const live = await app.ports(flags, ({ report }) => app.complain(plansText(report, app.paint)));
      app.interruptible();
      const outcome = await rollbackCommand(input, live);
      app.show(outcome, appliesText(outcome.report, app.paint), flags.format);
    });

  const runs = withFormat(withRun(harden.command("runs")))
    .description("what was done to a host: who, when, which profile, and what each run changed")
    .action(async (target: string | undefined, run: string | undefined, flags: Reach) => {
      const [{ runsCommand }, { runsText }] = await Promise.all([
        import("./commands/runs.ts"),
        import("./reports/runs.ts"),
      ]);
      const outcome = await runsCommand(await app.oneRun(target, run, flags), await app.ports(flags));
      app.show(
        outcome,
        runsText(outcome.report, { paint: app.paint, whole: run !== undefined }),
        flags.format,
      );
    });
  withFormat(withTargets(runs.command("prune")))
    .description("remove old runs and their backups, but what an original still needs")
    .option("--keep <number>", "the newest runs to keep", wholeNumber, 10)
    .action(async (targets: string[], _flags: unknown, command: Command) => {
      const flags = command.optsWithGlobals<Reach & { keep: number }>();
      const [{ pruneCommand }, { prunedText }] = await Promise.all([
        import("./commands/runs.ts"),
        import("./reports/runs.ts"),
      ]);
      app.changesHosts();
      const outcome = await pruneCommand(
        { ...(await app.targetsOf(targets, flags)), keep: flags.keep },
        await app.ports(flags),
      );
      app.show(outcome, prunedText(outcome.report), flags.format);
    });

  withFormat(withTargets(harden.command("uninstall")))
    .description("remove harden's journal and backups from a host; what the profile asked for stays")
    .option("-y, --yes", "go on without the question")
    .action(async (targets: string[], flags: Reach) => {
      const [{ uninstallCommand }, { uninstalledText }] = await Promise.all([
        import("./commands/runs.ts"),
        import("./reports/runs.ts"),
      ]);
      app.changesHosts();
      const outcome = await uninstallCommand(await app.targetsOf(targets, flags), await app.ports(flags));
      app.show(outcome, uninstalledText(outcome.report), flags.format);
    });
}
