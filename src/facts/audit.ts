/** What the kernel audits right now: `auditctl -s`, `auditctl -l`, and what the kernel was started with. */
import { type AuditRule, parseAuditLine } from "./audit-rule.ts";
import { innerFrames } from "./frames.ts";
import type { Probe } from "./probe.ts";

export interface LoadedRule {
  /** As `auditctl -l` prints it. */
  readonly text: string;
  readonly rule: AuditRule;
}

export interface AuditFact {
  /** 0: off, 1: on, 2: on and locked until the next boot. */
  readonly enabled: number;
  /** The process that gets the events; 0: nobody. */
  readonly pid: number;
  /** Events lost since the boot. */
  readonly lost: number;
  readonly backlog: number;
  readonly backlogLimit: number;
  /** In the order in which the kernel tries them: the first that matches counts. */
  readonly rules: readonly LoadedRule[];
  /** The kernel was started with audit=0: nothing can be audited before it is started without. */
  readonly offAtBoot: boolean;
  /** Nothing was written to auditd's log within the minute; a login over ssh is an event. */
  readonly isSilent: boolean;
  /** auditd.conf is newer than the running auditd, which reads it when it starts. */
  readonly confChanged: boolean;
}

export const audit: Probe<AuditFact> = { collector: "audit", args: [], parse: parseAudit };

function parseAudit(data: Buffer): AuditFact {
  const frames = innerFrames(data);
  const text = (name: string) => frames.find(({ word }) => word === name)?.content.toString("utf8") ?? "";
  const status = text("status");
  const value = (name: string) => {
    const found = new RegExp(`^${name} (\\d+)`, "m").exec(status);
    if (found === null) throw new Error(`auditctl -s does not say ${name}`);
    return Number(found[1]);
  };
  return {
    enabled: value("enabled"),
    pid: value("pid"),
    lost: value("lost"),
    backlog: value("backlog"),
    backlogLimit: value("backlog_limit"),
    rules: text("rules")
      .split("\n")
      .flatMap((line) => {
        const parsed = parseAuditLine(line);
        return parsed?.kind === "rule" ? [{ text: line.trim(), rule: parsed.rule }] : [];
      }),
    offAtBoot: /(^|\s)audit=(0|off)(\s|$)/.test(text("command-line")),
    isSilent: text("auditd").includes("log is silent"),
    confChanged: text("auditd").includes("older than its file"),
  };
}
