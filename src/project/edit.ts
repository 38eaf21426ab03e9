/** Hosts and groups that are added to a project file: its comments, its order and everything else stay. Pure. */
import { apply, type Key, type Value } from "../edits/index.ts";
import { HardenError } from "../errors.ts";

/** `before`: undefined where there is no file yet. Throws HardenError `profile` where the text can't take it. */
export function withEntries(
  before: string | undefined,
  file: string,
  entries: readonly (readonly [Key, Value])[],
): string {
  const start = before ?? "# Hosts, groups and the profile of each: see docs/project.md\n";
  const done = apply("yaml", Buffer.from(start), { set: entries, unset: [] });
  if (done.ok) return done.content.toString("utf8");
  throw new HardenError("profile", `The project file can't take what is to be added: ${done.why}`, {
    where: `${file}:${done.line}:${done.column}`,
    hostState: "the file is as it was",
    hint: "Write it by hand.",
  });
}
