import { dirname, resolve } from "node:path";
import { addsUpIn } from "./adding.ts";
import { loadChain, type ProfileChain } from "./chain.ts";
import type { Files } from "./files.ts";
import { withTexts } from "./from-file.ts";
import { mergeAll } from "./merge.ts";
import { nearbyFiles } from "./nearby.ts";
import { type Problem, profileError } from "./problem.ts";
import { type GitState, makeProfile, type Profile } from "./profile.ts";
import type { Section } from "./schema.ts";
import { type Places, profileName, shown } from "./search.ts";
import { emptyMap, type MapTree, type Origin } from "./tree.ts";
import { type Validated, validate } from "./validate.ts";
import type { KnownCheck } from "./waivers.ts";

export interface LoadOptions extends Places, Files {
  readonly sections: readonly Section[];
  /** What a waiver may name, and what it may not. */
  readonly checks: readonly KnownCheck[];
  /** Such as 2027-01-31: a waiver whose day was before is a problem then. No run is refused for that. */
  readonly today?: string;
  /** The commit that holds `main`, dirty where it or one of `others` differs; left out, the profile has no `git`. */
  readonly git?: (main: string, others: readonly string[]) => Promise<GitState | undefined>;
}

/** What a project says of a host beside its profile. */
export interface Over {
  /** Where the profile's name was written; left out, on the command line. */
  readonly origin?: Origin | undefined;
  /** Sections that are written over the profile, the later over the earlier. */
  readonly layers: readonly MapTree[];
}

export type Checked =
  | { readonly ok: true; readonly profile: Profile }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * The profile NAME (`profiles/NAME.yaml` here or above, then the packaged one; with a slash or `.yaml` at its end, that
 * file), merged and checked. Throws one HardenError `profile` with all problems.
 */
export async function loadProfile(name: string, options: LoadOptions, over?: Over): Promise<Profile> {
  const checked = await checkProfile(name, options, over);
  if (!checked.ok) throw profileError(checked.problems);
  return checked.profile;
}

/** Like {@link loadProfile}, with the problems as data: of the chain, the YAML and the values, in reading order. */
export async function checkProfile(
  name: string,
  options: LoadOptions,
  over: Over = { layers: [] },
): Promise<Checked> {
  const chain = await loadChain(name, options, { files: options, origin: over.origin });
  const main = chain.files.at(-1);
  const others = chain.files.slice(0, -1).map((file) => file.path);
  const git = main && options.git?.(main.path, others); // Another program: it works while the values are checked.
  const tree = merged(chain, over.layers, options.sections);
  const texts = tree && (await withTexts(tree, { ...options, files: chain.files }));
  const found = texts && tree && validate(tree, { ...options, texts: texts.tree });
  const told = [...chain.problems, ...(texts?.problems ?? [])];
  const all = inReadingOrder(
    [...told, ...(found ? believable(found, { ...chain, problems: told }) : [])],
    chain,
  );
  if (all.length > 0 || !tree || !found?.values || !main) return { ok: false, problems: all };
  const files = [
    ...chain.files.map((file) => file.shown),
    ...new Set(over.layers.map(({ origin }) => origin.file)),
  ];
  const packaged = dirname(main.path) === resolve(options.packagedDir);
  const source = {
    name: profileName(main.path),
    tree,
    file: packaged ? "packaged" : main.shown,
    nearby: packaged ? await near(name, options) : [],
    files,
    git: await git,
  };
  return { ok: true, profile: makeProfile(source, found.values) };
}

const near = async (name: string, options: LoadOptions) =>
  (await nearbyFiles(name, options, options)).map((path) => shown(path, options.cwd));

/** The problems of the values, without those that only follow from one of the files themselves. */
function believable({ problems, missing }: Validated, chain: ProfileChain): readonly Problem[] {
  const place = ({ file, line, column }: Problem) => `${file}:${line}:${column}`;
  const taken = new Set(chain.problems.map(place));
  // What is missing may well stand in the file that could not be read.
  const whole =
    chain.files.every((file) => file.whole) && !chain.problems.some(({ path }) => path === "extends");
  return [...problems, ...(whole ? missing : [])].filter((one) => !taken.has(place(one)));
}

function merged(
  chain: ProfileChain,
  layers: readonly MapTree[],
  sections: readonly Section[],
): MapTree | undefined {
  const main = chain.files.at(-1);
  if (!main) return undefined;
  const trees = chain.files.flatMap((file) => (file.tree ? [file.tree] : []));
  return mergeAll([emptyMap(main.shown), ...trees, ...layers], addsUpIn(sections));
}

function inReadingOrder(problems: readonly Problem[], chain: ProfileChain): readonly Problem[] {
  const order = chain.files.map((file) => file.shown);
  // What is in none of them is written over them all.
  const placeOf = ({ file }: Problem) => (order.includes(file) ? order.indexOf(file) : order.length);
  return [...problems].sort((a, b) => placeOf(a) - placeOf(b) || a.line - b.line || a.column - b.column);
}
