/** `harden compose fix DOCKERFILE`: its USER, its CMD and `--chown`, where that is sure; no host is contacted. */

import type { Checking, JudgedFile } from "../../audit/files.ts";
import { judgedFile } from "../../audit/files.ts";
import { fixedDockerfile } from "../../compose/fix/dockerfile.ts";
import type { Fixed } from "../../results/compose.ts";
import { shownDiff } from "./shown-diff.ts";

/** `file`: normalized. Throws HardenError `compose` where it can't be used. */
export async function dockerfileFix(target: string, file: string, options: Checking): Promise<Fixed> {
  const original = (await options.read(file)) ?? "";
  const judgedAs = (text: string): Promise<JudgedFile> =>
    judgedFile(file, { ...options, read: async (path) => (path === file ? text : options.read(path)) });
  const first = await judgedAs(original);
  const { text, byHand, before } = fixedDockerfile(original, file, first.seen.images);
  const judged = text === original ? first : await judgedAs(text);
  const diff = shownDiff(target, { text: original, judged: first }, { text, judged, values: [] });
  return { file: target, diff, original, text, secrets: [], byHand, before, told: [], left: judged.composed };
}
