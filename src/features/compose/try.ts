/** `harden compose fix FILE --try`: the result is started beside the original, twice, and taken away again. */
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { type Config, configText, parseConfig, sourcesOf, stringOf } from "../../compose/try/config.ts";
import type { Copies } from "../../compose/try/copies.ts";
import { secretsIn } from "../../compose/try/mask.ts";
import { label, tryProject } from "../../compose/try/project.ts";
import { isGood } from "../../compose/try/watch.ts";
import { HardenError } from "../../errors.ts";
import { typedAs } from "../../quote.ts";
import type { Tried, TriedService } from "../../results/compose.ts";
import type { Unwritten } from "./try-copies.ts";
import {
  checkEngine,
  createEngine,
  type EndedCommand,
  lastLine,
  startGuard,
  type TryEngine,
} from "./try-engine.ts";
import { type Compose, firstStart, secondStart, type TriedStart } from "./try-start.ts";

export interface Trying {
  /** As it is named on the command line. */
  readonly file: string;
  /** What compose lays over it by itself. */
  readonly over?: string | undefined;
  /** As it is, and as it will be. */
  readonly original: string;
  readonly text: string;
  /** Files that the result names and that are not written yet. */
  readonly secrets: readonly Unwritten[];
  /** All that the file has. */
  readonly services: readonly string[];
  /** For each start. */
  readonly timeoutMs: number;
}

export interface TryPorts {
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
  /** Hex digits. */
  readonly random: () => string;
}

/** Throws HardenError `host` where nothing could be tried, `compose` where compose refuses the result. */
export async function composeTry(trying: Trying, ports: TryPorts): Promise<Tried> {
  const engine = createEngine(ports.signal);
  await checkEngine(engine);
  const config = await resolved(trying, trying.text, engine);
  const result = await attempt(config, trying, ports, "the result");
  const broken = result.services.filter(isBroken);
  const before =
    broken.length === 0 || trying.text === trying.original
      ? undefined
      : await attempt(await resolved(trying, trying.original, engine), trying, ports, "the original");
  const services = result.services.map((service): TriedService => {
    if (before === undefined || !isBroken(service)) return service;
    const same = before.services.find(({ name }) => name === service.name);
    return { ...service, original: originalOf(service, same) };
  });
  const isBlamed = broken.length > 0 && services.some(({ original }) => original === "works");
  return {
    verdict: broken.length === 0 ? "works" : isBlamed ? "broken" : "not told",
    services,
    notes: result.notes,
    left: trying.services.filter((name) => config.services[name] === undefined),
  };
}

/** Of a second start nothing is known where it never came to one. */
function originalOf(
  { again }: TriedService,
  same: TriedService | undefined,
): NonNullable<TriedService["original"]> {
  if (same === undefined || isBroken(same)) return "breaks too";
  return again !== undefined && same.again === undefined ? "not told" : "works";
}

const isBroken = ({ first, again }: TriedService) =>
  !isGood(first) || (again !== undefined && !isGood(again));

/** Compose's own reading of a text, in the file's place. */
async function resolved({ file, over }: Trying, text: string, engine: TryEngine): Promise<Config> {
  const files = ["--file", "-", ...(over === undefined ? [] : ["--file", over])];
  const words = [
    "compose",
    ...files,
    "--project-directory",
    dirname(resolve(file)),
    "config",
    "--format",
    "json",
  ];
  const { code, stdout, stderr } = await engine.docker(words, { stdin: text });
  heed(engine.signal);
  if (code === 0) return parseConfig(stdout);
  throw new HardenError("compose", `docker compose refuses ${file}: ${lastLine(stderr)}.`, {
    hint: `See what it says of all of it: docker compose -f ${typedAs(file)} config`,
    hostState: "nothing was tried, and the file is as it was",
  });
}

function heed(signal: AbortSignal): void {
  if (signal.aborted)
    throw new HardenError("host", "The try was interrupted.", {
      hint: "Try again.",
      hostState: "what it had made is taken away, and the file is as it was",
    });
}

/** For images to be pulled and built: ms. */
const makingMs = 900_000;

async function attempt(
  config: Config,
  { file: original, secrets: unwritten, timeoutMs }: Trying,
  { signal, say, random }: TryPorts,
  what: string,
): Promise<Pick<Tried, "services" | "notes">> {
  const name = `harden-try-${random().slice(0, 8)}`;
  // Nobody else may look into it: the project's secrets are in it.
  const folder = await mkdtemp(join(tmpdir(), `${name}-`));
  const guard = startGuard(`${label}=${name}`, folder);
  try {
    say(`harden: trying ${what} as ${name}, beside the original`);
    const engine = createEngine(signal, guard.told);
    const file = join(folder, "compose.json");
    const near = dirname(resolve(original));
    const fresh = new Map(unwritten.map((each) => [join(near, each.path), each]));
    const copies = await copiesIn(join(folder, "copies"), config, fresh);
    const { project, notes, builds } = tryProject(config, { name, copies });
    await writeFile(file, configText(project), { mode: 0o600 });
    const about = ["compose", "--project-name", name, "--project-directory", folder, "--file", file];
    const compose: Compose = (words, ms) => engine.docker([...about, ...words], { timeoutMs: ms });
    if (builds) made(await compose(["build", "--quiet"], makingMs), signal);
    made(await compose(["up", "--no-start", "--no-build", "--quiet-pull"], makingMs), signal);
    const secrets = secretsIn(config, await textsOf(config, copies));
    const around = { engine, compose, config, secrets, timeoutMs, name };
    const first = await firstStart(around);
    const again = [...first.values()].some(({ standing }) => !isGood(standing))
      ? undefined
      : await secondStart(around);
    heed(signal);
    return {
      services: [...first].map(([service, one]) => servedOf(service, one, again?.get(service))),
      notes,
    };
  } finally {
    gone(await guard.clean(), name);
  }
}

const servedOf = (name: string, first: TriedStart, again: TriedStart | undefined): TriedService => {
  const broke = first.broke ?? again?.broke;
  return {
    name,
    first: first.standing,
    ...(again === undefined ? {} : { again: again.standing }),
    ...(broke === undefined ? {} : { broke }),
  };
};

async function copiesIn(
  folder: string,
  config: Config,
  fresh: ReadonlyMap<string, Unwritten>,
): Promise<Copies> {
  const { makeCopies } = await import("./try-copies.ts");
  await mkdir(folder);
  return makeCopies(sourcesOf(config), folder, fresh);
}

/** What the files of its secrets hold. */
async function textsOf({ secrets }: Config, copies: Copies): Promise<readonly string[]> {
  const paths = Object.values(secrets).flatMap(({ file }) => copies.get(stringOf(file))?.path ?? []);
  return Promise.all(paths.map((path) => readFile(path, "utf8").catch(() => "")));
}

function made({ code, stderr }: EndedCommand, signal: AbortSignal): void {
  heed(signal);
  if (code === 0) return;
  const why = code === undefined ? "it took too long" : lastLine(stderr);
  throw new HardenError("host", `What is to be tried could not be made: ${why}.`, {
    hint: "Mend that, and try again; what needs the real network or data can't be tried here.",
    hostState: "what was made of it is taken away, and the file is as it was",
  });
}

function gone(left: string, name: string): void {
  if (left === "") return;
  throw new HardenError(
    "host",
    `Not all that the try made could be taken away: ${left.split("\n").join(", ")}.`,
    {
      hint: `Look for what is labelled ${label}=${name} (docker ps --all --filter label=${label}=${name}), and for the folder.`,
      hostState: "the file is as it was",
    },
  );
}
