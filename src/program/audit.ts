import { dayOf } from "../day.ts";
import type { Command, Line } from "./command.ts";
import { readerOf, textOf } from "./files.ts";
import { anyFormat, byName } from "./formats.ts";
import { imagesOf, targetsOf } from "./inputs.ts";
import { onHosts } from "./on-hosts.ts";
import { file, limited, ofImages, reach, targets, value, word } from "./words.ts";

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

const parted = onHosts({
  words: "audit",
  summary:
    "judge the running containers of hosts by what engine and kernel say, and their compose files; reads only",
  arguments: { ...targets, files: word<readonly string[]>({ spelled: "[file...]", text: "", initial: [] }) },
  options: {
    ...reach,
    ...limited,
    ...anyFormat,
    ...ofImages,
    name: value("--name <name>", "the name by which clients ask for TLS, where it isn't the host's"),
    ca: file("--ca <file>", "PEM of a CA that is believed besides the known ones"),
  },
  changes: "nothing",
  act: async () => (await import("../commands/audit.ts")).auditCommand,
  text: async () => (await import("../reports/audit.ts")).auditText,
  formats: async () => byName((await import("../reports/formats.ts")).formats, ({ audit }) => audit),
  input: async ({ given }, outside) => ({
    ...(await targetsOf(given, outside)),
    ...(await imagesOf(given, outside)),
    files: given.files,
    ...(given.name === undefined ? {} : { name: given.name }),
    ...(given.ca === undefined ? {} : { ca: await textOf({ file: given.ca, what: "CA" }, outside) }),
    read: await readerOf(given.files, outside),
    keep: (await import("./keep.ts")).keeper,
    today: dayOf(Date.now()),
  }),
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
