import { InvalidArgumentError } from "commander";
import type { Severity } from "../controls/control.ts";
import { dayOf } from "../day.ts";
import type { Command, Line } from "./command.ts";
import { readerOf, textOf } from "./files.ts";
import { anyFormat, byName } from "./formats.ts";
import { choicesOf, targetsOf } from "./inputs.ts";
import { onHosts } from "./on-hosts.ts";
import { choice, file, limited, reach, targets, value, word } from "./words.ts";

const words = {
  targets: {
    ...targets.targets,
    spelled: "[host-or-file...]",
    text: "user@host:port or a Host alias of ~/.ssh/config, none: this machine; and compose files that it should run, which have a slash or .yaml in their names",
  },
};

/** ssh's aliases have neither; `ssh://` has both. */
const isFile = (typed: string) =>
  !typed.startsWith("ssh://") && (/\/|\.ya?ml$/i.test(typed) || /(^|\.)(docker|container)file$/i.test(typed));

const severities = ["high", "medium", "low"] as const;

const weighing = {
  failOn: word<Severity>({
    spelled: "--fail-on <severity>",
    text: `exit 2 for what weighs as much at least: ${severities.join(", ")}`,
    parse(typed) {
      const found = severities.find((severity) => severity === typed);
      if (found === undefined) throw new InvalidArgumentError(`It must be ${severities.join(", ")}.`);
      return found;
    },
    initial: "low",
  }),
};

const parted = onHosts({
  words: "audit",
  summary:
    "judge hosts, their containers, what answers from here, and compose files: a score, and a grade for each layer; reads only",
  arguments: { ...targets, files: word<readonly string[]>({ spelled: "[file...]", text: "", initial: [] }) },
  options: {
    ...reach,
    ...limited,
    ...anyFormat,
    ...choice,
    ...weighing,
    name: value("--name <name>", "the name by which clients ask for TLS, where it isn't the host's"),
    ca: file("--ca <file>", "PEM of a CA that is believed besides the known ones"),
  },
  changes: "nothing",
  act: async () => (await import("../commands/audit.ts")).auditCommand,
  text: async () => (await import("../reports/audit.ts")).auditText,
  formats: async () => byName((await import("../reports/formats.ts")).formats, ({ audit }) => audit),
  input: async (line, outside) => {
    const { given } = line;
    const choices = await choicesOf(line, outside);
    return {
      ...(await targetsOf(given, outside)),
      ...choices,
      images: choices.choiceOf(given.targets[0] ?? "").profile.images,
      failOn: given.failOn,
      files: given.files,
      ...(given.name === undefined ? {} : { name: given.name }),
      ...(given.ca === undefined ? {} : { ca: await textOf({ file: given.ca, what: "CA" }, outside) }),
      read: await readerOf(given.files, outside),
      keep: (await import("./keep.ts")).keeper,
      today: dayOf(Date.now()),
    };
  },
});

/** Hosts and files are typed as they come to mind. */
export const audit: Command = {
  ...parted,
  arguments: words,
  run: (line, outside) => {
    const { given } = line as Line<typeof words>;
    const files = given.targets.filter(isFile);
    const hosts = given.targets.filter((each) => !isFile(each));
    return parted.run({ ...line, given: { ...line.given, targets: hosts, files } }, outside);
  },
};
