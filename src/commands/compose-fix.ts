/** `harden compose fix FILE`: what a compose file lacks is added to its text; no host is contacted. */
import { posix } from "node:path";
import { failing } from "../assess/assess.ts";
import type { Peaks } from "../compose/fix/limits.ts";
import { masked } from "../compose/fix/mask.ts";
import { type ByHand, edited } from "../compose/fix/text.ts";
import { mendsFor } from "../compose/fix.ts";
import type { Composed } from "../compose/judge.ts";
import { problemText } from "../compose/problem.ts";
import { loadProject, type Reader, type Service } from "../compose/project.ts";
import { mountsOf, userOf } from "../compose/service.ts";
import { HardenError } from "../errors.ts";
import { unifiedDiff } from "../kinds/file.ts";
import { isDockerfile, type JudgedFile, judgedFile } from "./compose.ts";

export interface Fixed {
  readonly file: string;
  /** Without the secrets that were found; empty where there is nothing to add. */
  readonly diff: string;
  readonly original: string;
  readonly text: string;
  /** What belongs into the file and has no safe place in its text. */
  readonly byHand: readonly ByHand[];
  /** What must be done before the file is used. */
  readonly before: readonly string[];
  /** The file as it will be: what is left is a person's to decide. */
  readonly left: Composed;
}

/** Nothing is written here. Throws HardenError `compose` where the file can't be used, `usage` where it is none. */
export async function composeFix(
  target: string,
  options: { read: Reader; today: string; peaks?: Peaks },
): Promise<Fixed> {
  const file = posix.normalize(target);
  if (isDockerfile(file))
    throw new HardenError("usage", `${target} is a Dockerfile: only compose files are rewritten.`, {
      hint: "harden compose check says what to write.",
      hostState: "no host was contacted, and the file is as it was",
    });
  const original = (await options.read(file)) ?? "";
  const judgedAs = (text: string) => {
    const read: Reader = async (path) => (path === file ? text : options.read(path));
    return judgedFile(file, { ...options, read });
  };
  const first = await judgedAs(original);
  let [judged, text, byHand] = [first, original, [] as readonly ByHand[]];
  // What is added may want more, such as a user its group.
  for (let round = 0; round < mostRounds; round++) {
    const done = edited(text, mendsFor(judged.seen, judged.composed.checks, options.peaks));
    byHand = done.byHand;
    if (done.text === text) break;
    text = done.text;
    judged = await judgedAs(text).catch((cause: unknown) => {
      throw unreadable(target, cause);
    });
  }
  const clashes = text === original ? [] : await laidOver(file, text, options.read);
  const shown = (whole: string, { checks }: Composed) => Buffer.from(masked(whole, file, checks));
  const diff =
    text === original
      ? ""
      : unifiedDiff(target, shown(original, first.composed), shown(text, judged.composed));
  return {
    file: target,
    diff,
    original,
    text,
    byHand,
    before: [...clashes, ...beforeUse(first.composed, judged, options.peaks)],
    left: judged.composed,
  };
}

const callsOut =
  "Services on networks that are internal now reach nothing outside: what calls out needs one more network that isn't.";

/** By the check that the fix has mended: what it asks of the place where the file is used. */
const heed: Readonly<Record<string, string>> = {
  "containers.data":
    "What an image has written into a volume without a name stays there: copy it into the new volume, or the service starts empty.",
  "containers.user":
    "Volumes, folders and files of secrets that belong to another user: give them to the new one (chown), or the service can't read or write them. A volume that is new needs nothing.",
  "networks.default": callsOut,
  "networks.internal": callsOut,
};

function beforeUse(was: Composed, { seen, composed }: JudgedFile, peaks?: Peaks): readonly string[] {
  const open = new Set(failing(composed.checks).map(({ id, object }) => `${id} ${object}`));
  const mended = failing(was.checks).filter(({ id, object }) => !open.has(`${id} ${object}`));
  const isMended = (check: string, name: string) =>
    mended.some(({ id, object }) => id === check && object === name);
  const told = [...new Set(mended.map(({ id }) => id))].flatMap((id) => [
    ...(heed[id] === undefined ? [] : [heed[id]]),
    ...(id === "containers.user"
      ? seen.services.filter(({ name }) => isMended(id, name)).flatMap(ownersOf)
      : []),
  ]);
  const limited = seen.services.filter(({ name }) => isMended("containers.memory", name));
  return [...new Set(told), ...(peaks === undefined ? [] : seenOn(peaks, limited))];
}

/** By which of them a limit of memory was chosen. */
function seenOn({ from, services }: Peaks, limited: readonly Service[]): readonly string[] {
  if (limited.length === 0) return [];
  const rows = limited.map(({ name }) => {
    const seen = services.get(name);
    return seen === undefined
      ? `  ${name}: the usual 512M; no container of it was seen`
      : `  ${name}: ${seen.limit}, half as much again as its peak with cache of ${seen.peak}`;
  });
  return [`Limits of memory are by what was seen on ${from}: look again where it was not busy.`, ...rows];
}

/** What compose would refuse of the file with the one beside it that it lays over it by itself. */
async function laidOver(file: string, text: string, read: Reader): Promise<readonly string[]> {
  const over = await overrideOf(file, read);
  if (over === undefined) return [];
  const { problems } = await loadProject(file, async (path) => (path === file ? text : read(path)), [over]);
  return problems.map((problem) => `Compose lays ${over} over it. ${problemText(problem)}.`);
}

/** The file that compose lays over one by itself, where there is one. */
export async function overrideOf(file: string, read: Reader): Promise<string | undefined> {
  if (!/^(docker-)?compose\.ya?ml$/.test(posix.basename(file))) return undefined;
  for (const name of overrides) {
    const over = posix.join(posix.dirname(file), name);
    if ((await read(over)) !== undefined) return over;
  }
  return undefined;
}

/** In the order in which compose looks for them. */
const overrides = [
  "compose.override.yml",
  "compose.override.yaml",
  "docker-compose.override.yml",
  "docker-compose.override.yaml",
];

/** Whose the volumes and folders that a service writes to have to be. */
function ownersOf({ name, node }: Service): readonly string[] {
  const kept = mountsOf(node).filter(({ kind, readOnly }) => !readOnly && /^(bind|volume)$/.test(kind));
  return kept.map(({ written }) => `  ${name} is ${userOf(node)}: ${written}`);
}

const mostRounds = 5;

const unreadable = (target: string, cause: unknown) =>
  new HardenError("internal", `what harden would write into ${target} can't be read again`, {
    hint: "Edit it by hand, as harden compose check says.",
    hostState: "the file is as it was",
    cause,
  });

/** Status of a file that is as it was left. */
export const fixedStatus = ({ left }: Fixed): number => (failing(left.checks).length > 0 ? 2 : 0);
