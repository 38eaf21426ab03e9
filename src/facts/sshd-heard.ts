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

interface Limit {
  readonly path: string;
  readonly key: string;
  readonly value: string;
}

/** How many messages of sshd's unit journald takes: as it runs, and from its next start on. Empty: journald's own limit. */
export const sshdLimits: Probe<readonly (readonly Limit[])[]> = {
  ...sshdHeard,
  parse: (data) => ["running ", ""].map((when) => linesOf(data).flatMap((line) => limit(line, when))),
};

/** To systemd 0 is none of its own. */
function limit(line: string, when: string): readonly Limit[] {
  if (!line.startsWith(`${when}LogRateLimit`)) return [];
  const [, key, value = "0"] = /(\w+)=([\w. ]{1,99})$/.exec(line) ?? [];
  return key === undefined || value === "0" ? [] : [{ path: units.ssh, key, value }];
}

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
