/** `harden compose fix FILE`: what a compose file lacks is added to its text; no host is contacted. */
import { posix } from "node:path";
import { failing } from "../assess/assess.ts";
import { told } from "../compose/fix/clients.ts";
import type { Peaks } from "../compose/fix/limits.ts";
import { masked } from "../compose/fix/mask.ts";
import { secretMoves } from "../compose/fix/move.ts";
import type { SecretFile } from "../compose/fix/secret-file.ts";
import { type ByHand, edited } from "../compose/fix/text.ts";
import { mendsFor } from "../compose/fix.ts";
import type { Composed } from "../compose/judge.ts";
import { problemText } from "../compose/problem.ts";
import { loadProject, type Reader, type Service } from "../compose/project.ts";
import { readYaml } from "../compose/read.ts";
import { mountsOf, userOf } from "../compose/service.ts";
import { get, type MapNode, textOf } from "../compose/tree.ts";
import { HardenError } from "../errors.ts";
import { unifiedDiff } from "../kinds/file.ts";
import { type Checking, isDockerfile, type JudgedFile, judgedFile } from "./compose.ts";

export interface Fixed {
  readonly file: string;
  /** Without the secrets that were found; empty where there is nothing to add. */
  readonly diff: string;
  readonly text: string;
  /** To be written before the file, which names them; their content is never shown. */
  readonly secrets: readonly SecretFile[];
  /** What belongs into the file and has no safe place in its text. */
  readonly byHand: readonly ByHand[];
  /** What must be done before the file is used. */
  readonly before: readonly string[];
  /** Of passwords: who has none, and who has to be given one. */
  readonly told: readonly string[];
  /** The file as it will be: what is left is a person's to decide. */
  readonly left: Composed;
}

export interface Fixing extends Checking {
  readonly peaks?: Peaks;
  /** Services of redis and its like that have no password get one. */
  readonly setPasswords?: boolean;
}

/** A text, and what was found in it. */
interface Step {
  readonly text: string;
  readonly judged: JudgedFile;
  readonly byHand: readonly ByHand[];
}

/** Nothing is written here. Throws HardenError `compose` where the file can't be used, `usage` where it is none. */
export async function composeFix(target: string, options: Fixing): Promise<Fixed> {
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
  const again = (text: string) =>
    judgedAs(text).catch((cause: unknown) => {
      throw unreadable(target, cause);
    });
  const first = await judgedAs(original);
  const added = await additions({ text: original, judged: first, byHand: [] }, again, options.peaks);
  const { text, judged, byHand, secrets } = await withoutSecrets(added, again, options);
  const clashes = text === original ? [] : await laidOver(file, text, options.read);
  const shown = (whole: string, { checks }: Composed) =>
    Buffer.from(masked(whole, file, { checks, values: secrets.flatMap(valuesIn) }));
  const diff =
    text === original
      ? ""
      : unifiedDiff(target, shown(original, first.composed), shown(text, judged.composed));
  const generated = secrets.flatMap(({ service, content }) =>
    content.kind === "generated" ? [service] : [],
  );
  return {
    ...{ file: target, diff, text, secrets, byHand },
    before: [
      ...clashes,
      ...beforeUse(first.composed, judged, options.peaks),
      ...rotation(secrets),
      ...builds(judged, secrets),
    ],
    told: told(judged.seen, generated),
    left: judged.composed,
  };
}

type Again = (text: string) => Promise<JudgedFile>;

/** What is added may want more, such as a user its group. */
async function additions(from: Step, again: Again, peaks?: Peaks): Promise<Step> {
  let step = from;
  for (let round = 0; round < mostRounds; round++) {
    const { text, byHand } = edited(
      step.text,
      mendsFor(step.judged.seen, step.judged.composed.checks, peaks),
    );
    if (text === step.text) return { ...step, byHand };
    step = { text, judged: await again(text), byHand };
  }
  return step;
}

/** Last, for whose a file has to be is the user's that was added. */
async function withoutSecrets(
  { text, judged, byHand }: Step,
  again: Again,
  { read, setPasswords = false }: Fixing,
): Promise<Step & Pick<Fixed, "secrets">> {
  const { seen, composed } = judged;
  const bad = failing(composed.checks).filter(({ id }) => id === "secrets.found");
  const found = new Set(bad.map(({ object }) => object));
  const moves = secretMoves(seen, { found, over: await overridesOf(seen.file, read), setPasswords });
  const done = edited(text, moves.mends);
  const all = [...byHand, ...moves.byHand, ...done.byHand];
  if (done.text === text) return { text, judged, byHand: all, secrets: [] };
  const after = await again(done.text);
  const secrets = moves.files.filter(({ name }) => get(after.seen.tree, "secrets", name) !== undefined);
  return { text: done.text, judged: after, byHand: all, secrets };
}

const valuesIn = ({ content }: SecretFile) => (content.kind === "kept" ? content.values : []);

/** What stood in the file is known to whoever read it; what others have, too, must change with it. */
function rotation(secrets: readonly SecretFile[]): readonly string[] {
  const kept = secrets.filter(({ content }) => content.kind === "kept");
  if (kept.length === 0) return [];
  const twins = (file: SecretFile) =>
    kept.filter((other) => other !== file && valuesIn(other).some((value) => valuesIn(file).includes(value)));
  return [
    "A secret that stood in the file has been read, and is in its history: change it, in the service and in its file. Until then both have the old one:",
    ...kept.map((file) => {
      const same = twins(file).map(({ path }) => path);
      return `  ${file.service}: ${file.path}${same.length === 0 ? "" : `, the same as ${same.join(", ")}`}`;
    }),
  ];
}

/** Files that whoever builds can't read end a build whose context they are in, and would be in its image. */
function builds({ seen }: JudgedFile, secrets: readonly SecretFile[]): readonly string[] {
  const around = seen.services.filter(({ node }) => {
    const context = textOf(get(node, "build", "context")) ?? textOf(get(node, "build"));
    return context !== undefined && /^\.?\/?$/.test(context);
  });
  const [first] = secrets;
  if (around.length === 0 || first === undefined) return [];
  const names = around.map(({ name }) => name).join(", ");
  return [
    `The image of ${names} is built of the whole folder: ${posix.dirname(first.path)} must stand in .dockerignore, or the build can't read it, or has it in the image.`,
  ];
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
  if (!mainName.test(posix.basename(file))) return [];
  for (const name of overrides) {
    const over = posix.join(posix.dirname(file), name);
    if ((await read(over)) === undefined) continue;
    const { problems } = await loadProject(file, async (path) => (path === file ? text : read(path)), [over]);
    return problems.map((problem) => `Compose lays ${over} over it. ${problemText(problem)}.`);
  }
  return [];
}

/** A file that others are laid over by themselves. */
const mainName = /^(docker-)?compose\.ya?ml$/;

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

/** Files that are there, and laid over this one; what can't be read as YAML compose refuses, too. */
async function overridesOf(file: string, read: Reader): Promise<readonly MapNode[]> {
  if (!mainName.test(posix.basename(file))) return [];
  const paths = overrides.map((name) => posix.join(posix.dirname(file), name));
  const texts = await Promise.all(paths.map(async (path) => ({ path, text: await read(path) })));
  return texts.flatMap(({ path, text }) => (text === undefined ? [] : [readYaml(text, path).tree]));
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
