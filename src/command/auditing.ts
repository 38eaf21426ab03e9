/** The words of what judges hosts and files together, and what they stand for. */
import { relative, resolve } from "node:path";
import { InvalidArgumentError } from "commander";
import type { Severity } from "../checks/check.ts";
import { dayOf } from "../day.ts";
import type { Project } from "../project/project.ts";
import type { Command, Line, Outside } from "./command.ts";
import { listFolder, readerOf, textOf } from "./files.ts";
import { anyFormat } from "./formats.ts";
import { choicesOf, targetsOf } from "./inputs.ts";
import { choice, file, judging, limited, reach, targets, value, word } from "./words.ts";

/** As they are typed: hosts and files as they come to mind. */
export const typedWords = {
  targets: {
    ...targets.targets,
    spelled: "[host-or-file...]",
    values: { lists: ["hosts"], files: true } as const,
    text: "hosts and @groups, none: all of harden.yaml, without one this machine; and compose files that they should run, which have a slash or .yaml in their names, none: those of harden.yaml",
  },
};

/** As they are taken apart. */
export const auditWords = {
  ...targets,
  files: word<readonly string[]>({ spelled: "[file...]", text: "", initial: [] }),
};

export const auditOptions = {
  ...reach,
  ...limited,
  ...anyFormat,
  ...judging,
  ...choice,
  name: value("--name <name>", "the name by which clients ask for TLS, where it isn't the host's"),
  ca: file("--ca <file>", "PEM of a CA that is believed besides the known ones"),
};

/** ssh's aliases have neither; `ssh://` has both. */
export const isFile = (typed: string) =>
  !typed.startsWith("ssh://") && (/\/|\.ya?ml$/i.test(typed) || /(^|\.)(docker|container)file$/i.test(typed));

/** A command of hosts and files, which are typed as one list. */
export const parted = (command: Command): Command => ({
  ...command,
  arguments: typedWords,
  run: (line, outside) => {
    const { given } = line as Line<typeof typedWords>;
    const files = given.targets.filter(isFile);
    const hosts = given.targets.filter((each) => !isFile(each));
    return command.run({ ...line, given: { ...line.given, targets: hosts, files } }, outside);
  },
});

/** What an audit takes, of whatever command does one. */
export async function auditInput(line: Line<typeof auditWords & typeof auditOptions>, outside: Outside) {
  const { given } = line;
  const [choices, project] = await Promise.all([choicesOf(line, outside), outside.project()]);
  const files =
    given.files.length > 0
      ? given.files.map((each) => [each])
      : await filesOf(project, given.targets, outside);
  return {
    ...(await targetsOf(given, outside)),
    ...choices,
    images: choices.choiceOf(given.targets[0] ?? "").profile.images,
    files,
    ...(given.name === undefined ? {} : { name: given.name }),
    ...(given.ca === undefined ? {} : { ca: await textOf({ file: given.ca, what: "CA" }, outside) }),
    read: await readerOf(files.flat(), outside),
    listFolder,
    keep: (await import("./keep.ts")).keeper,
    today: dayOf(Date.now()),
  };
}

/** Of the compose projects that these hosts run. */
async function filesOf(
  project: Project | undefined,
  hosts: readonly string[],
  outside: Outside,
): Promise<readonly (readonly string[])[]> {
  if (project === undefined) return [];
  const [{ hostsOf }, { cwd }] = await Promise.all([import("../project/project.ts"), outside.places()]);
  const own = Object.values(project.values.compose).filter(
    (each) => each.hosts.length === 0 || hostsOf(project, each.hosts).some((host) => hosts.includes(host)),
  );
  return own.map(({ files }) => files.map((each) => relative(cwd, resolve(project.folder, each))));
}
export const severities = ["high", "medium", "low"] as const;
/** What a night's audit has besides. */
export const auditing = {
  failOn: word<Severity>({
    spelled: "--fail-on <severity>",
    values: { words: severities },
    text: `exit 2 for what weighs as much at least: ${severities.join(", ")}`,
    parse(typed) {
      const found = severities.find((severity) => severity === typed);
      if (found === undefined) throw new InvalidArgumentError(`It must be ${severities.join(", ")}.`);
      return found;
    },
    initial: "low",
  }),
};
