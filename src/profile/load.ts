import { dirname } from "node:path";
import { type Chain, loadChain } from "./chain.ts";
import type { Files } from "./files.ts";
import { mergeAll } from "./merge.ts";
import { type Problem, profileError } from "./problem.ts";
import { type GitState, makeProfile, type Profile } from "./profile.ts";
import type { Section } from "./schema.ts";
import { type Places, profileName } from "./search.ts";
import { emptyMap, type MapTree } from "./tree.ts";
import { validate } from "./validate.ts";

export interface LoadOptions extends Places, Files {
  readonly sections: readonly Section[];
  /** The commit of the work tree at `dir`, which holds `files`; left out, the profile has no `git`. */
  readonly git?: (dir: string, files: readonly string[]) => Promise<GitState | undefined>;
}

export type Checked =
  | { readonly ok: true; readonly profile: Profile }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * The profile NAME (`./profiles/NAME.yaml`, then the packaged one; with a slash or `.yaml` at its
 * end, that file), merged and checked. Throws one HardenError `profile` with all problems.
 */
export async function loadProfile(name: string, options: LoadOptions): Promise<Profile> {
  const checked = await checkProfile(name, options);
  if (!checked.ok) throw profileError(checked.problems);
  return checked.profile;
}

/** Like {@link loadProfile}, with the problems as data: of the chain, the YAML and the values, in reading order. */
export async function checkProfile(name: string, options: LoadOptions): Promise<Checked> {
  const chain = await loadChain(name, options, options);
  const tree = merged(chain);
  const whole = chain.files.length > 0 && chain.files.every((file) => file.tree);
  const { values, problems } = tree ? validate(tree, options.sections) : { values: undefined, problems: [] };
  // With a file that can't be read, what is missing may well stand there.
  const sure =
    whole && chain.problems.length === 0
      ? problems
      : problems.filter(({ message }) => !message.startsWith("missing"));
  const all = inReadingOrder([...chain.problems, ...sure], chain);
  const main = chain.files.at(-1);
  if (all.length > 0 || !tree || !values || !main) return { ok: false, problems: all };
  const git = await options.git?.(
    dirname(main.path),
    chain.files.map((file) => file.path),
  );
  const files = chain.files.map((file) => file.shown);
  return { ok: true, profile: makeProfile({ name: profileName(main.path), tree, files, git }, values) };
}

function merged(chain: Chain): MapTree | undefined {
  const main = chain.files.at(-1);
  if (!main) return undefined;
  const trees = chain.files.flatMap((file) => (file.tree ? [file.tree] : []));
  return mergeAll([emptyMap(main.shown), ...trees]);
}

function inReadingOrder(problems: readonly Problem[], chain: Chain): readonly Problem[] {
  const order = chain.files.map((file) => file.shown);
  return [...problems].sort(
    (a, b) => order.indexOf(a.file) - order.indexOf(b.file) || a.line - b.line || a.column - b.column,
  );
}
