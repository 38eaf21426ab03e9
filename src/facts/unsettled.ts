/** A run that is neither confirmed nor rolled back yet: whatever a plan says now may not last. */
import type { Probe } from "./probe.ts";

export interface Unsettled {
  readonly state: "pending" | "rolling";
  readonly run: string;
  readonly time: string;
  readonly who: string;
}

export const unsettled: Probe<readonly Unsettled[]> = { collector: "unsettled", args: [], parse };

function parse(data: Buffer): readonly Unsettled[] {
  const lines = data.toString("utf8").split("\n");
  return lines.flatMap((line) => {
    const [state, run = "", time = "", ...who] = line.split(" ");
    return state === "pending" || state === "rolling" ? [{ state, run, time, who: who.join(" ") }] : [];
  });
}
