/** The LOGGING part of user.rules, as ufw 0.36.2 makes it (backend_iptables.py, `_get_logging_rules`). */
import { type Family, prefixOf } from "./tuple.ts";

const logLevels = ["off", "low", "medium", "high", "full"] as const;
export type LogLevel = (typeof logLevels)[number];

export const isLogLevel = (text: string): text is LogLevel => (logLevels as readonly string[]).includes(text);

/** `deny` stands for DROP, as ufw has it. */
export type Policy = "allow" | "deny" | "reject";

export interface Policies {
  readonly input: Policy;
  readonly output: Policy;
  readonly forward: Policy;
}

const limit = " -m limit --limit 3/min --limit-burst 10";
const directions = ["input", "output", "forward"] as const;

/** The lines, in ufw's order. */
export function loggingLines(family: Family, level: LogLevel, policies: Policies): readonly string[] {
  const prefix = prefixOf(family);
  if (level === "off") return directions.map((each) => `-I ${prefix}-user-logging-${each} -j RETURN`);
  const atLeast = (other: LogLevel) => logLevels.indexOf(level) >= logLevels.indexOf(other);
  const rate = atLeast("high") ? "" : limit;
  const log = (text: string) => `-j LOG --log-prefix "[UFW ${text}] "`;
  const after = directions.flatMap((each) => {
    const chain = `-A ${prefix}-after-logging-${each}`;
    if (policies[each] !== "allow") return [`${chain} ${log("BLOCK")}${rate}`];
    return atLeast("medium") ? [`${chain} ${log("ALLOW")}${rate}`] : [];
  });
  const invalid = "-m conntrack --ctstate INVALID";
  const denied = atLeast("medium")
    ? `-A ${prefix}-logging-deny ${invalid} ${log("AUDIT INVALID")}${rate}`
    : `-I ${prefix}-logging-deny ${invalid} -j RETURN${rate}`;
  const misc = [
    denied,
    `-A ${prefix}-logging-deny ${log("BLOCK")}${rate}`,
    `-A ${prefix}-logging-allow ${log("ALLOW")}${rate}`,
  ];
  return [...after, ...misc, ...audit(prefix, level)];
}

function audit(prefix: string, level: LogLevel): readonly string[] {
  const match = { off: undefined, low: undefined, full: "", high: limit };
  const rate = level === "medium" ? ` -m conntrack --ctstate NEW${limit}` : match[level];
  if (rate === undefined) return [];
  return directions.map(
    (each) => `-I ${prefix}-before-logging-${each} -j LOG --log-prefix "[UFW AUDIT] "${rate}`,
  );
}
