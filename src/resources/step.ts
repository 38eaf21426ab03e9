/**
 * What the host runtime is told to do: data only. Each step is one generated line `step_VERB word…` for
 * `host/runtime.sh`, which checks `before`, journals its own undo, then changes.
 */

/** What the host must still look like, or the run is stale and stops before anything changes. */
export type Preimage =
  | {
      readonly state: "absent";
      /** Neither is its folder, which comes and goes with the file: root's, 0755. */
      readonly folder?: "missing";
    }
  | {
      readonly state: "file";
      readonly sha256: string;
      /** Four octal digits, such as `0644`. */
      readonly mode: string;
      readonly owner: string;
      readonly group: string;
    };

/** Whose a changed thing is from now on; the manifest keeps it with the original. */
export interface Owner {
  readonly control: string;
  readonly address: string;
}

interface Common {
  /** Set on the step that makes the thing ours; `release` on the one that gives the original back. */
  readonly own?: Owner;
  readonly release?: Owner;
}

export type UnitOperation =
  | "enable" // at boot
  | "disable"
  | "start"
  | "stop"
  | "reload"
  | "restart";

/** Fixed proofs that the runtime knows; the words are data. */
export type CheckName = "sshd" | "fail2ban" | "ufw" | "audit" | "apt";

export type Step = Common &
  (
    | {
        readonly verb: "file";
        readonly path: string;
        /** base64 of the whole new content. */
        readonly content: string;
        readonly mode: string;
        readonly owner: string;
        readonly group: string;
        readonly before: Preimage;
      }
    | { readonly verb: "remove"; readonly path: string; readonly before: Preimage }
    /** The file as backup number `backup` of run `run` holds it: content, mode, owner, xattrs, link or absence. */
    | {
        readonly verb: "restore";
        readonly path: string;
        readonly run: string;
        readonly backup: number;
        readonly before: Preimage;
      }
    | {
        readonly verb: "mode";
        readonly path: string;
        readonly mode: string;
        readonly owner: string;
        readonly group: string;
        readonly before: Preimage;
      }
    /** Live value; keys in the dotted form of sysctl(8), interface names with their dots as slashes. */
    | { readonly verb: "sysctl"; readonly key: string; readonly value: string; readonly before: string }
    | { readonly verb: "unit"; readonly unit: string; readonly operation: UnitOperation }
    /** Downloaded before the dead-man is armed, installed with their services masked. */
    | {
        readonly verb: "install";
        readonly packages: readonly string[];
        /** All that the plan's packages bring along, in the first such step: apt may install nothing else. */
        readonly announced?: readonly string[];
      }
    /** What was there before `run`, which brought the packages, stays. */
    | { readonly verb: "purge"; readonly run: string; readonly packages: readonly string[] }
    | { readonly verb: "check"; readonly check: CheckName; readonly words: readonly string[] }
    /**
     * ufw's live ruleset, from the files that earlier steps wrote.
     * enable: from inactive; load: user.rules and user6.rules of an active ufw in one load each;
     * reload: everything of an active ufw; disable: policies accept, ufw's chains gone, others' kept.
     */
    | { readonly verb: "firewall"; readonly operation: "enable" | "load" | "reload" | "disable" }
    /** `augenrules --load`. */
    | { readonly verb: "audit-load" }
    /** `auditctl -e 2`: after the confirm, can't be taken back before a reboot. */
    | { readonly verb: "audit-lock" }
  );

/** The order in which the runtime works; see "Stages" in docs/design. */
export const stages = ["prepare", "files", "checks", "kernel", "services", "access", "finalize"] as const;
export type Stage = (typeof stages)[number];
