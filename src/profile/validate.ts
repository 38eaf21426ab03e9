import type { z } from "zod";
import { imageProblems } from "./images.ts";
import { faultsOf, type ProfileFault } from "./issues.ts";
import { nearest } from "./nearest.ts";
import { formatPath, type Problem, problem } from "./problem.ts";
import { keysAt, profileSchema, type Section } from "./schema.ts";
import { at, isReset, keyOrigins, type MapTree, type Origin, type Path, toValue } from "./tree.ts";
import { type KnownCheck, waiverProblems } from "./waivers.ts";

export type ProfileValues = z.output<ReturnType<typeof profileSchema>>;

export type Validated = CheckedValues<ProfileValues>;

export interface CheckedValues<T> {
  readonly values: T | undefined;
  /** What is written, and wrong. */
  readonly problems: readonly Problem[];
  /** What has to be written, and is not. */
  readonly missing: readonly Problem[];
}

interface Against {
  readonly sections: readonly Section[];
  readonly checks: readonly KnownCheck[];
  readonly today?: string | undefined;
  /** The tree with the texts of the files that it names: what is said of one shows its name, never what it holds. */
  readonly texts?: MapTree;
}

/**
 * Checks a merged profile against the schema of these sections, its waivers against these checks, and the names of its images. All problems
 * at once, each where the offending key or value was written; a missing value where its map was.
 */
export function validate(tree: MapTree, { sections, checks, today, texts = tree }: Against): Validated {
  const { values, problems, missing } = checkAgainst(profileSchema(sections), tree, texts);
  const named = [...waiverProblems(tree, { checks, today }), ...imageProblems(tree)];
  if (named.length === 0) return { values, problems, missing };
  return { values: undefined, problems: [...problems, ...named], missing };
}

/** The tree as the schema's values, or all that is wrong with it; `texts` as in {@link validate}. */
export function checkAgainst<S extends z.ZodType>(
  schema: S,
  tree: MapTree,
  texts: MapTree = tree,
): CheckedValues<z.output<S>> {
  const result = schema.safeParse(toValue(texts));
  if (result.success) return { values: result.data, problems: [], missing: [] };
  const found = (path: Path) => {
    const node = at(tree, path);
    return node && !(isReset(node) && typeof path.at(-1) === "string") ? toValue(node) : undefined;
  };
  const faults = onePerValue(result.error.issues.flatMap((issue) => faultsOf(issue, found)));
  const placed = (which: readonly ProfileFault[]) => which.flatMap((fault) => place(tree, fault, schema));
  return {
    values: undefined,
    problems: placed(faults.filter(({ missing }) => !missing)),
    missing: placed(faults.filter(({ missing }) => missing)),
  };
}

/** A value that is wrong in several ways is one error: the first says what is wanted. */
const onePerValue = (faults: readonly ProfileFault[]): readonly ProfileFault[] => {
  const keyOf = ({ path, key }: ProfileFault) => formatPath(key === undefined ? path : [...path, key]);
  return [...new Map(faults.toReversed().map((fault) => [keyOf(fault), fault])).values()].toReversed();
};

function place(tree: MapTree, fault: ProfileFault, schema: z.ZodType): readonly Problem[] {
  if (fault.key === undefined) return [problem(originOf(tree, fault), fault.path, fault)];
  const path = [...fault.path, fault.key];
  const suggestion = rightKey(schema, fault.path, fault.key);
  // Written in two files, it is wrong in two files.
  return keyOrigins(tree, path).map((origin) =>
    problem(origin, path, { message: fault.message, suggestion }),
  );
}

function originOf(tree: MapTree, fault: ProfileFault): Origin {
  const node = at(tree, fault.path);
  if (node && !fault.missing) return node.origin;
  if (node) return keyOrigins(tree, fault.path).at(-1) ?? node.origin;
  const parent = fault.path.slice(0, -1);
  return keyOrigins(tree, parent).at(-1) ?? at(tree, parent)?.origin ?? tree.origin;
}

/** The nearest key of the same map; else where the very key belongs, such as `ssh.maxAuthTries`. */
function rightKey(schema: z.ZodType, path: Path, key: string): string | undefined {
  const beside = nearest(key, keysAt(schema, path));
  if (beside !== undefined) return beside;
  const elsewhere = keysAt(schema, []).find((section) => keysAt(schema, [section]).includes(key));
  return elsewhere === undefined ? undefined : formatPath([elsewhere, key]);
}
