import type { Files } from "../../src/profile/files.ts";
import { type Checked, checkProfile } from "../../src/profile/load.ts";
import { formatProblem } from "../../src/profile/problem.ts";
import type { Profile } from "../../src/profile/profile.ts";
import { checks, sections } from "./sections.ts";

/** A file system in memory: absolute path -> text. */
export function memoryFiles(files: Readonly<Record<string, string>>): Files {
  return {
    readFile: async (path) => files[path],
    listDir: async (dir) => {
      const under = dir === "/" ? dir : `${dir}/`;
      const below = Object.keys(files).filter((path) => path.startsWith(under));
      return [...new Set(below.map((path) => path.slice(under.length).split("/")[0]!))];
    },
  };
}

/** Checks NAME in a world where `p.yaml` is /w/profiles/p.yaml and `/pkg/…` are the packaged profiles. */
export function check(files: Readonly<Record<string, string>>, name = "p"): Promise<Checked> {
  const world = Object.fromEntries(
    Object.entries(files).map(([path, text]) => [path.startsWith("/") ? path : `/w/profiles/${path}`, text]),
  );
  return checkProfile(name, { cwd: "/w", packagedDir: "/pkg", sections, checks, ...memoryFiles(world) });
}

/** The problems as printed lines; the folder of the profiles is left off. */
export async function problemLines(files: Readonly<Record<string, string>>, name = "p"): Promise<string[]> {
  const checked = await check(files, name);
  return checked.ok ? [] : checked.problems.map((one) => formatProblem(one).replaceAll("profiles/", ""));
}

export async function profileOf(files: Readonly<Record<string, string>>, name = "p"): Promise<Profile> {
  const checked = await check(files, name);
  if (!checked.ok) throw new Error(checked.problems.map(formatProblem).join("\n"));
  return checked.profile;
}
