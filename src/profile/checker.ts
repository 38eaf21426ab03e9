/** Profiles of many hosts, each checked once. */
import { type Checked, checkProfile, type LoadOptions, type Over } from "./load.ts";
import { formatProblem, type Problem } from "./problem.ts";

export type Check = (name: string, over: Over) => Promise<Checked>;

/** As {@link checkProfile}. One that is wrong is looked at for each place that names it: the name itself may be what is wrong. */
export function createChecker(options: LoadOptions): Check {
  const known = new Map<string, Promise<Checked>>();
  const once = (key: readonly unknown[], check: () => Promise<Checked>) => {
    const found = known.get(JSON.stringify(key)) ?? check();
    known.set(JSON.stringify(key), found);
    return found;
  };
  return async (name, over) => {
    const key = [name, over.layers.map(({ origin }) => origin)];
    const check = () => checkProfile(name, options, over);
    const first = await once(key, check);
    return first.ok ? first : once([...key, over.origin ?? null], check);
  };
}

/** Of several profiles that may extend the same one: each once. */
export const distinct = (problems: readonly Problem[]): readonly Problem[] => [
  ...new Map(problems.map((each) => [formatProblem(each), each])).values(),
];
