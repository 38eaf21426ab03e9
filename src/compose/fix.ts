/** What a compose file lacks, as keys and items to be added; what a person must decide is left alone. Pure. */
import { isDeepStrictEqual } from "node:util";
import { failing, isAdvised } from "../assess/assess.ts";
import type { Assessed } from "../assess/report.ts";
import { composeChecks } from "./checks/index.ts";
import type { Peaks } from "./fix/limits.ts";
import { networkWishes } from "./fix/networks.ts";
import { type ComposeEdit, editOf, type Mend } from "./fix/wish.ts";
import { get, textOf } from "./tree.ts";
import { type ProjectSeen, views } from "./view.ts";

const fixes = new Map(composeChecks.map(({ id, fix }) => [id, fix]));

/** `checks`: what was found; what is waived stays as it is. Services of other files are theirs. */
export function mendsFor(seen: ProjectSeen, checks: readonly Assessed[], peaks?: Peaks): readonly Mend[] {
  const bad = [...failing(checks), ...checks.filter(isAdvised)];
  const own = views(seen).filter(({ at }) => at.file === seen.file);
  const byService = new Map(
    own.map((view) => {
      const ids = [
        ...new Set(bad.filter(({ object }) => object.split(" ")[0] === view.name).map(({ id }) => id)),
      ];
      return [
        view.name,
        ids.map((id) => (fixes.get(id)?.(view, peaks) ?? []).map((wish) => editOf(view, wish))),
      ];
    }),
  );
  const ofServices = own.flatMap(({ name }) => {
    const inherited = behind(seen, name).flatMap((other) => (byService.get(other) ?? []).flat());
    return (byService.get(name) ?? []).map((mend) => mend.flatMap((edit) => notIn(inherited, edit)));
  });
  return [...ofServices, ...networkWishes(seen, own, bad)].filter((mend) => mend.length > 0);
}

/** The services of this file that a service extends, directly or not. */
function behind({ tree }: Pick<ProjectSeen, "tree">, name: string): readonly string[] {
  const extended = get(tree, "services", name, "extends");
  if (get(extended, "file") !== undefined) return [];
  const other = textOf(extended) ?? textOf(get(extended, "service"));
  return other === undefined ? [] : [other, ...behind({ tree }, other)];
}

/** Without what comes from a service that is extended: compose refuses an option that is there twice. */
function notIn(inherited: readonly ComposeEdit[], edit: ComposeEdit): readonly ComposeEdit[] {
  const [, , ...path] = edit.key;
  const there = inherited
    .filter(({ key }) => isDeepStrictEqual(key.slice(2), path))
    .map(({ value }) => value);
  if (there.length === 0 || edit.key[0] !== "services") return [edit];
  if (there.some((value) => isDeepStrictEqual(value, edit.value))) return [];
  if (!Array.isArray(edit.value)) return [edit];
  const items = there.flatMap((value) => (Array.isArray(value) ? value : []));
  const missing = edit.value.filter((item) => !items.includes(item));
  return missing.length === 0 ? [] : [{ ...edit, value: missing }];
}
