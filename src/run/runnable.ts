/** What is made into a run, and how. */
import type { Run } from "../host/script.ts";
import type { Work } from "../plan/steps.ts";
import type { Route, Transport } from "../transports/transport.ts";
import type { Proving } from "./prove.ts";

export interface RunOptions {
  /** Seconds from the end of the apply until the host rolls back by itself. */
  readonly confirmTimeout: number;
  /** False: leave the run pending, for `harden confirm`. */
  readonly confirm: boolean;
  /** A restart of the engine may stop containers that go with their data. */
  readonly stopContainers: boolean;
}

/** A run to be made: from a plan, or from an earlier run that is to be undone. */
export interface Runnable {
  readonly target: string;
  readonly route: Route;
  readonly transport: Transport;
  readonly run: Run;
  readonly prepare: readonly Work[];
  readonly apply: readonly Work[];
  /** After `prepare`: facts anew; the work that is left, or why it goes beyond what was announced. */
  readonly refine: () => Promise<{ readonly work: readonly Work[] } | { readonly beyond: string }>;
  readonly proving: Proving;
}
