/** `harden compose fix FILE`: what a compose file lacks is added to its text; no host is contacted. */
import { posix } from "node:path";
import { failing } from "../../assess/assess.ts";
import { type Checking, type JudgedFile, judgedFile } from "../../audit/files.ts";
import { secretChecks } from "../../compose/checks/secrets.ts";
import { told } from "../../compose/fix/clients.ts";
import { fixedDockerfile } from "../../compose/fix/dockerfile.ts";
import type { Peaks } from "../../compose/fix/limits.ts";
import { secretMoves } from "../../compose/fix/move.ts";
import { type ByHand, edited } from "../../compose/fix/text.ts";
import { mendsFor } from "../../compose/fix.ts";
import type { Keeper } from "../../compose/kept.ts";
import { isDockerfile } from "../../compose/names.ts";
import type { TextReader } from "../../compose/project.ts";
import { overridesOf } from "../../compose/project-files.ts";
import { get } from "../../compose/tree.ts";
import { HardenError } from "../../errors.ts";
import type { Fixed } from "../../results/compose.ts";
import { beforeUse, builds, laidOver, rotation, valuesIn } from "./before.ts";
import { shownDiff } from "./shown-diff.ts";

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
  if (isDockerfile(file)) return dockerfileFix(target, file, options);
  const original = (await options.read(file)) ?? "";
  let kept: ReturnType<Keeper> | undefined;
  const keep: Keeper = (asked) => {
    kept ??= options.keep(asked);
    return kept;
  };
  const judgedAs = (text: string) => {
    const read: TextReader = async (path) => (path === file ? text : options.read(path));
    return judgedFile(file, { ...options, read, keep });
  };
  const again = (text: string) =>
    judgedAs(text).catch((cause: unknown) => {
      throw unreadable(target, cause);
    });
  const first = await judgedAs(original);
  const added = await additions({ text: original, judged: first, byHand: [] }, again, options.peaks);
  const { text, judged, byHand, secrets } = await withoutSecrets(added, again, options);
  const clashes = text === original ? [] : await laidOver(file, text, options.read);
  const diff = shownDiff(
    target,
    { text: original, judged: first },
    { text, judged, values: secrets.flatMap(valuesIn) },
  );
  const generated = secrets.flatMap(({ service, content }) =>
    content.kind === "generated" ? [service] : [],
  );
  return {
    file: target,
    diff,
    original,
    text,
    secrets,
    byHand,
    before: [
      ...clashes,
      ...beforeUse(first, judged, options.peaks),
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
  const bad = failing(composed.checks).filter(({ id }) => id === secretChecks.found.id);
  const found = new Set(bad.map(({ object }) => object));
  const moves = secretMoves(seen, { found, over: await overridesOf(seen.file, read), setPasswords });
  const done = edited(text, moves.mends);
  const all = [...byHand, ...moves.byHand, ...done.byHand];
  if (done.text === text) return { text, judged, byHand: all, secrets: [] };
  const after = await again(done.text);
  const secrets = moves.files.filter(({ name }) => get(after.seen.tree, "secrets", name) !== undefined);
  return { text: done.text, judged: after, byHand: all, secrets };
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

/** `file`: normalized. Throws HardenError `compose` where it can't be used. */
async function dockerfileFix(target: string, file: string, options: Checking): Promise<Fixed> {
  const original = (await options.read(file)) ?? "";
  const judgedAs = (text: string): Promise<JudgedFile> =>
    judgedFile(file, { ...options, read: async (path) => (path === file ? text : options.read(path)) });
  const first = await judgedAs(original);
  const { text, byHand, before } = fixedDockerfile(original, file, first.seen.images);
  const judged = text === original ? first : await judgedAs(text);
  const diff = shownDiff(target, { text: original, judged: first }, { text, judged, values: [] });
  return { file: target, diff, original, text, secrets: [], byHand, before, told: [], left: judged.composed };
}
