/** Words of sshd's command line: they win over every file, and no change of a plan takes them away. */
import type { Finding } from "../../../checks/finding.ts";
import { findingsOf } from "../../../checks/finding.ts";
import type { Directive } from "../config.ts";
import { stranger } from "../layout.ts";
import { simulated, winning } from "../simulate.ts";
import { doubtsAbout, type Start } from "../start.ts";
import { commandLine, type SshdWords } from "../words.ts";
import type { Context, Guard } from "./context.ts";

const say = findingsOf("ssh", {
  "options-unknown": ["warn", "What sshd was started with is not known"],
  options: ["warn", "sshd was started with words that win over every file"],
  "next-start": ["warn", "The next start of sshd may be another one than now"],
  "next-port": ["block", "The next start of sshd listens on other ports than now"],
  "other-config": ["block", "sshd reads another file than /etc/ssh/sshd_config"],
});

export const findings = say.records;

const hint =
  "Move them into a file of /etc/ssh/sshd_config.d, and the port into the profile; then restart ssh.service.";

/** What only weakens is told; what leaves open where and by which files sshd will let people in is a block. */
export const optionsGuard: Guard = (context) => [...running(context), ...next(context)];

function running(context: Context): readonly Finding[] {
  const { runs } = context.view;
  if (runs === undefined) return [];
  if ("unknown" in runs)
    return say(
      "options-unknown",
      `What sshd was started with is not known: ${runs.unknown.join("; ")}.`,
      hint,
    );
  if (runs.words.config !== undefined) return otherConfig("The sshd that runs", runs);
  const lines = losing(context, context.view.asked);
  if (lines === "") return [];
  return say(
    "options",
    `sshd was started with words that win over every file: ${lines} (${runs.where}).`,
    hint,
  );
}

function next(context: Context): readonly Finding[] {
  const { starts, runs, next: directives = [] } = context.view;
  if (starts === undefined) return [];
  const doubts = doubtsAbout(starts).join("; ");
  const doubtful =
    doubts === ""
      ? []
      : say("next-start", `The next start of sshd may be another one than now: ${doubts}.`, hint);
  if ("unknown" in starts) return doubtful;
  if (starts.words.config !== undefined)
    return [...doubtful, ...otherConfig("The next start of sshd", starts)];
  // What was said of the sshd that runs needn't be said twice.
  const same = runs !== undefined && "words" in runs && runs.text === starts.text;
  const lines = same ? "" : losing(context, directives);
  return [
    ...doubtful,
    ...movedPort(context, starts),
    ...(lines === ""
      ? []
      : say(
          "options",
          `When sshd is started next, words win over every file: ${lines} (${starts.where}).`,
          hint,
        )),
  ];
}

/** Whoever comes after the next boot would knock at a port that nobody here has planned for. */
function movedPort({ view }: Context, { where }: Known): readonly Finding[] {
  const { runs, asked, next: directives = [] } = view;
  if (runs === undefined || "unknown" in runs) return [];
  const port = (of: readonly Directive[]) => simulated(of, "port", stranger) ?? "22";
  if (port(directives) === port(asked)) return [];
  const text = `sshd listens on port ${port(asked)}, and when it is started next it will on ${port(directives)} (${where}).`;
  return say("next-port", text, hint);
}

type Known = Extract<Start, { readonly words: SshdWords }>;

const otherConfig = (who: string, { words, where }: Known) =>
  say(
    "other-config",
    `${who} reads ${words.config} in place of /etc/ssh/sshd_config (${where}), so no change here would reach it.`,
    "Start sshd without -f.",
  );

/** Words that keep a value of the profile from holding; "" where there are none. */
const losing = ({ view }: Context, directives: readonly Directive[]): string =>
  view.wanted
    .flatMap((wanted) =>
      winning(directives, wanted.keyword, stranger)
        .filter(({ file, words }) => file === commandLine && !wanted.accepts(words.join(" ")))
        .map(
          ({ keyword, words }) => `${keyword} ${words.join(" ")}, where the profile wants ${wanted.value}`,
        ),
    )
    .join("; ");
