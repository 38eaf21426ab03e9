/** `harden uninstall`: harden's journal and backups go. */
import { HardenError } from "../../errors.ts";
import { send } from "../../host/executor.ts";
import { runtimeText } from "../../host/runtime.ts";
import { uninstallScript } from "../../host/script.ts";
import { type HostVerdict, type Judged, outcomeOf } from "../../results/verdict.ts";
import type { CommandOutcome, Ports, Targets } from "../../run/ports.ts";
import { held, timeoutMs } from "../../run/records.ts";
import { eachAsRoot, targetsOf } from "../../run/session.ts";

/** `nothing`: harden had no journal there. */
export type Uninstalled = "uninstalled" | "nothing" | "declined";
/** Removes the journal with all backups. What the profile asked for stays; nothing of ours is left. */
export async function uninstallCommand(
  options: Targets,
  ports: Ports,
): Promise<CommandOutcome<readonly Judged<Uninstalled>[]>> {
  const where = options.targets.length === 0 ? "this machine" : options.targets.join(", ");
  if (
    !(await ports.ask(
      `Remove harden's journal and all backups from ${where}? No run can be undone after that.`,
    ))
  )
    return outcomeOf(
      targetsOf(options).map((target) => ({ target, ok: true, value: "declined" })),
      (): HostVerdict => "declined",
    );
  const report = await eachAsRoot(options, ports, async (transport, target): Promise<Uninstalled> => {
    const script = uninstallScript({ runtime: runtimeText });
    const { outcome, holder, notes } = await send(transport, script, { timeoutMs });
    const left = notes.map(({ object, text }) => `${object}: ${text}`);
    if (outcome === "uninstalled") {
      for (const text of left) ports.emit({ kind: "say", target, level: "warn", text });
      return outcome;
    }
    if (outcome === "nothing") return outcome;
    if (outcome === "locked") throw held(target, holder, ports.next);
    throw new HardenError("host", `harden could not be removed whole from ${target} (${outcome}).`, {
      ...(left.length === 0 ? {} : { hostState: left.join("; ") }),
      hint: `See on the host what keeps it (lsattr, findmnt), and try again: ${ports.next("uninstall", target)}`,
    });
  });
  return outcomeOf(report, () => "pass");
}
