/** What a command gets from the outside: two ports to the person, and the edges that it may not touch itself. */
import type { Next } from "../next.ts";
import type { Plan, UndoPlan } from "../plan/plan.ts";
import type { Profile } from "../profile/profile.ts";
import type { Settled } from "../results/settled.ts";
import type { RouteOptions } from "../targets.ts";
import type { PortAddress, PortAnswer } from "../transports/port.ts";
import type { Connect } from "../transports/transport.ts";
import type { Pace } from "./each.ts";

/** Something that happened, for the person who waits; `target` is as the user wrote it. */
export type Event =
  | { readonly kind: "plans"; readonly report: readonly Settled<Plan | UndoPlan>[] }
  | { readonly kind: "say"; readonly target: string; readonly level: "info" | "warn"; readonly text: string }
  /** Seconds that are left; replaces the last one on a terminal. `isNew`: another one begins, which is told in a log as well. */
  | { readonly kind: "countdown"; readonly target: string; readonly text: string; readonly isNew?: boolean }
  /** Work goes on: for a terminal alone, where it is replaced by whatever comes next. */
  | { readonly kind: "still"; readonly target: string; readonly text: string };

export interface Ports {
  readonly emit: (event: Event) => void;
  /** Yes or no; throws HardenError `usage` where nobody can be asked. */
  readonly ask: (question: string) => Promise<boolean>;
  readonly connect: Connect;
  /** From this machine, to a port of a host; never rejects. */
  readonly askPort: (door: PortAddress) => Promise<PortAnswer>;
  readonly signal: AbortSignal;
  /** `user@machine` of whoever runs this; goes into the host's lock and journal. */
  readonly who: string;
  /** harden's own version. */
  readonly version: string;
  /** What a person is told to type next. */
  readonly next: Next;
  /** 128 random bits, hex: frames and run ids. */
  readonly random: () => string;
  /** Waits, or less when the run is interrupted. */
  readonly wait: (ms: number) => Promise<void>;
  /** Does it again and again until that is stopped. */
  readonly every: (ms: number, act: () => void) => { readonly stop: () => void };
  /** Wall clock in ms since 1970: for run ids, countdowns and the day on which a waiver ends, with the host's own, never for a plan. */
  readonly now: () => number;
}

/** What most commands take. */
export interface Targets extends RouteOptions, Pace {
  /** As the user wrote them; empty: this machine. */
  readonly targets: readonly string[];
}

export interface ProfileChoice {
  readonly profile: Profile;
  readonly only: readonly string[];
  readonly skip: readonly string[];
}

/** Hosts of a project have a profile each. */
export interface Choices {
  readonly choiceOf: (target: string) => ProfileChoice;
}

/** What every command gives back: data, and the exit status that it stands for. */
export interface CommandOutcome<T> {
  readonly report: T;
  readonly status: number;
}
