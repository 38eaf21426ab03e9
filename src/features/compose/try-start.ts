/** One start of what is tried: begun, watched until each service stands or has broken, and asked why. */
import { setTimeout as pause } from "node:timers/promises";
import type { Config } from "../../compose/try/config.ts";
import { hintsOf } from "../../compose/try/hints.ts";
import { withoutSecrets } from "../../compose/try/mask.ts";
import { label } from "../../compose/try/project.ts";
import { lasting } from "../../compose/try/restart.ts";
import {
  type ContainerSeen,
  isGood,
  type StartStanding,
  Steady,
  seenIn,
  standingOf,
} from "../../compose/try/watch.ts";
import type { Broke } from "../../results/compose.ts";
import { oneLine } from "../../text.ts";
import { type EndedCommand, lastLine, type TryEngine } from "./try-engine.ts";

export type Compose = (words: readonly string[], timeoutMs: number) => Promise<EndedCommand>;

export interface Around {
  readonly engine: TryEngine;
  readonly compose: Compose;
  /** As compose resolved it. */
  readonly config: Config;
  /** Are in nothing that is told. */
  readonly secrets: readonly string[];
  /** For the whole of a start. */
  readonly timeoutMs: number;
  /** The try's. */
  readonly name: string;
}

export interface TriedStart {
  readonly standing: StartStanding;
  readonly broke?: Broke;
}

/** By service. */
type Starts = ReadonlyMap<string, TriedStart>;

/** ms. */
const everyMs = 300;
const stopMs = 60_000;

export const firstStart = (around: Around): Promise<Starts> => started(around);

/** What a first start leaves behind has broken many a second one. */
export async function secondStart(around: Around): Promise<Starts> {
  await around.compose(["stop", "--timeout", "10"], stopMs);
  return started(around);
}

async function started(around: Around): Promise<Starts> {
  const { compose, config, timeoutMs, engine } = around;
  const [deadline, steady] = [Date.now() + timeoutMs, new Steady()];
  let ended: EndedCommand | undefined;
  // It waits itself for what others wait for, and ends where that breaks.
  const up = compose(["up", "--detach", "--no-build", "--no-recreate"], timeoutMs).then((one) => {
    ended = one;
  });
  for (;;) {
    const late = Date.now() > deadline;
    const over = ended !== undefined || late;
    const seen = new Map((await look(around)).map((one) => [one.service, one]));
    const standings = Object.entries(config.services).map(([name, definition]): [string, StartStanding] => {
      const one = seen.get(name);
      const runsFor = one === undefined ? 0 : steady.runsFor(one, Date.now());
      return [name, standingOf(one, { runsFor, lasting: lasting(definition), over })];
    });
    const open = standings.some(([, standing]) => standing === "on its way");
    if (late || engine.signal.aborted || (over && !open)) {
      await up;
      return told(standings, { seen, error: ended?.code === 0 ? "" : (ended?.stderr ?? "") }, around);
    }
    await pause(everyMs, undefined, { signal: engine.signal }).catch(() => {});
  }
}

/** Those of the try alone. */
async function look({ engine, name }: Around): Promise<readonly ContainerSeen[]> {
  const { stdout } = await engine.docker(["ps", "--all", "--quiet", "--filter", `label=${label}=${name}`]);
  const ids = stdout.split("\n").filter(Boolean);
  if (ids.length === 0) return [];
  const { code, stdout: text } = await engine.docker(["inspect", ...ids]);
  return code === 0 ? seenIn(text) : [];
}

interface Found {
  readonly seen: ReadonlyMap<string, ContainerSeen>;
  /** Of compose. */
  readonly error: string;
}

async function told(
  standings: readonly (readonly [string, StartStanding])[],
  { seen, error }: Found,
  around: Around,
): Promise<Starts> {
  const starts = new Map<string, TriedStart>();
  for (const [name, open] of standings) {
    const standing = open === "on its way" ? "not ready in time" : open;
    const one = seen.get(name);
    starts.set(
      name,
      isGood(standing) ? { standing } : { standing, broke: await brokeOf(one, error, around) },
    );
  }
  return starts;
}

/** How many lines of a log are told. */
const tail = 12;

async function brokeOf(
  seen: ContainerSeen | undefined,
  error: string,
  { engine, secrets }: Around,
): Promise<Broke> {
  const said =
    seen === undefined || seen.status === "created"
      ? undefined
      : await engine.docker(["logs", "--tail", "200", seen.id]);
  const log = withoutSecrets(`${said?.stdout ?? ""}${said?.stderr ?? ""}${seen?.error ?? ""}`, secrets);
  const lines = (log.trim() === "" ? withoutSecrets(lastLine(error), secrets) : log)
    .split("\n")
    .filter((line) => line.trim() !== "");
  const hasEnded = seen !== undefined && /^(exited|dead|restarting)$/.test(seen.status);
  return {
    ...(hasEnded ? { exitCode: seen.exitCode } : {}),
    restarts: seen?.restarts ?? 0,
    log: lines
      .map((line) => oneLine(line, 300))
      .filter((line, at, all) => line !== all[at - 1])
      .slice(-tail),
    look: hintsOf({ outOfMemory: seen?.outOfMemory === true }, lines.join("\n")),
  };
}
