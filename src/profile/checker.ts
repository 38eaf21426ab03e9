/** Profiles of many hosts, each checked once. */
import { type Checked, checkProfile, type LoadOptions, type Over } from "./load.ts";
import { formatProblem, type Problem } from "./problem.ts";

export type Check = (name: string, over: Over) => Promise<Checked>;

/** As {@link checkProfile}. One that is wrong is looked at for each place that names it: the name itself may be what is wrong. */
export function createChecker(options: LoadOptions): Check {
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
