/** One value of a merged profile. A list of plain values is one row; a list of maps has a row for each value. */
import { formatPath } from "./problem.ts";
import type { Profile } from "./profile.ts";
import type { Section } from "./schema.ts";
import type { Origin, Path } from "./tree.ts";
export interface ShownValue {
  readonly path: string;
  readonly value: unknown;
  readonly origin: Origin | "default";
}

export interface ShownProfile extends Omit<Profile, "origin" | "sections" | "access" | "waivers" | "images"> {
  readonly values: readonly ShownValue[];
  /** Controls that have no section, so that nothing of theirs is touched. */
  readonly unmanaged: readonly string[];
}

/** A profile as data for people: what it is, every value with its origin, and what it leaves alone. */
export function showProfile(profile: Profile, all: readonly Section[]): ShownProfile {
  const {
    origin: _origin,
    sections,
    access: _access,
    waivers: _waivers,
    images: _images,
    ...about
  } = profile;
  return {
    ...about,
    values: shownValues(profile),
    unmanaged: all.map(({ id }) => id).filter((id) => !(id in sections)),
  };
}

/** All values that a profile has, defaults included, in the order of the schema. */
function shownValues(profile: Profile): readonly ShownValue[] {
  return rows(profile, [["access"], profile.access]).concat(
    profile.waivers.length === 0 ? [] : rows(profile, [["waivers"], profile.waivers]),
    Object.keys(profile.images).length === 0 ? [] : rows(profile, [["images"], profile.images]),
    Object.entries(profile.sections).flatMap(([id, { enabled, apply, ...params }]) =>
      rows(profile, [[id], { enabled, apply, ...params }]),
    ),
  );
}

function rows(profile: Profile, [path, value]: readonly [Path, unknown]): ShownValue[] {
  const below = children(value);
  if (below === undefined) return [{ path: formatPath(path), value, origin: profile.origin(path) }];
  return below.flatMap(([step, inner]) => rows(profile, [[...path, step], inner]));
}

/** The entries of a map or of a list of maps; undefined where the value is shown whole. */
function children(value: unknown): readonly (readonly [string | number, unknown])[] | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value)) {
    const plain = value.every((item) => typeof item !== "object");
    return plain ? undefined : value.map((item: unknown, index) => [index, item] as const);
  }
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return entries.length === 0 ? undefined : entries;
}
