/** Profiles of many hosts, each checked once. */
import { type Checked, checkProfile, type LoadOptions, type Over } from "./load.ts";
import { formatProblem, type Problem, problem } from "./problem.ts";
import type { Profile } from "./profile.ts";

export type CheckProfile = (name: string, over: Over) => Promise<Checked>;

/** As {@link checkProfile}. One that is wrong is looked at for each place that names it: the name itself may be what is wrong. */
export function createChecker(options: LoadOptions): CheckProfile {
  const known = new Map<string, Promise<Checked>>();
  const once = (words: readonly unknown[], check: () => Promise<Checked>) => {
    const key = JSON.stringify(words);
    const found = known.get(key) ?? check();
    known.set(key, found);
    return found;
  };
  return async (name, over) => {
    const words = [name, over.layers.map(({ origin }) => origin)];
    const check = () => checkProfile(name, options, over);
    const first = await once(words, check);
    return first.ok ? first : once([...words, over.origin ?? null], check);
  };
}

/** Of several profiles that may extend the same one: each once. */
export const distinct = (problems: readonly Problem[]): readonly Problem[] => [
  ...new Map(problems.map((each) => [formatProblem(each), each])).values(),
];

/** The file whose profile it is. */
export const pathOf = ({ file, files }: Profile): string => files.at(-1) ?? file;

/** What is wrong with a profile that manages nothing, as every command on hosts refuses it. */
export const emptiness = (profile: Profile): readonly Problem[] =>
  Object.keys(profile.sections).length > 0
    ? []
    : [
        problem({ file: pathOf(profile), line: 1, column: 1 }, [], {
          message: "it manages nothing: it has no section of a control",
        }),
      ];
