/** Whether rsyslog still writes into the log that the jail reads when logrotate has renamed it. Pure. */
import type { LogRotation } from "../../facts/log-rotation.ts";
import { type Fact, notLooked } from "../../facts/probe.ts";
import type { RsyslogDoubt } from "../rsyslog-rules.ts";
import { authLog } from "./jail.ts";

/** Commands by which rsyslogd opens its files anew: rsyslogd(8) does so for SIGHUP. */
const opensAnew =
  /\/rsyslog-rotate\b|(?:HUP|-1)\b.*rsyslog|rsyslog.*(?:HUP|\brestart|\bforce-reload)|(?:restart|force-reload)\b.*rsyslog/;

const remedy = `One file of /etc/logrotate.d for ${authLog}, with \`postrotate /usr/lib/rsyslog/rsyslog-rotate\`, as the package rsyslog brings it; logrotate -d /etc/logrotate.conf says what it would do.`;

/** Undefined where the next rotation changes nothing for the jail. */
export function lostByRotation(fact: Fact<LogRotation>): RsyslogDoubt | undefined {
  if (fact.state === "unknown")
    return fact.why === notLooked ? undefined : { verdict: "error", found: fact.why };
  if (fact.state !== "present" || !fact.value.renames) return undefined;
  const { script, lacks, skips } = fact.value;
  const commands = script.replace(/^\s*#.*$/gm, "");
  const why = skips.length === 0 ? "" : `; logrotate leaves out a file (${skips.join("; ")})`;
  const lost = `logrotate renames ${authLog} next, and rsyslog writes into the old file from then on`;
  if (commands.trim() === "")
    return { verdict: "fail", found: `${lost}: no postrotate tells it${why}`, remedy };
  if (lacks.length > 0)
    return { verdict: "fail", found: `${lost}: ${lacks.join(", ")} is no program${why}`, remedy };
  if (opensAnew.test(commands)) return undefined;
  return {
    verdict: "error",
    found: `logrotate renames ${authLog} next, and whether rsyslog is told is not known: ${commands.trim().slice(0, 200)}${why}`,
    remedy,
  };
}
