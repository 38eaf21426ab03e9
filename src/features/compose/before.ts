/** What must be done, or heeded, before a compose file that was mended is used. */
import { posix } from "node:path";
import { failing } from "../../assess/assess.ts";
import type { JudgedFile } from "../../audit/files.ts";
import { composeChecks } from "../../compose/checks/index.ts";
import { joins } from "../../compose/checks/joined.ts";
import { limitChecks } from "../../compose/checks/limits.ts";
import { privilegeChecks } from "../../compose/checks/privileges.ts";
import type { Peaks } from "../../compose/fix/limits.ts";
import { egress } from "../../compose/fix/networks.ts";
import type { SecretFile } from "../../compose/fix/secret-file.ts";
import { problemText } from "../../compose/problem.ts";
import { loadProject, type Service, type TextReader } from "../../compose/project.ts";
import { overrideOf } from "../../compose/project-files.ts";
import { mountsOf, userOf } from "../../compose/service.ts";
import { get, textOf } from "../../compose/tree.ts";
import { mustCallOut, type ProjectSeen, views } from "../../compose/view.ts";

export const valuesIn = ({ content }: SecretFile) => (content.kind === "kept" ? content.values : []);

/** What stood in the file is known to whoever read it; what others have, too, must change with it. */
export function rotation(secrets: readonly SecretFile[]): readonly string[] {
  const kept = secrets.filter(({ content }) => content.kind === "kept");
  if (kept.length === 0) return [];
  const twins = (file: SecretFile) =>
    kept.filter((other) => other !== file && valuesIn(other).some((value) => valuesIn(file).includes(value)));
  return [
    "A secret that stood in the file has been read, and is in its history: change it, in the service and in its file. Until then both have the old one:",
    ...kept.map((file) => {
      const same = twins(file).map(({ path }) => path);
      return `  ${file.service}: ${file.path}${same.length === 0 ? "" : `, the same as ${same.join(", ")}`}`;
    }),
  ];
}

/** Files that whoever builds can't read end a build whose context they are in, and would be in its image. */
export function builds({ seen }: JudgedFile, secrets: readonly SecretFile[]): readonly string[] {
  const around = seen.services.filter(({ node }) => {
    const context = textOf(get(node, "build", "context")) ?? textOf(get(node, "build"));
    return context !== undefined && /^\.?\/?$/.test(context);
  });
  const [first] = secrets;
  if (around.length === 0 || first === undefined) return [];
  const names = around.map(({ name }) => name).join(", ");
  return [
    `The image of ${names} is built of the whole folder: ${posix.dirname(first.path)} must stand in .dockerignore, or the build can't read it, or has it in the image.`,
  ];
}

export function beforeUse(was: JudgedFile, { seen, composed }: JudgedFile, peaks?: Peaks): readonly string[] {
  const open = new Set(failing(composed.checks).map(({ id, object }) => `${id} ${object}`));
  const mended = failing(was.composed.checks).filter(({ id, object }) => !open.has(`${id} ${object}`));
  const isMended = (check: string, name: string) =>
    mended.some(({ id, object }) => id === check && object === name);
  const told = composeChecks
    .filter(({ id }) => mended.some((each) => each.id === id))
    .flatMap((check) => [
      ...(check.heed === undefined ? [] : [check.heed]),
      ...(check === privilegeChecks.user
        ? seen.services.filter(({ name }) => isMended(check.id, name)).flatMap(ownersOf)
        : []),
    ]);
  const limited = seen.services.filter(({ name }) => isMended(limitChecks.memory.id, name));
  return [
    ...new Set(told),
    ...outward(was.seen, seen),
    ...(peaks === undefined ? [] : seenOn(peaks, limited)),
  ];
}

/** Who has been given a way out, by the profile. */
function outward(was: ProjectSeen, seen: ProjectSeen): readonly string[] {
  const before = new Set(views(was).flatMap((view) => (joins(view, egress) ? [view.name] : [])));
  const now = views(seen).filter(
    (view) => mustCallOut(view) && joins(view, egress) && !before.has(view.name),
  );
  if (now.length === 0) return [];
  return [
    `By the profile these are on ${egress} as well: from there they reach the world outside, and each other.`,
    ...now.map(({ name, known }) => `  ${name}: ${known?.why}`),
  ];
}

/** By which of them a limit of memory was chosen. */
function seenOn({ from, services }: Peaks, limited: readonly Service[]): readonly string[] {
  if (limited.length === 0) return [];
  const rows = limited.map(({ name }) => {
    const seen = services.get(name);
    return seen === undefined
      ? `  ${name}: the usual 512M; no container of it was seen`
      : `  ${name}: ${seen.limit}, half as much again as its peak with cache of ${seen.peak}`;
  });
  return [`Limits of memory are by what was seen on ${from}: look again where it was not busy.`, ...rows];
}

/** What compose would refuse of the file with the one beside it that it lays over it by itself. */
export async function laidOver(file: string, text: string, read: TextReader): Promise<readonly string[]> {
  const over = await overrideOf(file, read);
  if (over === undefined) return [];
  const { problems } = await loadProject(file, async (path) => (path === file ? text : read(path)), [over]);
  return problems.map((problem) => `Compose lays ${over} over it. ${problemText(problem)}.`);
}

/** Whose the volumes and folders that a service writes to have to be. */
function ownersOf({ name, node }: Service): readonly string[] {
  const kept = mountsOf(node).filter(({ kind, readOnly }) => !readOnly && /^(bind|volume)$/.test(kind));
  return kept.map(({ written }) => `  ${name} is ${userOf(node)}: ${written}`);
}
