import { type JsonSchema, jsonSchema } from "../profile/jsonschema.ts";
import { type ListedProfile, listProfiles } from "../profile/list.ts";
import { checkProfile, type LoadOptions, loadProfile } from "../profile/load.ts";
import type { ProblemsOf } from "../profile/problem.ts";
import { type ShownProfile, showProfile } from "../profile/show.ts";
import type { Outcome } from "./ports.ts";

/** `profile list`: every profile that a name can stand for. */
export async function profileList(options: LoadOptions): Promise<Outcome<readonly ListedProfile[]>> {
  return { report: await listProfiles(options, options), status: 0 };
}

/** `profile show NAME`: the merged profile, each value with where it was written. Throws HardenError `profile`. */
export async function profileShow(name: string, options: LoadOptions): Promise<Outcome<ShownProfile>> {
  return { report: showProfile(await loadProfile(name, options), options.sections), status: 0 };
}

/** `profile validate [NAME…]`: every problem of each, then status 78; without names, of the user's profiles, else of the packaged. */
export async function profileValidate(
  names: readonly string[],
  options: LoadOptions,
): Promise<Outcome<readonly ProblemsOf[]>> {
  const chosen = names.length > 0 ? names : await everyName(options);
  const report = await Promise.all(
    chosen.map(async (name) => {
      const checked = await checkProfile(name, options);
      return { name, problems: checked.ok ? [] : checked.problems };
    }),
  );
  return { report, status: report.some(({ problems }) => problems.length > 0) ? 78 : 0 };
}

async function everyName(options: LoadOptions): Promise<readonly string[]> {
  const all = await listProfiles(options, options);
  const own = all.filter(({ packaged }) => !packaged);
  return (own.length > 0 ? own : all).map(({ name }) => name);
}

/** `profile schema`: the JSON schema for editors, to be saved beside the profiles as `schema.json`. */
export function profileSchemaReport({ sections }: Pick<LoadOptions, "sections">): Outcome<JsonSchema> {
  return { report: jsonSchema(sections), status: 0 };
}
