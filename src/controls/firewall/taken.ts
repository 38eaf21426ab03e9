/** The host's own rules of user.rules that are gone since our runs wrote it, from what each run found and left there. */
import type { Rewrite } from "../../plan/control.ts";
import type { Family } from "./tuple.ts";
import { allows, type Block, parseUserRules } from "./user-rules.ts";

export interface Taken {
  /** Those that a run took away. */
  readonly ours: readonly Block[];
  /** Somebody has changed the file after the run, so that nobody can tell who took them away. */
  readonly anybodys: readonly Block[];
  /** Runs of which nobody can tell any more what they found. */
  readonly unread: readonly string[];
}

/** `rewrites` oldest first, and the file as it is. A rule that came back meanwhile, and went again, counts as it last went. */
export function takenAway(
  rewrites: readonly Rewrite[],
  { now, family }: { readonly now: readonly Block[]; readonly family: Family },
): Taken {
  const gone = new Map<string, { readonly block: Block; readonly sure: boolean }>();
  const blocksOf = (content: Buffer) => parseUserRules(content, family).blocks;
  for (const [index, { before, after }] of rewrites.entries()) {
    if (before === undefined) continue;
    const later = after ?? rewrites[index + 1]?.before;
    const left = new Set((later === undefined ? now : blocksOf(later)).map(({ text }) => text));
    for (const block of blocksOf(before)) {
      gone.delete(block.text);
      if (!block.ours && allows(block.tuple) && !left.has(block.text))
        gone.set(block.text, { block, sure: after !== undefined });
    }
  }
  for (const { text } of now) gone.delete(text);
  const those = (sure: boolean) =>
    [...gone.values()].filter((each) => each.sure === sure).map(({ block }) => block);
  const unread = rewrites.flatMap(({ run, before }) => (before === undefined ? [run] : []));
  return { ours: those(true), anybodys: those(false), unread };
}
