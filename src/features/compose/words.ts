import { randomBytes } from "node:crypto";
import { posix } from "node:path";
import type { Checking } from "../../audit/files.ts";
import type { Command, Described, Line, Outside, Shown } from "../../command/command.ts";
import { checkOneName, listFolder, readerOf, replaceFile, textOf } from "../../command/files.ts";
import { anyFormat, checkReadable, format, written as viewed } from "../../command/formats.ts";
import { imagesOf, targetsOf } from "../../command/inputs.ts";
import { againWith, nextOf } from "../../command/next.ts";
import { file, flag, judging, keptOf, ofImages, reach, time, traced, word } from "../../command/words.ts";
import type { Peaks } from "../../compose/fix/limits.ts";
import type { TextReader } from "../../compose/project.ts";
import { dayOf } from "../../day.ts";
import { HardenError } from "../../errors.ts";
import type { Fixed, Tried } from "../../results/compose.ts";

export const compose: Described = {
  words: "compose",
  summary: "check compose files and Dockerfiles, and mend them",
};

const files = word<readonly string[]>({
  spelled: "<file...>",
  values: { files: true },
  text: "compose files, each with what compose takes beside it (its override, or COMPOSE_FILE of .env), extends, includes and builds, or Dockerfiles; - is standard input",
  parse: (typed, before = []) => [...before, typed],
});
const together = flag(
  "--together",
  "the files are one project, and no other is: each is laid over those before it, as with docker compose -f A -f B",
);
const words = { arguments: { files }, options: { ...anyFormat, ...judging, ...ofImages, together } };

async function run(line: Line, outside: Outside): Promise<Shown> {
  const { given } = line as Line<typeof words.arguments & typeof words.options>;
  checkReadable(given.format, outside.page);
  const [{ composeCheck }, { formats }, { errorText }] = await Promise.all([
    import("./work.ts"),
    import("../../reports/formats.ts"),
    import("../../reports/error.ts"),
  ]);
  const read = await readerOf(given.files, outside);
  const { keeper: keep } = await import("../../command/keep.ts");
  const today = dayOf(Date.now());
  const { report, status } = await composeCheck(given.files, {
    read,
    listFolder,
    keep,
    today,
    ...(await imagesOf(given, outside)),
    together: given.together === true,
  });
  const errors =
    given.format === "text"
      ? report.flatMap((each) => (each.ok ? [] : [errorText(each.error, each.target)]))
      : [];
  const page = { ...outside.page, ...keptOf(given) };
  return { out: formats[given.format].compose(report, page), errors, status, hosts: [] };
}

export const composeCheck: Command = {
  words: "compose check",
  summary: "what is weak in compose files: where, why, and what to write instead",
  ...words,
  run,
};

const described = {
  words: "compose fix",
  summary:
    "add what a compose file lacks, comments and order kept, or mend a Dockerfile: shows the difference and asks",
  arguments: {
    file: file(
      "<file>",
      "a compose file, or a Dockerfile: its USER, its CMD and --chown, where that is sure",
    ),
  },
  options: {
    write: flag("--write", "write it without the question"),
    ...ofImages,
    setPasswords: flag(
      "--set-passwords",
      "redis and valkey without a password get one, in a file: their clients fail until they are given it",
    ),
    try: flag(
      "--try",
      "first start the result beside the original, with this machine's docker compose: on fresh volumes and copies of files, without published ports, twice; taken away again",
    ),
    timeout: word<number>({
      spelled: "--timeout <time>",
      text: "with --try: how long each start may take: 90 (seconds), 2m",
      parse: time(5, 3600),
      initial: 120,
    }),
    from: word<string | undefined>({
      spelled: "--from <host>",
      text: "a host that runs it: limits of memory by what its containers took there",
      values: { lists: ["hosts"] },
    }),
    ...reach,
    ...traced,
    ...format,
  },
};

type FixLine = Line<typeof described.arguments & typeof described.options>;

/** Throws HardenError `usage` of what only a project can be asked. */
function forDockerfiles(target: string, { try: tries, from, setPasswords }: FixLine["given"]): void {
  const [wrong] = [
    ...(tries ? ["--try"] : []),
    ...(from === undefined ? [] : ["--from"]),
    ...(setPasswords ? ["--set-passwords"] : []),
  ];
  if (wrong === undefined) return;
  throw new HardenError("usage", `${target} is a Dockerfile: ${wrong} is for compose files.`, {
    hint: "Name the compose file that builds it.",
    hostState: "no host was contacted, and the file is as it was",
  });
}

