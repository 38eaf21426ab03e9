/** Text for a person: the merged profile, each value with its file, line and column. */
import type { ListedProfile } from "../../profile/list.ts";
import { formatProblem, type ProblemsOf } from "../../profile/problem.ts";
import type { ShownProfile } from "../../profile/show.ts";
import { printable } from "../../profile/text.ts";
import type { Origin } from "../../profile/tree.ts";
export function profileShowText(profile: ShownProfile): string {
  const lines = profile.values.map(({ path, value }) => `${path}: ${plain(value)}`);
  const width = Math.min(60, Math.max(0, ...lines.map((line) => line.length)));
  const body = profile.values.map(
    ({ origin }, index) => `${lines[index]!.padEnd(width)}  # ${place(origin, profile.files)}`,
  );
  const commit =
    profile.git && `, commit ${profile.git.commit.slice(0, 12)}${profile.git.dirty ? " with changes" : ""}`;
  return [
    `# ${profile.name}${profile.description === "" ? "" : `: ${profile.description}`}`,
    `# merged from ${profile.files.join(", ")}${commit ?? ""}`,
    `# digest ${profile.digest}`,
    ...(profile.nearby.length === 0
      ? []
      : [`# the packaged one, though there is ${profile.nearby.join(", ")}`]),
    ...body,
    ...profile.unmanaged.map((id) => `# ${id}: not managed, for it has no section`),
    "",
  ]
    .map(printable)
    .join("\n");
}

/** Text for a person: the profiles that can be named. */
export function profileListText(profiles: readonly ListedProfile[]): string {
  const width = Math.max(0, ...profiles.map(({ name }) => name.length));
  return profiles
    .map(({ name, description, file, hidden }) => {
      const note = hidden ? " (hidden by your own)" : "";
      return `${printable(`${name.padEnd(width)}  ${description}  [${file}]${note}`)}\n`;
    })
    .join("");
}

/** Text for a person: each problem as `file:line:column: …`, one a line, and the profiles that have none. */
export function profileValidateText(profiles: readonly ProblemsOf[]): string {
  // Profiles that extend one bad file all have its problems: each is said once.
  const problems = new Set(profiles.flatMap((one) => one.problems.map(formatProblem)));
  const good = profiles.filter((one) => one.problems.length === 0).map(validText);
  return [...problems, ...good].map((line) => `${printable(line)}\n`).join("");
}

/** With what was looked at, which a name doesn't tell. */
function validText({ name, file }: ProblemsOf): string {
  const note = name.endsWith(".yml") ? "; no name finds it, for it doesn't end in .yaml" : "";
  return `${name}: valid${file === undefined ? "" : ` (${file}${note})`}`;
}

/** The file's last name where only one of the profile's files has it. */
function place(origin: Origin | "default", files: readonly string[]): string {
  if (origin === "default") return origin;
  const last = (file: string) => file.slice(file.lastIndexOf("/") + 1);
  const alike = files.filter((file) => last(file) === last(origin.file));
  return `${alike.length > 1 ? origin.file : last(origin.file)}:${origin.line}:${origin.column}`;
}

function plain(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(plain).join(", ")}]`;
  if (typeof value !== "string") return JSON.stringify(value);
  const bare =
    /^[A-Za-z0-9_/.:@][\w/.:@+ -]*$/.test(value) &&
    !/^(true|false|null|~|[-+.\d][\d.e+-]*)$|: |:$| $/i.test(value);
  return bare ? value : JSON.stringify(value);
}
