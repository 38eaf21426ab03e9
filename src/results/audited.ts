/** What an audit found on a host, in its containers, and from outside. */
import type { SinceBaseline } from "../assess/baseline.ts";
import type { Assessed } from "../assess/report.ts";
import type { GroupScore } from "../assess/score.ts";
import type { Weighed } from "../assess/weigh.ts";
import type { Finding } from "../checks/finding.ts";
import type { Composed } from "../compose/composed.ts";
import type { EngineNetwork } from "../facts/containers.ts";
import type { HostFacts } from "../facts/host.ts";
import type { HostInventory } from "../plan/control.ts";
import type { ProfileFacts } from "../plan/plan.ts";
import type { AskedDoor } from "../running/doors.ts";
import type { Reach } from "../running/reach.ts";
import type { Judged } from "./verdict.ts";

/** A container as the report lists it; bytes and cores, without a limit or what the kernel doesn't say. */
export interface ListedContainer {
  readonly name: string;
  readonly image: string;
  readonly project?: string;
  readonly service?: string;
  readonly networks: readonly string[];
  /** Such as starting or healthy; left out where nothing asks it, or it runs once. */
  readonly health?: string;
  readonly cpus?: number;
  readonly memory: { readonly limit?: number; readonly used?: number; readonly peak?: number };
}

/** What is said of the containers of a host, and of those that the engine can't be asked about. */
export interface EngineSeen {
  readonly engine:
    | { readonly state: "asked"; readonly version: string; readonly cores: number; readonly memory: number }
    | { readonly state: "not applicable" | "unasked"; readonly why: string };
  readonly containers: readonly ListedContainer[];
  readonly networks: readonly Pick<EngineNetwork, "name" | "driver" | "internal">[];
  /** Pairs that are left out don't reach each other. */
  readonly reach: readonly Reach[];
  readonly checks: readonly Assessed[];
  readonly findings: readonly Finding[];
}

/** What answered at a host's ports from here, or why it was not asked. */
export type OutsideAnswers = { readonly doors: readonly AskedDoor[] } | { readonly why: string };

/** What an audit found on one host. */
export interface Audited extends EngineSeen, Weighed {
  /** When it was measured, by this machine's clock: `2026-11-28T02:50:10Z`. */
  readonly at: string;
  readonly host: HostFacts;
  readonly profile: ProfileFacts;
  /** Who may become root, and what runs as root; left out where the profile doesn't ask for it. */
  readonly inventory?: HostInventory;
  /** Of all hosts of the audit, where there are several with a score. */
  readonly group?: GroupScore;
  /** What this machine meets at its ports, or why it was not asked. */
  readonly outside: OutsideAnswers;
}

/** A host, or a file as `compose check` tells it; `since` where there is a baseline. */
export type AuditedOrFile = (Audited | Composed) & { readonly since?: SinceBaseline };

export type AuditReport = readonly Judged<AuditedOrFile>[];
