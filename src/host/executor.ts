/** Sends one script of the runtime to a host and folds what the host tells into one answer. */
import type { Transport } from "../transports/transport.ts";
import { type HostEvent, type Outcome, parseEvent } from "./events.ts";

type Of<E extends HostEvent["event"]> = Extract<HostEvent, { event: E }>;
export type Refusal = Omit<Of<"refused">, "event" | "run">;
export type Failure = Omit<Of<"failed">, "event" | "run">;
export type RunNote = Omit<Of<"note">, "event" | "run">;

/** What a script of the runtime came to. */
export interface Answer {
  /** `lost`: the link broke or the host was silent for too long; what happened there is not known. */
  readonly outcome: Outcome;
  readonly refusals: readonly Refusal[];
  readonly failures: readonly Failure[];
  readonly notes: readonly RunNote[];
  /** The dead-man was armed: from then on the host comes back by itself. */
  readonly armed: boolean;
  readonly holder?: Of<"locked">;
  /** Until the host rolls back by itself, when `outcome` is `waiting`. */
  readonly seconds?: number;
  readonly rolledBack?: Of<"rolled-back">;
  readonly state?: Of<"state">;
}

export interface Sending {
  /** Only events of this run count; left out for what belongs to none. */
  readonly run?: string;
  readonly timeoutMs: number;
  readonly onEvent?: (event: HostEvent) => void;
  /** Cuts the listening short; what was begun on the host goes on. */
  readonly signal?: AbortSignal;
}

const maxBytes = 8 * 1024 * 1024;

/** Never rejects for a lost link: that is the outcome `lost`. */
export async function send(transport: Transport, script: string, o: Sending): Promise<Answer> {
  const events: HostEvent[] = [];
  const hear = (line: string) => {
    const event = parseEvent(line, o.run);
    if (event === undefined) return;
    events.push(event);
    o.onEvent?.(event);
  };
  await transport.run(script, {
    timeoutMs: o.timeoutMs,
    maxBytes,
    ...(o.signal === undefined ? {} : { signal: o.signal }),
    onLine: (line, stream) => stream === "stdout" && hear(line),
  });
  return fold(events);
}

export function fold(events: readonly HostEvent[]): Answer {
  const all = <E extends HostEvent["event"]>(kind: E) =>
    events.filter((event): event is Of<E> & HostEvent => event.event === kind);
  const last = <E extends HostEvent["event"]>(kind: E) => all(kind).at(-1);
  const bare = <T extends HostEvent>({ event: _event, run: _run, ...rest }: T) => rest;
  const holder = last("locked");
  const seconds = last("waiting")?.seconds;
  const rolledBack = last("rolled-back");
  const state = last("state");
  // A host that tells everything once more also tells of what the rollback has undone.
  const rolling = events.findIndex(({ event }) => event === "rolling");
  return {
    outcome: last("end")?.outcome ?? "lost",
    refusals: all("refused").map(bare),
    failures: all("failed").map(bare),
    notes: all("note")
      .filter((note) => events.indexOf(note) > rolling)
      .map(bare),
    armed: last("armed") !== undefined,
    ...(holder === undefined ? {} : { holder }),
    ...(seconds === undefined ? {} : { seconds }),
    ...(rolledBack === undefined ? {} : { rolledBack }),
    ...(state === undefined ? {} : { state }),
  };
}
