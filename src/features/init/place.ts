/** Where what `init` makes goes: the project file and its profiles, shown, asked about and written. */
import { join } from "node:path";
import type { Outside } from "../../command/command.ts";
import type { NewText } from "../../command/write-all.ts";
import { HardenError } from "../../errors.ts";
import type { LoadOptions } from "../../profile/load.ts";
import type { Project } from "../../project/project.ts";
import type { Proposal } from "./text.ts";

export interface ProfilePlace {
  readonly places: LoadOptions;
  readonly project: Project | undefined;
  /** Of the project file, and of its `profiles`. */
  readonly folder: string;
  readonly projectPath: string;
  /** What the project file has; undefined where there is none. */
  readonly before: string | undefined;
}

/** The project that the folder is in, else one that is to be made here. Throws HardenError `profile` of one that is wrong. */
export async function placeOf(outside: Outside): Promise<ProfilePlace> {
  const [places, project, { projectFile }] = await Promise.all([
    outside.places(),
    outside.project(),
    import("../../project/project.ts"),
  ]);
  const folder = project?.folder ?? places.cwd;
  const projectPath = join(folder, projectFile);
  return { places, project, folder, projectPath, before: await places.readFile(projectPath) };
}

export const usage = (message: string, hint: string, where?: string) =>
  new HardenError("usage", message, {
    hint,
    hostState: "no host was contacted, and nothing was written",
    ...(where === undefined ? {} : { where }),
  });

export const pathIn = ({ folder }: ProfilePlace, name: string) => join(folder, "profiles", `${name}.yaml`);

/** As if they were written. */
export const withTexts = (places: LoadOptions, texts: readonly NewText[]): LoadOptions => ({
  ...places,
  readFile: async (path) => texts.find((each) => each.path === path)?.text ?? places.readFile(path),
});

/** The project as it would be read. Throws HardenError `profile`. */
export async function projectOf(
  { folder, places }: ProfilePlace,
  texts: readonly NewText[],
): Promise<Project> {
  const { loadProject } = await import("../../command/load-project.ts");
  const project = await loadProject(withTexts({ ...places, cwd: folder }, texts));
  if (project === undefined) throw new Error("the project file that is to be written is not found");
  return project;
}

export async function shownFiles(
  { places }: ProfilePlace,
  texts: readonly NewText[],
): Promise<Proposal["files"]> {
  const { shown } = await import("../../profile/search.ts");
  return texts.map(({ path, text, before = "" }) => ({ file: shown(path, places.cwd), before, text }));
}

/** Written, unless somebody said no; `proposal` is shown to whoever is asked, where it has something to show. */
export async function writeAsked(
  texts: readonly NewText[],
  {
    files,
    proposal,
    unasked,
    write,
  }: Pick<Proposal, "files"> & {
    readonly proposal: () => string;
    readonly unasked: string;
    readonly write: boolean;
  },
  outside: Outside,
): Promise<boolean> {
  if (!write) {
    const text = proposal();
    if (text !== "") outside.say(text);
    const names = files.map(({ file }) => file).join(" and ");
    if (!(await outside.ask(`Write ${names}?`, unasked))) return false;
  }
  const { writeAll } = await import("../../command/write-all.ts");
  await writeAll(texts);
  return true;
}

export const unwritten = {
  out: "",
  errors: ["harden: nothing was written."],
  status: 1,
  hosts: [],
} as const;
