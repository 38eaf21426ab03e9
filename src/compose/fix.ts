/** What a compose file lacks, as keys and items to be added; what a person must decide is left alone. Pure. */
import { failing, isAdvised } from "../assess/assess.ts";
import type { Assessed } from "../assess/report.ts";
import { type Seen, type View, views } from "./check.ts";
import { wishesOfFiles } from "./fix/files.ts";
import { wishesOfLimits } from "./fix/limits.ts";
import { networkWishes } from "./fix/networks.ts";
import type { Edit, Wish } from "./fix/wish.ts";
import { get } from "./tree.ts";

/** By the check that fails: what would make it hold. */
const fixers: Readonly<Record<string, (view: View) => readonly Wish[]>> = {
  ...wishesOfFiles,
  ...wishesOfLimits,
};

/** `checks`: what was found; what is waived stays as it is. Services of other files are theirs. */
export function editsFor(seen: Seen, checks: readonly Assessed[]): readonly Edit[] {
  const bad = [...failing(checks), ...checks.filter(isAdvised)];
  const own = views(seen).filter(({ at }) => at.file === seen.file);
  const ofServices = own.flatMap((view) => {
    const ids = [
      ...new Set(bad.filter(({ object }) => object.split(" ")[0] === view.name).map(({ id }) => id)),
    ];
    return ids.flatMap((id) => (fixers[id]?.(view) ?? []).map((wish) => editOf(view, wish)));
  });
  return [...ofServices, ...networkWishes(seen, own, bad)];
}

function editOf({ name, node, seen }: View, { path, value, top }: Wish): Edit {
  if (top) return { key: path, value };
  const isWithin = path.length > 1 && get(node, path[0]!) !== undefined;
  const isExtended = get(seen.tree, "services", name, "extends") !== undefined;
  return {
    key: ["services", name, ...path],
    value,
    ...(isWithin && !isExtended ? { within: path[0]! } : {}),
  };
}
