/** `harden compose fix FILE`: what a compose file lacks is added to its text; no host is contacted. */
import { posix } from "node:path";
import { failing } from "../assess/assess.ts";
import { masked } from "../compose/fix/mask.ts";
import { type ByHand, edited } from "../compose/fix/text.ts";
import { editsFor } from "../compose/fix.ts";
import type { Composed } from "../compose/judge.ts";
import type { Reader } from "../compose/project.ts";
import { HardenError } from "../errors.ts";
import { unifiedDiff } from "../kinds/file.ts";
import { isDockerfile, judgedFile } from "./compose.ts";

export interface Fixed {
  readonly file: string;
  /** Without the secrets that were found; empty where there is nothing to add. */
  readonly diff: string;
  readonly text: string;
  /** What belongs into the file and has no safe place in its text. */
  readonly byHand: readonly ByHand[];
  /** The file as it will be: what is left is a person's to decide. */
  readonly left: Composed;
}

/** Nothing is written here. Throws HardenError `compose` where the file can't be used, `usage` where it is none. */
export async function composeFix(target: string, options: { read: Reader; today: string }): Promise<Fixed> {
  const file = posix.normalize(target);
  if (isDockerfile(file))
    throw new HardenError("usage", `${target} is a Dockerfile: only compose files are rewritten.`, {
      hint: "harden compose check says what to write.",
      hostState: "no host was contacted, and the file is as it was",
    });
  const before = (await options.read(file)) ?? "";
  const judgedAs = (text: string) => {
    const read: Reader = async (path) => (path === file ? text : options.read(path));
    return judgedFile(file, { ...options, read });
  };
  const first = await judgedAs(before);
  let [judged, text, byHand] = [first, before, [] as readonly ByHand[]];
  // What is added may want more, such as a user its group.
  for (let round = 0; round < mostRounds; round++) {
    const done = edited(text, editsFor(judged.seen, judged.composed.checks));
    byHand = done.byHand;
    if (done.text === text) break;
    text = done.text;
    judged = await judgedAs(text).catch((cause: unknown) => {
      throw unreadable(target, cause);
    });
  }
  const shown = (whole: string, { checks }: Composed) => Buffer.from(masked(whole, file, checks));
  const diff =
    text === before ? "" : unifiedDiff(target, shown(before, first.composed), shown(text, judged.composed));
  return { file: target, diff, text, byHand, left: judged.composed };
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
