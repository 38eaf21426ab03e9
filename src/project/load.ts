/** `harden.yaml`: found, read and checked. */
import { dirname, join } from "node:path";
import { checklist } from "../assess/checklist.ts";
import { attestable } from "../cloud/attestation.ts";
import { HardenError, systemWords } from "../errors.ts";
import type { Files } from "../profile/files.ts";
import { nearest } from "../profile/nearest.ts";
import { parseSections } from "../profile/parse.ts";
import { type Problem, problem, profileError } from "../profile/problem.ts";
import { type Places, shown, upwards } from "../profile/search.ts";
import { at, emptyMap, isReset, type MapTree, type Path } from "../profile/tree.ts";
import { checkAgainst } from "../profile/validate.ts";
import { localTarget } from "../targets.ts";
import { parseTarget } from "../transports/target.ts";
import type { Project } from "./project.ts";
import { type ProjectValues, projectSchema } from "./schema.ts";

export const projectFile = "harden.yaml";

/**
 * The project file of `cwd` or the nearest one above it, to the root of the git work tree; undefined where there is none.
 * Throws one HardenError `profile` with all that is wrong in it.
 */
export async function loadProject(places: Places & Pick<Files, "readFile">): Promise<Project | undefined> {
  for (const folder of upwards(places.cwd, places.root ?? places.cwd)) {
    const path = join(folder, projectFile);
    const text = await read(path, places);
    if (text !== undefined) return projectOf(text, path, places);
  }
  return undefined;
}

async function read(path: string, { cwd, readFile }: Places & Pick<Files, "readFile">) {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new HardenError("profile", `The project file can't be read: ${systemWords(cause)}.`, {
      ...{ cause, where: shown(path, cwd), hostState: "no host was contacted" },
    });
  }
}

/** A project file's text, at an absolute path. Throws one HardenError `profile` with all that is wrong in it. */
export function projectOf(text: string, path: string, { cwd }: Pick<Places, "cwd">): Project {
  const file = shown(path, cwd);
  const parsed = parseSections(text, { file, what: "project file" });
  const tree = parsed.tree ?? emptyMap(file);
  const { values, problems, missing } = checkAgainst(projectSchema, tree);
  const wrong =
    values === undefined
      ? []
      : [...namesOf(values, tree), ...profilesOf(values, tree), ...attestationsOf(values, tree)];
  const all = parsed.whole
    ? [...parsed.problems, ...problems, ...missing, ...nullsOf(tree), ...wrong]
    : parsed.problems;
  if (all.length > 0 || values === undefined) throw profileError(inOrder(all), "project file");
  return { file, folder: dirname(path), values, tree };
}

const inOrder = (problems: readonly Problem[]) =>
  [...problems].sort((a, b) => a.line - b.line || a.column - b.column);

/** Nothing is extended here, so that a null would be a host that nobody sees. */
function nullsOf(tree: MapTree): readonly Problem[] {
  const maps = ["hosts", "groups", "compose", "tiers"].flatMap((section) => {
    const map = at(tree, [section]);
    return map?.kind === "map"
      ? [...map.entries].map(([name, { value }]) => ({ path: [section, name], value }))
      : [];
  });
  return maps
    .filter(({ value }) => isReset(value))
    .map(({ path, value }) =>
      problem(value.origin, path, { message: "null takes nothing back here: write {}" }),
    );
}

/** Hosts that no ssh could reach, and groups and hosts that aren't there. */
function namesOf({ hosts, groups, compose, tiers }: ProjectValues, tree: MapTree): readonly Problem[] {
  const known = (path: Path, name: string, names: readonly string[], what: string) =>
    names.includes(name)
      ? []
      : [
          problem(at(tree, path)?.origin ?? tree.origin, path, {
            message: `there is no ${what} \`${name}\``,
            suggestion: nearest(name, names),
          }),
        ];
  const groupNames = Object.keys(groups);
  const selectors = [...Object.keys(hosts), "@all", ...groupNames.map((name) => `@${name}`)];
  return [
    ...Object.entries(hosts).flatMap(([host, { groups: own }]) => [
      ...targetProblem(host, tree),
      ...own.flatMap((group, index) => known(["hosts", host, "groups", index], group, groupNames, "group")),
    ]),
    ...(Object.hasOwn(groups, "all")
      ? [
          problem(keyOf(tree, ["groups", "all"]), ["groups", "all"], {
            message: "every host is in @all: call it otherwise",
          }),
        ]
      : []),
    ...Object.entries(tiers).flatMap(([name, tier]) =>
      tier.hosts.flatMap((host, index) =>
        known(["tiers", name, "hosts", index], host, selectors, "host or group"),
      ),
    ),
    ...Object.entries(compose).flatMap(([name, project]) =>
      project.hosts.flatMap((host, index) =>
        known(["compose", name, "hosts", index], host, selectors, "host or group"),
      ),
    ),
  ];
}

/** A word that nobody asks for would be believed to count. */
function attestationsOf({ attestations }: ProjectValues, tree: MapTree): readonly Problem[] {
  const all = [...checklist.filter(({ attestable }) => attestable).map(({ id }) => id), ...attestable];
  return attestations.flatMap(({ line }, index) => {
    if (all.includes(line)) return [];
    const path = ["attestations", index, "line"];
    return [
      problem(at(tree, path)?.origin ?? tree.origin, path, {
        message: `nobody may attest \`${line}\`: it is no line of the checklist, or checks answer it`,
        suggestion: nearest(line, all),
      }),
    ];
  });
}

function targetProblem(host: string, tree: MapTree): readonly Problem[] {
  if (host === localTarget) return [];
  try {
    parseTarget(host);
    return [];
  } catch (error) {
    const { message } = error as Error;
    return [problem(keyOf(tree, ["hosts", host]), ["hosts", host], { message: message.replace(/\.$/, "") })];
  }
}

function keyOf(tree: MapTree, path: Path) {
  const parent = at(tree, path.slice(0, -1));
  const entry = parent?.kind === "map" ? parent.entries.get(String(path.at(-1))) : undefined;
  return entry?.keys.at(-1) ?? tree.origin;
}

/** A host of two groups that have a profile each must say which of them it has. */
function profilesOf({ hosts, groups }: ProjectValues, tree: MapTree): readonly Problem[] {
  return Object.entries(hosts).flatMap(([host, { profile, groups: own }]) => {
    const named = own.flatMap((group) => groups[group]?.profile ?? []);
    const several = [...new Set(named)];
    if (profile !== undefined || several.length < 2) return [];
    return [
      problem(keyOf(tree, ["hosts", host]), ["hosts", host], {
        message: `its groups have several profiles (${several.join(", ")}): write which one it has as \`profile\``,
      }),
    ];
  });
}
