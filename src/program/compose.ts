import { posix } from "node:path";
import type { Checking } from "../commands/compose.ts";
import type { Peaks } from "../compose/fix/limits.ts";
import { dayOf } from "../day.ts";
import type { Command, Described, Line, Outside, Shown } from "./command.ts";
import { readerOf, replaceFile, textOf } from "./files.ts";
import { anyFormat } from "./formats.ts";
import { imagesOf, targetsOf } from "./inputs.ts";
import { againWith, nextOf } from "./next.ts";
import { file, flag, ofImages, reach, value, word } from "./words.ts";

export const compose: Described = {
  words: "compose",
  summary: "check compose files and Dockerfiles, and mend compose files",
};

const files = word<readonly string[]>({
  spelled: "<file...>",
  text: "compose files, each judged by itself with what it extends, includes and builds, or Dockerfiles; - is standard input",
  parse: (typed, before = []) => [...before, typed],
});
const together = flag(
  "--together",
  "the files are one project: each is laid over those before it, as with docker compose -f A -f B",
);
const words = { arguments: { files }, options: { ...anyFormat, ...ofImages, together } };

async function run(line: Line, outside: Outside): Promise<Shown> {
  const { given } = line as Line<typeof words.arguments & typeof words.options>;
  const [{ composeCheck }, { formats }, { errorText }] = await Promise.all([
    import("../commands/compose.ts"),
    import("../reports/formats.ts"),
    import("../reports/error.ts"),
  ]);
  const read = await readerOf(given.files, outside);
  const { keeper: keep } = await import("./keep.ts");
  const today = dayOf(Date.now());
  const { report, status } = await composeCheck(given.files, {
    ...{ read, keep, today, ...(await imagesOf(given, outside)) },
    together: given.together === true,
  });
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

const described = {
  words: "compose fix",
  summary: "add what a compose file lacks, comments and order kept: shows the difference and asks",
  arguments: { file: file("<file>", "a compose file") },
  options: {
    write: flag("--write", "write it without the question"),
    ...ofImages,
    setPasswords: flag(
      "--set-passwords",
      "redis and valkey without a password get one, in a file: their clients fail until they are given it",
    ),
    from: value("--from <host>", "a host that runs it: limits of memory by what its containers took there"),
    ...reach,
  },
};

type FixLine = Line<typeof described.arguments & typeof described.options>;

/** What the file's services took on a host. */
async function peaksFrom(from: string, reading: Checking, line: Line, outside: Outside): Promise<Peaks> {
  const { given } = line as FixLine;
  const targets = [from];
  const [{ peaksOn }, { judgedFile }] = await Promise.all([
    import("../commands/peaks.ts"),
    import("../commands/compose.ts"),
  ]);
  const file = posix.normalize(given.file!);
  const judged = await judgedFile(file, reading);
  const about = { targets, next: nextOf(line), unasked: againWith("--write", described, line) };
  const ports = await outside.ports({ ...given, yes: false }, about);
  return peaksOn(await targetsOf({ ...given, targets }, outside), { file, judged }, ports);
}

/** The diff is seen before anybody is asked; what is left comes at the end. */
async function fix(line: Line, outside: Outside): Promise<Shown> {
  const { given } = line as FixLine;
  const [{ composeFix, fixedStatus }, { fixDiffText, leftText }, { nodeFiles }, { keeper }] =
    await Promise.all([
      import("../commands/compose-fix.ts"),
      import("../reports/compose-fix.ts"),
      import("../profile/files.ts"),
      import("./keep.ts"),
    ]);
  const { write } = given;
  const target = given.file!;
  await textOf({ file: target, what: "compose file" }, outside);
  const checking = {
    ...{ read: nodeFiles.readFile, keep: keeper, today: dayOf(Date.now()) },
    ...(await imagesOf(given, outside)),
  };
  const peaks =
    given.from === undefined ? {} : { peaks: await peaksFrom(given.from, checking, line, outside) };
  const setPasswords = given.setPasswords === true;
  const fixed = await composeFix(target, { ...checking, setPasswords, ...peaks });
  if (fixed.diff === "") {
    const out = [fixDiffText(fixed, outside.page), leftText(fixed, outside.page)].join("\n\n");
    return { out, errors: [], status: fixedStatus(fixed), hosts: [] };
  }
  if (!write) {
    outside.say(fixDiffText(fixed, outside.sidePage));
    if (!(await outside.ask(`Write this into ${target}?`, againWith("--write", described, line))))
      return { out: "", errors: [`harden: ${target} is as it was.`], status: 1, hosts: [] };
  }
  const { writeSecrets } = await import("./secret-files.ts");
  const { told, undo } = await writeSecrets(target, fixed.secrets);
  await replaceFile(target, fixed.text).catch(async (error: unknown) => {
    await undo();
    throw error;
  });
  const left = leftText({ ...fixed, before: [...ownersText(told), ...fixed.before] }, outside.page);
  const diff = write ? [fixDiffText(fixed, outside.page)] : [];
  return {
    out: [...diff, `${target} is written.`, left].join("\n\n"),
    errors: [],
    status: fixedStatus(fixed),
    hosts: [],
  };
}

const ownersText = (told: readonly string[]) =>
  told.length === 0
    ? []
    : ["The files of secrets are not yet as they must be, or the services can't read them:", ...told];

export const composeFix: Command = { ...described, run: fix };
