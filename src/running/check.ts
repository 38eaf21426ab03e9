/** A check that needs a container and its host together, and has no sense for a file alone. */
import type { ComposeCheck, Result } from "../compose/check.ts";
import type { Running } from "./running.ts";

export interface RunningCheck extends Omit<ComposeCheck, "test" | "built"> {
  readonly test: (running: Running) => readonly Result[];
}
