/** One host's run: begin, packages, changes, the proof over a new connection, confirm; or the way back. */

import type { Refusal, RunNote } from "../host/events.ts";
import {
  beginRun,
  confirmRun,
  continueRun,
  type Ended,
  type Header,
  rollBack,
  waitForEnd,
} from "../host/executor.ts";
import { beyondAnnounced } from "../plan/announced.ts";
import type { CheckReport } from "../plan/checks.ts";
import { batches } from "../plan/steps.ts";
import type { Transport } from "../transports/transport.ts";
import { gather } from "./gather.ts";
import type { Session } from "./open.ts";
import type { Ports } from "./ports.ts";
import { prove } from "./prove.ts";

export interface RunOptions {
  /** Seconds from the end of the apply until the host rolls back by itself. */
  readonly confirmTimeout: number;
  /** False: leave the run pending, for `harden confirm`. */
  readonly confirm: boolean;
}

export type Applied =
  | { readonly outcome: "in sync" | "declined" | "blocked" }
  | { readonly outcome: "stale"; readonly addresses: readonly string[] }
  | { readonly outcome: "refused"; readonly reasons: readonly Refusal[] }
  | { readonly outcome: "locked"; readonly who: string; readonly since: string; readonly holder: string }
  | {
      readonly outcome: "confirmed";
      readonly run: string;
      readonly checks: readonly CheckReport[];
      readonly notes: readonly RunNote[];
    }
  | { readonly outcome: "to be confirmed"; readonly run: string; readonly seconds: number }
  | {
      readonly outcome: "rolled back";
      readonly run: string;
      readonly why: string;
      readonly notes: readonly RunNote[];
    }
  | { readonly outcome: "unknown"; readonly run: string; readonly why: string };
