/** One thing that is wrong in a profile, where it was written, and what was probably meant. */
import { HardenError } from "../errors.ts";
import { printable } from "./text.ts";
import type { Origin, Path } from "./tree.ts";
export interface Problem extends Origin {
  readonly path: string;
  readonly message: string;
  readonly suggestion?: string;
}

/** A profile by name, and all that is wrong with it. */
export interface ProblemsOf {
  readonly name: string;
  /** What was looked at, or `packaged`; left out where nothing could be read. */
  readonly file?: string;
  readonly problems: readonly Problem[];
}

export function problem(
  origin: Origin,
  path: Path,
  what: { message: string; suggestion?: string | undefined },
): Problem {
  const { file, line, column } = origin;
  const found = { file, line, column, path: formatPath(path), message: what.message };
  return what.suggestion === undefined ? found : { ...found, suggestion: what.suggestion };
}

/**
 * `["firewall", "rules", 0, "port"]` as `firewall.rules[0].port`. What can't be a section's name isn't shown: a file that is
 * extended may be no profile at all, and its lines secrets.
 */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    const key = /^[\w-]+$/.test(step) ? step : JSON.stringify(step);
    return text === "" ? (/^[\w-]{1,32}$/.test(step) ? step : "…") : `${text}.${key}`;
  }, "");
}

/** One line, safe for a terminal: `file:line:column: message (did you mean …?)`. */
export function formatProblem(found: Problem): string {
  const meant = found.suggestion === undefined ? "" : ` (did you mean \`${found.suggestion}\`?)`;
  const path = found.path === "" ? "" : `${found.path}: `;
  return printable(`${found.file}:${found.line}:${found.column}: ${path}${found.message}${meant}`);
}

/**
 * One error (code `profile`) that carries all problems, each on a line of its own that begins with
 * `file:line:column`, as editors want it; {@link problemsOf} gives them back.
 */
export function profileError(problems: readonly Problem[], what = "profile"): HardenError {
  const [first] = problems;
  const lines = problems.map(formatProblem);
  return new HardenError("profile", [`The ${what} can't be used:`, ...lines].join("\n"), {
    ...(first && { where: printable(`${first.file}:${first.line}:${first.column}`) }),
    hostState: "no host was contacted",
    hint: problems.some(({ message }) => message.includes("no profile `"))
      ? "The names that there are: harden profile list"
      : `Mend these lines; harden ${what === "profile" ? "profile validate NAME" : "project validate"} says when none is left.`,
    cause: { problems },
  });
}

/** The problems that a {@link profileError} carries; none of any other error. */
export function problemsOf(error: unknown): readonly Problem[] {
  if (!(error instanceof HardenError) || error.code !== "profile") return [];
  return (error.cause as { problems?: readonly Problem[] } | undefined)?.problems ?? [];
}
