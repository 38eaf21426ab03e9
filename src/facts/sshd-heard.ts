/** Whether the journal has what sshd says. */
import { units } from "../platform.ts";
import { linesOf } from "./lines.ts";
import type { Probe } from "./probe.ts";

/** What keeps words of sshd from the journal, a phrase each. A login of more than an hour ago, or without sshd, shows nothing. */
export const sshdHeard: Probe<readonly string[]> = {
  collector: "sshd_heard",
  args: [units.ssh],
  deep: true,
  parse: (data) => [...new Set(linesOf(data).flatMap((line) => unheard(line) ?? leftOut(line) ?? []))],
};

const unheard = (line: string) =>
  line === "unheard"
    ? "what sshd has said of this login isn't in the journal: see /dev/log, SyslogFacility and LogLevel of sshd, and journald's own settings"
    : undefined;

/** sshd says of most failed logins at the level info, which is 6; -1 is no limit. */
function leftOut(line: string): string | undefined {
  const [, key, value = ""] = /^(LogLevelMax|LogFilterPatterns)=(.+)$/.exec(line) ?? [];
  if (key === undefined || (key === "LogLevelMax" && !/^[0-5]$/.test(value))) return undefined;
  return `${units.ssh} has ${key}=${value}, so some of what sshd says is left out: see systemctl cat ${units.ssh}, and restart it`;
}
