/** A project for a person: its hosts, or what is wrong with it. */
import { formatProblem, type Problem, type ProblemsOf } from "../../profile/problem.ts";
import { printable } from "../../profile/text.ts";
import type { Origin } from "../../profile/tree.ts";
import type { ShownProject } from "../../project/show.ts";

const place = (origin: Origin | "default") =>
  origin === "default" ? "the project's own default" : `${origin.file}:${origin.line}:${origin.column}`;

export function projectShowText({ file, hosts }: ShownProject): string {
  const blocks = hosts.map(({ host, groups, profile, values, origin }) => [
    `${host}  # ${place(origin)}`,
    `  profile: ${profile.name}  # ${place(profile.origin)}`,
    ...(groups.length === 0 ? [] : [`  groups: ${groups.join(", ")}`]),
    ...(values.length === 0 ? [] : [`  values: ${values.map(place).join(", ")}`]),
  ]);
  return [`# ${file}`, ...blocks.flat(), ""].map(printable).join("\n");
}

/** Each problem once, however many hosts have it. */
export function projectValidateText({
  file,
  problems,
  hosts,
}: {
  readonly file: string;
  /** Of what it names beside its hosts. */
  readonly problems: readonly Problem[];
  readonly hosts: readonly Omit<ProblemsOf, "file">[];
}): string {
  const lines = new Set([...problems, ...hosts.flatMap((one) => one.problems)].map(formatProblem));
  const good = hosts.filter((one) => one.problems.length === 0);
  const valid = lines.size > 0 ? [] : [`${file}: valid (hosts: ${good.length})`];
  return [...lines, ...valid].map((line) => `${printable(line)}\n`).join("");
}
