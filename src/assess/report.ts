/** What checks give, and what is made of it: types alone. */
import type { Reference, Role, Severity, Verdict } from "../checks/check.ts";
import type { Layer } from "../checks/layers.ts";
import type { Waiver } from "../profile/schema.ts";
import type { Origin } from "../profile/tree.ts";

/** What one check gives of one object. */
export interface CheckReport {
  readonly id: string;
  readonly control: string;
  readonly title: string;
  readonly severity: Severity;
  readonly role: Role;
  readonly layer: Layer;
  readonly references: readonly Reference[];
  /** What it is about, where the check is about several things: `8080/tcp from anywhere`; else empty. */
  readonly object: string;
  readonly verdict: Verdict;
  readonly expected: string;
  readonly found: string;
  readonly pending?: "finalize" | "reboot";
  /** Its section says `apply: false`: nothing of it is changed. */
  readonly measured?: true;
  /** What to do about it: one sentence, where there is something to do; before it is assessed, where its check knows. */
  readonly remedy?: string;
  /** Of what stands in a file. */
  readonly place?: Origin;
}

/** What became of the waiver that speaks of a report. Only `waived` keeps it from counting. */
export interface Waived extends Pick<Waiver, "reason" | "owner" | "until"> {
  /** `refused`: what turned out to be a proof can't be waived. */
  readonly state: "waived" | "expired" | "refused";
}

export interface Assessed extends CheckReport {
  readonly waiver?: Waived;
  /** The lines of a profile that would waive it, to be given a reason, an owner and a day; of audits and advice only. */
  readonly waive?: string;
  /** Of what an audit finds open: what it takes of the host's score, of 100 points. */
  readonly points?: number;
  /** The check that counts in its place, for both have one cause. */
  readonly hiddenBy?: string;
  /** Against an earlier audit, where there is one, of what is open: whether it was so then. */
  readonly since?: "new" | "known";
}

/** A waiver that waived nothing here. */
export interface Unused {
  readonly waiver: Waiver;
  /** What its check gives of its object now, where that doesn't hold either. */
  readonly found: readonly string[];
}

export interface Assessment {
  readonly checks: readonly Assessed[];
  readonly unused: readonly Unused[];
}
