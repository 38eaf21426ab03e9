/** What a try's containers are, by what the engine says of them again and again. Pure. */
import { listOf, mapOf, stringOf } from "./config.ts";

/** One container, as `docker inspect` has it. */
export interface ContainerSeen {
  readonly service: string;
  readonly id: string;
  readonly status: string;
  /** Left out where nothing tests its health. */
  readonly health?: string;
  readonly exitCode: number;
  /** Another start has another one. */
  readonly start: string;
  readonly restarts: number;
  readonly outOfMemory: boolean;
  /** Of the engine, where it could not start it. */
  readonly error: string;
}

const numberOf = (value: unknown) => (typeof value === "number" ? value : 0);

/** `text`: of `docker inspect`, the containers of a try. */
export function seenIn(text: string): readonly ContainerSeen[] {
  return listOf(JSON.parse(text))
    .map(mapOf)
    .map((container) => {
      const { Status, Health, ExitCode, StartedAt, OOMKilled, Error: error } = mapOf(container.State);
      const labels = mapOf(mapOf(container.Config).Labels);
      const health = stringOf(mapOf(Health).Status);
      const restarts = numberOf(container.RestartCount);
      return {
        service: stringOf(labels["com.docker.compose.service"]),
        id: stringOf(container.Id),
        status: stringOf(Status),
        ...(health === "" || health === "none" ? {} : { health }),
        exitCode: numberOf(ExitCode),
        start: `${stringOf(StartedAt)} ${restarts}`,
        restarts,
        outOfMemory: OOMKilled === true,
        error: stringOf(error),
      };
    });
}

/** Of a start: `on its way` is neither good nor bad yet. */
export type StartStanding =
  | "healthy"
  | "runs"
  | "done"
  | "on its way"
  | "exited"
  | "ended, to be started for ever"
  | "unhealthy"
  | "not started"
  | "not ready in time";

export const isGood = (standing: StartStanding) => /^(healthy|runs|done)$/.test(standing);

interface About {
  /** How long it has been running without a restart, in ms. */
  readonly runsFor: number;
  readonly lasting: "always" | "on failure" | "no";
  /** Nothing more will be started. */
  readonly over: boolean;
}

/** Without a test of its health a service is up when it has run for so long: ms. */
export const steadyMs = 5000;

export function standingOf(
  seen: ContainerSeen | undefined,
  { runsFor, lasting, over }: About,
): StartStanding {
  if (seen === undefined || seen.status === "created") return over ? "not started" : "on its way";
  if (seen.status === "exited" || seen.status === "dead") {
    if (seen.error !== "") return "not started";
    if (seen.exitCode !== 0) return "exited";
    return lasting === "always" ? "ended, to be started for ever" : "done";
  }
  if (seen.status !== "running") return "on its way";
  if (seen.health === "healthy" || seen.health === "unhealthy") return seen.health;
  return seen.health === undefined && runsFor >= steadyMs ? "runs" : "on its way";
}

/** Since when each container runs as it does now. */
export class Steady {
  readonly #since = new Map<string, { readonly start: string; readonly at: number }>();

  /** For how long it has been so; `now` in ms. */
  runsFor({ id, status, start }: ContainerSeen, now: number): number {
    const before = this.#since.get(id);
    if (status === "running" && before?.start === start) return now - before.at;
    this.#since.set(id, { start: status === "running" ? start : "", at: now });
    return 0;
  }
}
