/** `enabled: false`: our rules out of ufw's files, those that we took away back in, and everything else as it is. */
import { type Finding, findingsOf } from "../../checks/finding.ts";
import type { FileFact } from "../../facts/files.ts";
import type { Past, Released, Rewrite } from "../../plan/control.ts";
import { all } from "./guards/list.ts";
import { type Rewritten, ruleLine, ruleLines } from "./lines.ts";
import type { FamilyView, FirewallInput } from "./model.ts";
import { comersOf, otherRules } from "./other-rules.ts";
import { paths } from "./probes.ts";
import type { Family } from "./tuple.ts";
import {
  allows,
  type Block,
  parseUserRules,
  renderUserRules,
  type UserRules,
  withoutOurs,
} from "./user-rules.ts";

const say = findingsOf("firewall", {
  "not-given-back": ["warn", "Rules that a run took away from a file do not come back"],
});

export const findings = say.records;

interface ReleasedFile extends Rewritten {
  readonly file: FileFact;
  readonly content: Buffer;
}

const nothing: Released = { claims: [], findings: [] };

/** user.rules and user6.rules without our rules, to the byte where nobody else changed them; nothing where none was ours. */
export function release(input: FirewallInput, past: Past): Released {
  const { view } = input;
  const { settings } = view;
  if (settings === undefined || view.unreadable.length > 0) return nothing;
  const render = (rules: UserRules, { family }: FamilyView) =>
    renderUserRules(rules, family, { level: view.level, policies: settings.policies });
  const taken = view.families.map((each) => ({ each, taken: takenFrom(each, input, past) }));
  const released = taken.flatMap(({ each, taken: { ours } }): readonly ReleasedFile[] => {
    const { family, user, userFile: file } = each;
    const before = past.original(paths[`user${family}`]);
    if (file === undefined || (before === undefined && !user.blocks.some((block) => block.ours))) return [];
    const without = withoutOurs(user);
    const wanted = { ...without, blocks: [...without.blocks, ...ours] };
    /** Nobody has added anything since, and all that we took away was there. */
    const isOriginal = (original: UserRules) =>
      ours.every(({ text }) => original.blocks.some((block) => block.text === text)) &&
      render(withoutTexts(original, ours), each).equals(render(without, each));
    const unchanged = before !== undefined && isOriginal(parseUserRules(before, family));
    return [{ family, user, wanted, file, content: unchanged ? before : render(wanted, each) }];
  });
  const lines = ruleLines(released);
  const claims = released.map(({ family, content, file: { mode, owner, group } }) => ({
    control: "firewall",
    resource: { kind: "file" as const, path: paths[`user${family}`], content, mode, owner, group },
    reason: "the profile's rules go; the host's own stay",
    details: lines.get(family) ?? [],
  }));
  return { claims, findings: taken.flatMap((each) => notBack(each.taken, each.each)) };
}

const withoutTexts = (rules: UserRules, gone: readonly { readonly text: string }[]): UserRules => ({
  ...rules,
  blocks: rules.blocks.filter(({ text }) => !gone.some((each) => each.text === text)),
});

/** Who took a rule away can't always be told from the file; what the profile would take away today was ours to take. */
function takenFrom(each: FamilyView, input: FirewallInput, past: Past): Taken {
  const { family, user } = each;
  const found = takenAway(past.rewrites(paths[`user${family}`]), { now: user.blocks, family });
  if (input.params.otherRules !== "remove") return found;
  const { removed } = otherRules(found.anybodys, each, comersOf(input));
  return {
    ...found,
    ours: [...found.ours, ...removed],
    anybodys: found.anybodys.filter((block) => !removed.includes(block)),
  };
}

function notBack({ anybodys, unread }: Taken, { family }: FamilyView): readonly Finding[] {
  const path = paths[`user${family}`];
  return [
    ...(anybodys.length > 0
      ? say(
          "not-given-back",
          `Rules that are gone from ${path} since a run of harden found them there, and do not come back, for somebody has changed the file since, and may have removed them: ${all(anybodys.map(ruleLine))}.`,
          "Put back what you want of it with ufw allow.",
        )
      : []),
    ...(unread.length > 0
      ? say(
          "not-given-back",
          `What ${unread.join(", ")} found in ${path} can't be read any more: rules that it took away from there, if any, do not come back.`,
          "Compare with what should be reached, and put it back with ufw allow.",
        )
      : []),
  ];
}

/** The host's own rules of user.rules that are gone since our runs wrote it, from what each run found and left there. */
interface Taken {
  /** Those that a run took away. */
  readonly ours: readonly Block[];
  /** Somebody has changed the file after the run, so that nobody can tell who took them away. */
  readonly anybodys: readonly Block[];
  /** Runs of which nobody can tell any more what they found. */
  readonly unread: readonly string[];
}

/** `rewrites` oldest first, and the file as it is. A rule that came back meanwhile, and went again, counts as it last went. */
function takenAway(
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
