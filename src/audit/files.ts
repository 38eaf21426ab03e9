/** Compose files and Dockerfiles, judged as one project each. */
import { posix } from "node:path";
import { loadBuilds } from "../compose/builds.ts";
import type { Composed } from "../compose/composed.ts";
import type { FolderLister } from "../compose/configuration.ts";
import { parseDockerfile } from "../compose/dockerfile.ts";
import { givenOf } from "../compose/given.ts";
import { hostPaths } from "../compose/host-mounts.ts";
import { imagesOf } from "../compose/images.ts";
import { judge, waiverProblems } from "../compose/judge.ts";
import { type Keeper, namedFiles, nothingKept } from "../compose/kept.ts";
import { isDockerfile } from "../compose/names.ts";
import { reachOf } from "../compose/ports.ts";
import { type ComposeProblem, problemText } from "../compose/problem.ts";
import { loadProject, type TextReader } from "../compose/project.ts";
import { projectFiles } from "../compose/project-files.ts";
import { emptyMap } from "../compose/tree.ts";
import type { ProjectSeen } from "../compose/view.ts";
import { HardenError } from "../errors.ts";
import type { Profile } from "../profile/profile.ts";
import type { Settled } from "../results/settled.ts";
import { asHardenError } from "../run/each.ts";

/** What a file is judged by. */
export interface Checking {
  readonly read: TextReader;
  /** For folders of configuration that a service mounts; without it only files that are named there are read. */
  readonly listFolder?: FolderLister;
  readonly keep: Keeper;
  /** As 2027-01-31. */
  readonly today: string;
  /** What a profile says of images; without one nothing. */
  readonly images?: Profile["images"];
}

export interface Options extends Checking {
  /** The files are one project, as with compose's several -f. */
  readonly together?: boolean;
}

/** A file, and what was found in it. */
export interface JudgedFile {
  readonly seen: ProjectSeen;
  readonly composed: Composed;
}

/**
 * One project's; never rejects. A file alone is judged with those that compose takes in its folder, unless it is
 * `together` with no other.
 */
export async function checked(
  named: readonly string[],
  { together = false, ...options }: Options,
): Promise<Settled<JudgedFile>> {
  const files = named.map((each) => posix.normalize(each));
  const [only = ""] = files;
  try {
    const all = files.length > 1 || together ? files : await projectFiles(only, options.read);
    const target = all.length > files.length ? all.join(" + ") : named.join(" + ");
    return await settledFile(target, all, options);
  } catch (error) {
    return { target: named.join(" + "), ok: false, error: asHardenError(error) };
  }
}

async function settledFile(
  target: string,
  [file = "", ...over]: readonly string[],
  options: Checking,
): Promise<Settled<JudgedFile>> {
  try {
    return { target, ok: true, value: await judgedFile(file, options, over) };
  } catch (error) {
    return { target, ok: false, error: asHardenError(error) };
  }
}

/** Throws HardenError `compose` where it can't be used. */
export async function judgedFile(
  file: string,
  checking: Checking,
  over: readonly string[] = [],
): Promise<JudgedFile> {
  const found = isDockerfile(file)
    ? await dockerfileAlone(file, checking)
    : await composeProject(file, checking, over);
  const seen: ProjectSeen = { ...found, images: imagesOf(checking.images ?? {}) };
  const problems = seen.problems.length > 0 ? seen.problems : waiverProblems(seen);
  if (problems.length > 0) throw unusable(problems);
  return { seen, composed: judge(seen, [file, ...over]) };
}

async function composeProject(
  file: string,
  { read, listFolder, keep, today }: Checking,
  over: readonly string[],
): Promise<Omit<ProjectSeen, "images">> {
  const project = await loadProject(file, read, over);
  const builds = await loadBuilds(project, read);
  const comments = [...builds.dockerfiles.values()].flatMap((each) => each.comments);
  const dockerfiles = [...builds.dockerfiles.values()].map((each) => each.file);
  const own = [...new Set([file, ...over, ...dockerfiles])];
  const secrets = namedFiles(project).flatMap(({ path }) => path ?? []);
  const kept =
    project.problems.length > 0
      ? nothingKept
      : await keep({ file, secrets, own, mounts: hostPaths(project.services) });
  const given = await givenOf(project.services, builds, { read, listFolder });
  const beside = { ...builds, kept, given, reach: reachOf, today };
  return { ...project, ...beside, comments: [...project.comments, ...comments] };
}

async function dockerfileAlone(
  file: string,
  { read, today }: Checking,
): Promise<Omit<ProjectSeen, "images">> {
  const parsed = parseDockerfile((await read(file)) ?? "", file);
  const at = { file, line: 1, column: 1 };
  const none = {
    services: [],
    tree: emptyMap(at),
    warnings: [],
    unread: [],
    seccomp: new Map(),
    given: new Map(),
  };
  const problems = parsed.stages.length === 0 ? [{ at, message: "there is no FROM in it" }] : [];
  return {
    ...none,
    file,
    today,
    kept: nothingKept,
    reach: reachOf,
    problems,
    comments: parsed.comments,
    dockerfiles: new Map([["", parsed]]),
  };
}

const unusable = (problems: readonly ComposeProblem[]) =>
  new HardenError("compose", ["The file can't be used:", ...problems.map(problemText)].join("\n"), {
    hint: "Mend these lines; harden compose check FILE says when none is left.",
    hostState: "no host was contacted, and the file is as it was",
  });