/** What the file's services took on a host. */
async function peaksFrom(from: string, reading: Checking, line: Line, outside: Outside): Promise<Peaks> {
  const { given } = line as FixLine;
  const targets = [from];
  const [{ peaksOn }, { judgedFile }] = await Promise.all([
    import("./peaks.ts"),
    import("../../audit/files.ts"),
  ]);
  const file = posix.normalize(given.file!);
  const judged = await judgedFile(file, reading);
  const about = { targets, next: nextOf(line), unasked: againWith("--write", described, line) };
  const ports = await outside.ports({ ...given, yes: false }, about);
  return peaksOn(await targetsOf({ ...given, targets }, outside), { file, judged }, ports);
}

/** Started beside the original, with what compose lays over it. */
async function tried(
  fixed: Fixed,
  read: TextReader,
  line: Line,
  outside: Outside,
): Promise<Tried | undefined> {
  const { given } = line as FixLine;
  if (!given.try) return undefined;
  const [{ composeTry }, { overrideOf }] = await Promise.all([
    import("./try.ts"),
    import("../../compose/project-files.ts"),
  ]);
  outside.begin("by a try");
  const { file, original, text, left } = fixed;
  const over = await overrideOf(posix.normalize(file), read);
  const { textOf: secretText } = await import("./secret-files.ts");
  const secrets = fixed.secrets.map(({ path, owner, content }) => ({
    path,
    owner,
    text: secretText(content),
  }));
  const timeoutMs = given.timeout * 1000;
  const trying = { file, over, original, text, secrets, timeoutMs, services: left.services };
  const { interrupted: signal, say } = outside;
  return composeTry(trying, { signal, say, random: () => randomBytes(4).toString("hex") });
}

/** The diff is seen before anybody is asked; what is left comes at the end. */
async function fix(line: Line, outside: Outside): Promise<Shown> {
  const { given } = line as FixLine;
  const [{ composeFix, fixedStatus }, { fixDiffText, fixReport }, { tryText }, { nodeFiles }, { keeper }] =
    await Promise.all([
      import("./fix.ts"),
      import("./fix-text.ts"),
      import("./try-text.ts"),
      import("../../profile/files.ts"),
      import("../../command/keep.ts"),
    ]);
  const { write } = given;
  const target = given.file!;
  await textOf({ file: target, what: "compose file" }, outside);
  await checkOneName(target);
  const { isDockerfile } = await import("../../compose/names.ts");
  if (isDockerfile(target)) forDockerfiles(target, given);
  const checking = {
    read: nodeFiles.readFile,
    listFolder,
    keep: keeper,
    today: dayOf(Date.now()),
    ...(await imagesOf(given, outside)),
  };
  const peaks =
    given.from === undefined ? {} : { peaks: await peaksFrom(given.from, checking, line, outside) };
  const setPasswords = given.setPasswords === true;
  const fixed = await composeFix(target, { ...checking, setPasswords, ...peaks });
  const isNew = fixed.diff !== "";
  const isShown = isNew && !write;
  if (isShown) outside.say(fixDiffText(fixed, outside.sidePage));
  const outcome = await tried(fixed, checking.read, line, outside);
  const ended = (
    written: boolean,
    status: number,
    errors: readonly string[] = [],
    owners: readonly string[] = [],
  ): Shown => {
    const all = { ...fixed, before: [...owners, ...fixed.before] };
    const view = fixReport({ fixed: all, tried: outcome, written, isShown }, outside.page);
    return { ...viewed(view, given.format), errors, status, hosts: [] };
  };
  const asWas = [`harden: ${target} is as it was.`];
  if (outcome !== undefined && outcome.verdict !== "works") return ended(false, 2, isNew ? asWas : []);
  if (!isNew) return ended(false, fixedStatus(fixed));
  if (!write) {
    if (outcome !== undefined) outside.say(tryText(outcome, outside.sidePage));
    if (!(await outside.ask(`Write this into ${target}?`, againWith("--write", described, line)))) {
      const shown = ended(false, 1, asWas);
      return given.format === "text" ? { ...shown, out: "" } : shown;
    }
  }
  const { writeSecrets } = await import("./secret-files.ts");
  const { told, undo } = await writeSecrets(target, fixed.secrets);
  await replaceFile(target, { was: fixed.original, text: fixed.text }).catch(async (error: unknown) => {
    await undo();
    throw error;
  });
  return ended(true, fixedStatus(fixed), [], ownersText(told));
}

const ownersText = (told: readonly string[]) =>
  told.length === 0
    ? []
    : ["The files of secrets are not yet as they must be, or the services can't read them:", ...told];

export const composeFix: Command = { ...described, run: fix };
