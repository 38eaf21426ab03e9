/** A plan of a host that may still take back what is there now must say so. */
import type { Unsettled } from "../facts/unsettled.ts";
import type { Finding } from "./plan.ts";

/** `where` is the target as a command takes it; empty for this very machine. */
export function unsettledFindings(runs: readonly Unsettled[], where: string): readonly Finding[] {
  return runs.map(({ state, run, time, who }) => {
    const head = `Run ${run} of ${who}, since ${time},`;
    const command = (verb: string) => ["harden", verb, where, run].filter(Boolean).join(" ");
    return {
      control: "host",
      id: "host.unsettled",
      level: "warn",
      ...(state === "pending"
        ? {
            message: `${head} is pending: unless somebody confirms it, the host goes back to what was before.`,
            hint: `Keep it: ${command("confirm")}. Or undo it now: ${command("rollback")}`,
          }
        : {
            message: `${head} is being rolled back: the host goes back to what was before.`,
            hint: `See how it ends: ${command("runs")}`,
          }),
    };
  });
}
