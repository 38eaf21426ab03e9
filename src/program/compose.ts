import { posix } from "node:path";
import type { Command, Described, Line, Outside, Shown } from "./command.ts";
import { textOf } from "./files.ts";
import { anyFormat } from "./formats.ts";
import { word } from "./words.ts";

export const compose: Described = { words: "compose", summary: "check compose files" };

const files = word<readonly string[]>({
  spelled: "<file...>",
  text: "compose files, each judged by itself with what it extends, includes and builds, or Dockerfiles; - is standard input",
  parse: (typed, before = []) => [...before, typed],
});
const words = { arguments: { files }, options: anyFormat };

async function run(line: Line, outside: Outside): Promise<Shown> {
  const { given } = line as Line<typeof words.arguments & typeof words.options>;
  const [{ composeCheck }, { formats }, { nodeFiles }, { errorText }] = await Promise.all([
    import("../commands/compose.ts"),
    import("../reports/formats.ts"),
    import("../profile/files.ts"),
    import("../reports/error.ts"),
  ]);
  const named = new Map<string, string>();
  for (const file of given.files)
    named.set(posix.normalize(file), await textOf({ file, what: "compose file" }, outside));
  const read = async (path: string) => named.get(path) ?? nodeFiles.readFile(path);
  const today = new Date().toISOString().slice(0, 10);
  const { report, status } = await composeCheck(given.files, { read, today });
  const errors =
    given.format === "text"
      ? report.flatMap((each) => (each.ok ? [] : [errorText(each.error, each.target)]))
      : [];
  return { out: formats[given.format].compose(report, outside.page), errors, status, hosts: [] };
}

export const composeCheck: Command = {
  words: "compose check",
  summary: "what is weak in compose files: where, why, and what to write instead",
  ...words,
  run,
};
