/** `profile list`: every profile that a name can stand for. */
import { join, resolve } from "node:path";
import { emptiness, pathOf } from "../../profile/checker.ts";
import { type JsonSchema, jsonSchema } from "../../profile/jsonschema.ts";
import { type ListedProfile, listProfiles } from "../../profile/list.ts";
import { checkProfile, type LoadOptions, loadProfile } from "../../profile/load.ts";
import type { ProblemsOf } from "../../profile/problem.ts";
import { folders } from "../../profile/search.ts";
import { type ShownProfile, showProfile } from "../../profile/show.ts";
import type { CommandOutcome } from "../../run/ports.ts";
export async function profileList(options: LoadOptions): Promise<CommandOutcome<readonly ListedProfile[]>> {
  return { report: await listProfiles(options, options), status: 0 };
}

/** `profile show NAME`: the merged profile, each value with where it was written. Throws HardenError `profile`. */
export async function profileShow(name: string, options: LoadOptions): Promise<CommandOutcome<ShownProfile>> {
  return { report: showProfile(await loadProfile(name, options), options.sections), status: 0 };
}

/** `profile validate [NAME…]`: every problem of each, then status 78; without names, of the user's profiles, else of the packaged. */
export async function profileValidate(
  names: readonly string[],
  options: LoadOptions,
): Promise<CommandOutcome<readonly ProblemsOf[]>> {
  const chosen = names.length > 0 ? names : await everyName(options);
  const all = await Promise.all(
    chosen.map(async (name) => ({ name, checked: await checkProfile(name, options) })),
  );
  const extended = new Set(
    all.flatMap(({ checked }) => (checked.ok ? checked.profile.files.slice(0, -1) : [])),
  );
  const report = all.map(({ name, checked }): ProblemsOf => {
    if (!checked.ok) return { name, problems: checked.problems };
    const { file } = checked.profile;
    // What another one is written over may be a part of it only.
    return { name, file, problems: extended.has(pathOf(checked.profile)) ? [] : emptiness(checked.profile) };
  });
  return { report, status: report.some(({ problems }) => problems.length > 0) ? 78 : 0 };
}

async function everyName(options: LoadOptions): Promise<readonly string[]> {
  const all = await listProfiles(options, options);
  const own = [
    ...all.filter(({ packaged }) => !packaged).map(({ name }) => name),
    ...(await otherEndings(options)),
  ];
  return own.length > 0 ? own : all.map(({ name }) => name);
}

/** Files of the user's that no name finds, as paths. */
async function otherEndings(options: LoadOptions): Promise<readonly string[]> {
  const own = folders(options).filter((folder) => folder !== resolve(options.packagedDir));
  const lists = await Promise.all(
    own.map(async (folder) =>
      (await options.listDir(folder).catch(() => [])).map((file) => join(folder, file)),
    ),
  );
  return lists.flat().filter((file) => file.endsWith(".yml"));
}

/** `profile schema`: the JSON schema for editors, to be saved beside the profiles as `schema.json`. */
export function profileSchemaReport({ sections }: Pick<LoadOptions, "sections">): CommandOutcome<JsonSchema> {
  return { report: jsonSchema(sections), status: 0 };
}
