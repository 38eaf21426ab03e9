/** `harden events`: what the audit rules of a host have recorded, event by event or counted. */
import { HardenError } from "../../errors.ts";
import { type AuditFact, audit } from "../../facts/audit.ts";
import { type AuditEvent, eventOf, grouped, sessionsOf } from "../../facts/audit-event.ts";
import { type AuditLog, type AuditLogQuestion, auditLog } from "../../facts/audit-log.ts";
import { type AuditSummary, summaryOf } from "../../facts/audit-summary.ts";
import { type Fact, readFact } from "../../facts/probe.ts";
import { type Judged, outcomeOf } from "../../results/verdict.ts";
import { collect } from "../../run/collect.ts";
import type { CommandOutcome, Ports, Targets } from "../../run/ports.ts";
import { eachAsRoot } from "../../run/session.ts";

/** What the audit log of a host holds. */
export type HostEvents =
  | { readonly auditd: "not applicable"; readonly why: string }
  | (Pick<AuditLog, "since" | "begins" | "cut"> & {
      readonly auditd: "read";
      /** Why nothing is being recorded at the moment, whatever the log holds of earlier times. */
      readonly silent?: string;
    } & ({ readonly events: readonly AuditEvent[] } | { readonly summary: AuditSummary }));

export interface EventsOptions extends Targets, AuditLogQuestion {
  readonly summary: boolean;
}

export async function eventsCommand(
  options: EventsOptions,
  ports: Ports,
): Promise<CommandOutcome<readonly Judged<HostEvents>[]>> {
  const probe = auditLog(options);
  const report = await eachAsRoot(options, ports, async (transport): Promise<HostEvents> => {
    const facts = await collect(transport, [probe, audit], ports);
    const fact = readFact(facts, probe);
    switch (fact.state) {
      case "absent":
        return { auditd: "not applicable", why: "auditd is not installed" };
      case "unsupported":
        return { auditd: "not applicable", why: fact.why };
      case "unknown":
        throw new HardenError("host", `The audit log could not be read: ${fact.why}.`, {
          hint: "Ask for less, with --since or --key; or look on the host with: ausearch --input-logs",
        });
      case "present":
        return hostEvents(fact.value, silence(readFact(facts, audit)), options);
    }
  });
  return outcomeOf(report, () => "pass");
}

function silence(kernel: Fact<AuditFact>): string | undefined {
  if (kernel.state === "absent") return "auditctl is missing";
  if (kernel.state !== "present") return kernel.why;
  const { enabled, pid, rules } = kernel.value;
  if (enabled === 0) return "the kernel's auditing is switched off";
  if (pid === 0) return "auditd is not running";
  return rules.length === 0 ? "no audit rule is loaded" : undefined;
}

function hostEvents(
  log: AuditLog,
  silent: string | undefined,
  { summary, key = "" }: EventsOptions,
): HostEvents {
  const { since, begins, cut, records } = log;
  const read = {
    auditd: "read" as const,
    since,
    cut,
    ...(begins === undefined ? {} : { begins }),
    ...(silent === undefined ? {} : { silent }),
  };
  if (summary) return { ...read, summary: summaryOf(records) };
  const sessions = sessionsOf(log.sessions);
  const all = grouped(records).flatMap((group) => eventOf(group, sessions) ?? []);
  return { ...read, events: all.filter(({ keys }) => keys.some((each) => each.includes(key))) };
}
