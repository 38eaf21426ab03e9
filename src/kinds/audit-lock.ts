/** `auditctl -e 2`: after the confirm, can't be taken back before a reboot. */
import shell from "./audit-lock.sh";
import { change, defineKind, lastingRecord, same, valueLine } from "./kind.ts";

export interface AuditLockResource {
  readonly kind: "audit-lock";
  readonly locked: boolean;
}

export interface AuditLockStep {
  readonly verb: "audit-lock";
}

export const auditLock = defineKind<AuditLockResource, AuditLockStep, never>({
  name: "audit-lock",
  address: () => "kernel",
  diff: ({ resource }) =>
    resource.locked
      ? same
      : change({
          action: "enable",
          after: "no audit rule can be changed until the next boot",
          effect: "now",
          undo: "none",
          stage: "finalize",
          steps: [{ verb: "audit-lock" }],
        }),
  line: valueLine,
  words: { "audit-lock": () => [] },
  shell: [shell],
  lasting: {
    "audit-lock": {
      record: lastingRecord,
      message: ({ verb, object }) => `${verb} of ${object} can't be undone by a rollback.`,
      hint: "The audit rules are locked until the next boot.",
    },
  },
});
