/** Words of sshd's command line: they win over every file, and no change of a plan takes them away. */
import type { Finding } from "../../../plan/plan.ts";
import { stranger } from "../layout.ts";
import { simulated, winning } from "../simulate.ts";
import { startedAtBoot } from "../start.ts";
import { commandLine } from "../words.ts";
import { block, type Context, finding, type Guard } from "./context.ts";

const hint =
  "Move them into a file of /etc/ssh/sshd_config.d, and the port into the profile; then restart ssh.service.";

/** What only weakens is told; what leaves open where and by which files sshd will let people in is a block. */
export const optionsGuard: Guard = (context) => [...running(context), ...next(context)];

function running(context: Context): readonly Finding[] {
  const { runs } = context.view;
  if (runs === undefined) return [];
  if ("unknown" in runs)
    return [
      finding("warn", "options-unknown", {
        message: `What sshd was started with is not known: ${runs.unknown.join("; ")}.`,
        hint,
      }),
    ];
  if (runs.words.config !== undefined)
    return [otherConfig(`The sshd that runs (${runs.where})`, runs.words.config)];
  const lines = losing(context, context.view.today);
  return lines.length === 0
    ? []
    : [
        finding("warn", "options", {
          message: `The sshd that runs was started with words that win over every file: ${lines.join("; ")} (${runs.where}).`,
          hint,
        }),
      ];
}

function next(context: Context): readonly Finding[] {
  const { starts, runs, next: directives } = context.view;
  if (starts === undefined || runs === undefined) return [];
  const message = (text: string) => ({ message: `When sshd is started next, ${text}.`, hint });
  if ("unknown" in starts)
    return [
      finding(
        "warn",
        "next-start",
        message(`it may be with other words than now: ${starts.unknown.join("; ")}`),
      ),
    ];
  if (starts.words.config !== undefined)
    return [otherConfig(`The next start of sshd (${starts.where})`, starts.words.config)];
  if ("unknown" in runs) return [];
  const ports = (of: typeof directives) => simulated(of ?? [], "port", stranger) ?? "22";
  if (startedAtBoot(context.input) !== false && ports(directives) !== ports(context.view.asked))
    return [
      block(
        "next-port",
        message(
          `it will listen on ${ports(directives)} (${starts.where}), and now it does on ${ports(context.view.asked)}`,
        ),
      ),
    ];
  const lines = runs.text === starts.text ? [] : losing(context, directives ?? []);
  return lines.length === 0
    ? []
    : [
        finding(
          "warn",
          "options",
          message(`words win over every file: ${lines.join("; ")} (${starts.where})`),
        ),
      ];
}

const otherConfig = (who: string, path: string) =>
  block("other-config", {
    message: `${who} reads ${path} in place of /etc/ssh/sshd_config, so no change here would reach it.`,
    hint: "Start sshd without -f.",
  });

/** Words that keep a value of the profile from holding. */
function losing(
  { view }: Context,
  directives: readonly Parameters<typeof winning>[0][number][],
): readonly string[] {
  return view.wanted.flatMap((wanted) =>
    winning(directives, wanted.keyword, stranger)
      .filter(({ file, words }) => file === commandLine && !wanted.accepts(words.join(" ")))
      .map(({ keyword, words }) => `${keyword} ${words.join(" ")}, where the profile wants ${wanted.value}`),
  );
}
