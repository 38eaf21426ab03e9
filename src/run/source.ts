/** Where an apply's plans come from: a profile for these targets, or a file of saved plans with targets of their own. */
import { HardenError } from "../errors.ts";
import type { Next } from "../next.ts";
import { isSameHost } from "../targets.ts";
import { isPlanFile } from "../transports/target.ts";
import { parsePlanFile, profileOf, type SavedPlan } from "./planfile.ts";
import type { Choices, ProfileChoice } from "./ports.ts";

export type Source =
  | (Choices & { readonly kind: "profile"; readonly targets: readonly string[] })
  | { readonly kind: "saved"; readonly plans: readonly SavedPlan[]; readonly targets: readonly string[] };

export const choiceOfSaved = (saved: SavedPlan): ProfileChoice => ({
  profile: profileOf(saved),
  only: saved.only,
  skip: saved.skip,
});

/**
 * Where the profile is in the file of a saved plan, a command that takes one is told which. What was to be applied is planned anew: a
 * rollback has changed what the saved one knows files by, and an `apply` of the host's name alone would take another profile.
 */
export const nextBySaved =
  (next: Next, plans: readonly SavedPlan[]): Next =>
  (verb, target, ...words) => {
    const saved =
      plans.find(({ plan }) => plan.target === target) ??
      plans.find(({ plan }) => isSameHost(plan.target, target));
    if (saved === undefined) return next(verb, target, ...words);
    if (verb === "apply") return next("plan", target, ...words, "--out", "FILE", ...choiceWords(saved));
    const byProfile = verb === "plan" || verb === "verify";
    return next(verb, target, ...words, ...(byProfile ? choiceWords(saved) : []));
  };

const choiceWords = ({ profile: { name, file }, only, skip }: SavedPlan) => [
  ...["--profile", file === "packaged" ? name : file],
  ...only.flatMap((control) => ["--only", control]),
  ...skip.flatMap((control) => ["--skip", control]),
];

interface Edges {
  /** Throws HardenError `usage`. */
  readonly textOf: (file: string) => Promise<string>;
  /** harden's version: a plan of another one is refused. */
  readonly tool: string;
  readonly choices: () => Promise<Choices>;
  /** The options that say what is wanted, where they were typed: a saved plan has said it. */
  readonly typed: readonly string[];
  readonly next: Next;
}

/** A first word that is a file of saved plans stands alone; all others are targets, as `plan` takes them. Throws HardenError. */
export async function sourceOf(
  words: readonly string[],
  { textOf, tool, choices, typed, next }: Edges,
): Promise<Source> {
  const [file] = words;
  if (file === undefined || !isPlanFile(file))
    return { kind: "profile", ...(await choices()), targets: words };
  if (words.length > 1)
    throw new HardenError("usage", `${file} is a saved plan, and knows its targets itself.`, {
      hint: `Apply it alone: ${next("apply", file)}`,
    });
  if (typed.length > 0)
    throw new HardenError(
      "usage",
      `${file} is a saved plan, to be applied as it is: ${typed.join(", ")} can't change it.`,
      {
        hint: "Save another one with these options: harden plan --out FILE.",
      },
    );
  const plans = parsePlanFile(await textOf(file), { tool, where: file });
  return { kind: "saved", plans, targets: plans.map(({ plan }) => plan.target) };
}
