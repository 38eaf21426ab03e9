/** Desired resources: what a control wants of a host, as data. */
import type { Effect } from "../plan/plan.ts";
import type { CheckName } from "./step.ts";

/** A check that the runtime runs after the files are there and before anything is reloaded. */
export interface Proof {
  readonly check: CheckName;
  readonly words: readonly string[];
}

export type Resource =
  | {
      readonly kind: "file";
      readonly path: string;
      /**
       * Whole new content. Structured edits are computed by the control from its `file` fact;
       * "after install" where a package that is still to come brings the text that we edit.
       */
      readonly content: Buffer | "absent" | "after install";
      readonly mode: string;
      readonly owner: string;
      readonly group: string;
      readonly proof?: Proof;
      /** Written only after the confirm, since what reads it does what can't be taken back. */
      readonly finalize?: true;
    }
  | {
      readonly kind: "mode";
      readonly path: string;
      readonly mode: string;
      readonly owner: string;
      readonly group: string;
    }
  | {
      readonly kind: "package";
      readonly name: string /** What it brings, for the plan before it is there. */;
      readonly brings: string;
    }
  | {
      readonly kind: "service";
      readonly unit: string;
      readonly enabled: boolean;
      readonly active: boolean;
      /** Addresses of resources whose change reloads or restarts the unit, once. */
      readonly on: readonly string[];
      readonly how: "reload" | "restart";
      /** Set when the running state differs from what the files say: reason for a reload without a file's change. */
      readonly stale?: string;
      /** sshd and the like: last of all. */
      readonly last?: boolean;
    }
  | {
      readonly kind: "sysctl";
      readonly key: string;
      readonly value: string;
      /** The live value, where the key was found on the host (an interface's), so that no probe can name it. */
      readonly found?: string;
    }
  | {
      readonly kind: "firewall";
      readonly operation: "enable" | "load" | "reload" | "disable" | "none";
      /** For a person: what the live ruleset is, and what it will be. */
      readonly before: string;
      readonly after: string;
      readonly on: readonly string[];
    }
  | {
      readonly kind: "audit-rules";
      readonly loaded: boolean;
      readonly why: string;
      readonly on: readonly string[];
    }
  | { readonly kind: "audit-lock"; readonly locked: boolean };

export interface Claim {
  readonly control: string;
  readonly resource: Resource;
  readonly reason: string;
  /** For files: what a change disturbs, as the plan shows it. */
  readonly effect?: Effect;
  /** Gives way to another control's claim on the same resource instead of conflicting. */
  readonly yields?: boolean;
  /** Counts only in a plan that holds this resource too, such as `package:ufw`: of another control, perhaps. */
  readonly onlyWith?: string;
}

/** `KIND:NAME`: two claims with equal ones are about the same thing. */
export function resourceName(resource: Resource): string {
  switch (resource.kind) {
    case "file":
      return `file:${resource.path}`;
    case "mode":
      return `mode:${resource.path}`;
    case "package":
      return `package:${resource.name}`;
    case "service":
      return `service:${resource.unit}`;
    case "sysctl":
      return `sysctl:${resource.key}`;
    case "firewall":
      return "firewall:ufw";
    case "audit-rules":
      return "audit-rules:kernel";
    case "audit-lock":
      return "audit-lock:kernel";
  }
}
