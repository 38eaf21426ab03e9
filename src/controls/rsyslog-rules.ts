/** Whether the rules that rsyslogd goes by are those of its files: it reads them when it starts, and shows them to nobody. */
import { type Changed, changedSince } from "../facts/changed.ts";
import type { Fact } from "../facts/probe.ts";
import { units } from "../platform.ts";

const folder = "/etc/rsyslog.d";

export const rsyslogRules = changedSince(units.rsyslog, ["/etc/rsyslog.conf", folder]);

/** Why what rsyslog writes can't be relied on. */
export interface RsyslogDoubt {
  readonly verdict: "fail" | "error";
  readonly found: string;
  readonly remedy?: string;
}

const remedy = "Have it read them: rsyslogd -N1, then systemctl restart rsyslog.";

/** Undefined where they are the same. A package that brings some restarts it, by a trigger of dpkg's. */
export function staleRules(fact: Fact<readonly Changed[]>): RsyslogDoubt | undefined {
  if (fact.state === "unknown") return { verdict: "error", found: fact.why, remedy };
  const all = fact.state === "present" ? fact.value.map(({ path }) => path) : [];
  const files = all.filter((path) => path.endsWith(".conf"));
  const isOneGone = all.includes(folder) && !files.some((path) => path.startsWith(`${folder}/`));
  const changed = [...files, ...(isOneGone ? [`${folder} (a file is gone, or was renamed)`] : [])];
  if (changed.length === 0) return undefined;
  return { verdict: "fail", found: `rsyslog was started before this changed: ${changed.join(", ")}`, remedy };
}
