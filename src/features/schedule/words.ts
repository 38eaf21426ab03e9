import { join, resolve } from "node:path";
import { InvalidArgumentError } from "commander";
import { auditing, auditOptions, isFile, typedWords } from "../../command/auditing.ts";
import type { Command, Line, Outside, Shown } from "../../command/command.ts";
import { textOf } from "../../command/files.ts";
import { withNamedHosts } from "../../command/named-hosts.ts";
import { optionWords } from "../../command/next.ts";
import { file, type Word, type Words, word } from "../../command/words.ts";
import { HardenError } from "../../errors.ts";
import { commandText } from "../../next.ts";
import { typedAs } from "../../quote.ts";
import { localTarget } from "../../targets.ts";
import { parseTarget } from "../../transports/target.ts";
import type { Night, WrittenFile } from "./nightly.ts";

const schedulers = ["systemd", "github", "gitlab"] as const;
type Scheduler = (typeof schedulers)[number];

/** What an audit is given that nobody is asked for. */
const { format: _, askSudoPassword: _sudo, askPassword: _password, log, ...passedOn } = auditOptions;
const audited: Words = { ...passedOn, log, ...auditing };

const timeForm = /^([01]\d|2[0-3]):([0-5]\d)$/;

const own = {
  as: word<Scheduler>({
    spelled: "--as <scheduler>",
    text: "systemd (a timer on this machine), github or gitlab (a workflow)",
    parse(typed) {
      const found = schedulers.find((each) => each === typed);
      if (found === undefined) throw new InvalidArgumentError(`It must be ${schedulers.join(", ")}.`);
      return found;
    },
    initial: "systemd",
  }),
  at: word<string>({
    spelled: "--at <time>",
    text: "the time of day, 00:00 to 23:59; of github's clock, which has UTC",
    parse(typed) {
      if (timeForm.test(typed)) return typed;
      throw new InvalidArgumentError("It must be a time, such as 03:00.");
    },
    initial: "03:00",
  }),
  lastGood: {
    ...(file(
      "--last-good <file>",
      "the audit that each night's is held against; renewed when nothing new is open",
    ) as Word<string>),
    initial: "harden-last-good.json",
  },
  webhookFile: file(
    "--webhook-file <file>",
    "a file with the URL that hears of what is new; a CI writes it from its secret HARDEN_WEBHOOK",
  ),
  out: file("--out <folder>", "write the files there, instead of printing them"),
};

const words = { arguments: typedWords, options: { ...audited, ...own } };
type ScheduleLine = Line<typeof typedWords & typeof own & typeof auditOptions>;

async function run(line: Line, outside: Outside): Promise<Shown> {
  const { given } = line as ScheduleLine;
  const hosts = given.targets.filter((each) => !isFile(each));
  for (const host of hosts) if (!host.startsWith("@") && host !== localTarget) parseTarget(host);
  // What the night would be refused for is told now.
  const meant = await withNamedHosts(
    { given: { targets: hosts, limit: given.limit } },
    "may be meant",
    outside,
  );
  const project = await outside.project();
  if (project !== undefined && !line.typed.has("profile")) {
    const { mustBeHosts } = await import("../../project/project.ts");
    mustBeHosts(project, meant.given.targets);
  }
  if (given.as === "systemd" && given.webhookFile !== undefined)
    await textOf({ file: given.webhookFile, what: "webhook's file" }, outside);
  const { cwd } = await outside.places();
  const [, hour, minute] = timeForm.exec(given.at) ?? [];
  const night: Night = {
    self: outside.self,
    words: ["audit", ...given.targets, ...optionWords(audited, line)],
    folder: cwd,
    lastGood: given.as === "systemd" ? resolve(cwd, given.lastGood) : given.lastGood,
    webhook: given.webhookFile,
    at: { hour: Number(hour), minute: Number(minute) },
  };
  const files = await writtenBy[given.as](night);
  if (given.out !== undefined) await writeInto(given.out, files);
  const first = commandText([...night.words, "--out", night.lastGood]);
  const said = [
    `The first night needs a good audit to be held against: ${first}`,
    ...(given.as === "systemd" ? [started(given.out)] : []),
  ];
  outside.say(said.map((each) => `harden: ${each}`).join("\n"));
  const out = files
    .map(({ name, text }) => (given.out === undefined ? `# ${name}\n${text}` : `${given.out}/${name}`))
    .join("\n");
  return { out, errors: [], status: 0, hosts: [] };
}

/** What is there already and says the same is left as it is. Throws HardenError `usage`. */
async function writeInto(folder: string, files: readonly WrittenFile[]): Promise<void> {
  const [{ nodeFiles }, { writeAll }] = await Promise.all([
    import("../../profile/files.ts"),
    import("../../command/write-all.ts"),
  ]);
  const placed = await Promise.all(
    files.map(async ({ name, text }) => {
      const path = join(folder, name);
      return { path, text, there: await nodeFiles.readFile(path).catch(() => undefined) };
    }),
  );
  const taken = placed.find(({ text, there }) => there !== undefined && there !== text);
  if (taken !== undefined) throw otherThere(taken.path);
  const missing = placed.filter(({ there }) => there === undefined);
  await writeAll(missing.map(({ path, text }) => ({ path, text, before: undefined })));
}

const otherThere = (path: string) =>
  new HardenError("usage", `${path} is there already, and says something else.`, {
    hint: "Name another folder, or take it away: what stands there is somebody's, such as another project's audit.",
    hostState: "no host was contacted, and nothing was written",
  });

const writtenBy: Readonly<Record<Scheduler, (night: Night) => Promise<readonly WrittenFile[]>>> = {
  systemd: async (night) => (await import("./nightly.ts")).systemdUnits(night),
  github: async (night) => (await import("./nightly-ci.ts")).githubWorkflow(night),
  gitlab: async (night) => (await import("./nightly-ci.ts")).gitlabJob(night),
};

const ownUnits = /(^|\/)\.config\/systemd\/user\/?$/;

/** systemd looks into its own folders alone; what is elsewhere is linked there. */
function started(folder: string | undefined): string {
  const enable = "systemctl --user enable --now harden-audit.timer";
  if (folder === undefined)
    return `In ~/.config/systemd/user (--out writes there) they are started by: systemctl --user daemon-reload && ${enable}`;
  if (ownUnits.test(folder)) return `They are started by: systemctl --user daemon-reload && ${enable}`;
  const units = ["harden-audit.service", "harden-audit.timer"].map((name) => typedAs(resolve(folder, name)));
  return `They are started by: systemctl --user link ${units.join(" ")} && ${enable}`;
}

export const schedule: Command = {
  words: "schedule",
  summary:
    "an audit every night, as files for systemd or a CI: what is new since the last good one, by exit status or webhook; no host is contacted",
  ...words,
  run,
};
