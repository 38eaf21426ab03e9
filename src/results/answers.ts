/** What a host answered to one question: its certificates, its audit log, its bans. */
import type { RenewalFailure } from "../assess/renewal.ts";
import type { AuditEvent } from "../facts/audit-event.ts";
import type { AuditLog } from "../facts/audit-log.ts";
import type { AuditSummary } from "../facts/audit-summary.ts";
import type { BansFact } from "../facts/bans.ts";

/** What certbot says of one certificate. */
export interface LineageOutcome {
  readonly name: string;
  readonly outcome: "renewed" | "failed" | "not due";
}

/** What a host's certbot came to. */
export type HostRenewal =
  | {
      readonly certbot: "not installed" | "nothing to renew";
      /** Another program that fetches certificates there by itself. */
      readonly keeper?: string;
    }
  /** Somebody answered no. */
  | { readonly certbot: "not asked" }
  | {
      readonly certbot: "ran";
      readonly dryRun: boolean;
      readonly lineages: readonly LineageOutcome[];
      /** certbot's exit status. */
      readonly status: number;
      readonly failures: readonly RenewalFailure[];
      /** certbot's last lines, where it failed. */
      readonly said: readonly string[];
    };

/** What the audit log of a host holds. */
export type HostEvents =
  | { readonly auditd: "not applicable"; readonly why: string }
  | (Pick<AuditLog, "since" | "begins" | "cut"> & {
      readonly auditd: "read";
      /** Why nothing is being recorded at the moment, whatever the log holds of earlier times. */
      readonly silent?: string;
    } & ({ readonly events: readonly AuditEvent[] } | { readonly summary: AuditSummary }));

/** What a host's fail2ban answered. */
export type HostBans =
  | { readonly fail2ban: "not installed" | "not running" }
  | {
      readonly fail2ban: "running";
      readonly jails: BansFact["jails"];
      readonly unasked: BansFact["unasked"];
      /** The jails that had banned the address that is let in again; none where nobody had. */
      readonly letIn?: { readonly address: string; readonly by: readonly string[] };
    }
  /** Somebody answered no. */
  | { readonly fail2ban: "not asked" };
