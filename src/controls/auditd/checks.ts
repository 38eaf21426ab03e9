/** The checks of auditd: what each is called, what it needs, and when it doesn't apply. */
import type { RowHead } from "../../checks/check.ts";
import { valueOr } from "../../facts/probe.ts";
import type { CheckResult } from "../../plan/control.ts";
import { references } from "../references.ts";
import type { TestRow } from "../row.ts";
import { byOthers, inapplicable, result } from "../verdict.ts";
import { logSize } from "./log.ts";
import type { probes } from "./probes.ts";
import { type RuleName, ruleNames } from "./rules.ts";
import type { AuditdParams, AuditdView, AuditInput } from "./state.ts";
import { backlog, enabled, immutable, loaded, lost, onDisk, running } from "./verdicts.ts";

const locked = "`immutable: true`: no rule changes before the next boot, harden's own neither.";

type Watched = Pick<RowHead, "why" | "by" | "leavesOpen" | "stricter" | "look" | "breaks">;

const watch = (what: string, key: string, more: Partial<Watched> = {}): Watched => ({
  why: `${what}, and nobody can say later who did it, when and by what.`,
  by: ["rules"],
  leavesOpen:
    "It says who did it and by which program, not what was changed; and root can take the rule away before.",
  stricter: locked,
  look: `auditctl -l | grep harden-${key}; ausearch --input-logs -k ${key} --start today`,
  ...more,
});

type AuditCheck = TestRow<AuditdParams, typeof probes, AuditdView>;

const anssi = "R73";

const ofRules: Readonly<Record<RuleName, Omit<RowHead, "id" | "severity">>> = {
  "root-commands": {
    ...watch("Somebody becomes root and runs a command", "root_commands", {
      by: ["rules", "rootCommands"],
      breaks:
        "About 1 KB of log a command: health checks that start programs fill it in days. `rootCommands: sessions` leaves out daemons.",
      leavesOpen:
        "It shows which programs start: what a shell does by itself, and what a script says, it doesn't.",
      stricter:
        "pam_tty_audit for root, each key that is pressed: passwords that are typed are in the log, too.",
    }),

    title: "Commands run as root are recorded: all, or those of whoever logged in, as the profile says",
    references: references({ cis12: "6.2.3.2", anssi }),
  },
  passwd: {
    ...watch("Somebody adds an account or changes one", "identity"),

    title: "Changes of /etc/passwd are recorded",
    references: references({ cis12: "6.2.3.8", cis13: "6.2.3.12–15", anssi }),
  },
  shadow: {
    ...watch("Somebody sets a password", "identity"),

    title: "Changes of /etc/shadow are recorded",
    references: references({ cis12: "6.2.3.8", cis13: "6.2.3.12–15", anssi }),
  },
  "sshd-config": {
    criteria: ["CC7.1", "CC7.2"],
    ...watch("Somebody opens a way in at sshd", "sshd_config"),
    title: "Changes of sshd's configuration are recorded",
    references: references({ anssi }),
  },
  "docker-daemon": {
    criteria: ["CC7.1", "CC7.2"],
    ...watch("Somebody changes how Docker runs", "docker_config"),

    title: "Changes of Docker's daemon.json are recorded",
    references: references({ docker: "1.1.11", anssi }),
  },
  sudoers: {
    criteria: ["CC7.1", "CC7.2"],
    ...watch("Somebody lets an account become root", "sudoers"),
    title: "Changes of sudoers are recorded",
    references: references({ cis12: "6.2.3.1", anssi }),
  },
};

const rootTitles: Readonly<Record<AuditdParams["rootCommands"], string>> = {
  all: "All commands run as root are recorded, those of daemons too",
  sessions: "Commands run as root by whoever logged in are recorded, those of daemons not",
};

/** Facts are looked at here rather than by `needs`: a container is told apart from what couldn't be read. */
function check(
  head: RowHead & Pick<AuditCheck, "reads">,
  facts: readonly (keyof typeof probes)[],
  test: (input: AuditInput) => CheckResult,
): AuditCheck {
  return {
    role: "proof or audit",
    answers: ["server.audit-logging"],
    ...head,
    test: (input) => {
      const never = input.view.impossible;
      if (never !== undefined) return inapplicable(never);
      for (const name of facts) {
        const fact = input.facts[name];
        if (fact.state === "unknown") return result("error", "", fact.why);
        if (fact.state === "unsupported") return inapplicable(fact.why);
        if (fact.state === "absent") return result("fail", "auditd is installed", `${name}: not there`);
      }
      const given = test(input);
      // No plan could switch on what the kernel was started without.
      const off = valueOr(input.facts.kernel, undefined)?.offAtBoot === true && given.verdict === "fail";
      return off
        ? byOthers({ ...given, found: `${given.found}; the kernel was started with audit=0` })
        : given;
    },
  };
}

export const checks: readonly AuditCheck[] = [
  check(
    {
      id: "auditd.running",
      title: "auditd takes the kernel's events",
      reads: ["process", "kernel", "next start"],
      severity: "medium",
      why: "The kernel's events go nowhere.",
      leavesOpen:
        "root can end it (`auditctl -e 0`, or a signal), and what was recorded lies on the host itself.",
      stricter:
        "`immutable: true`, and events sent elsewhere as they happen (audisp-remote): a collector has to be kept.",
      look: "systemctl status auditd; auditctl -s",
      references: references({ cis12: "6.2.1.1", anssi }),
    },
    ["unit", "kernel"],
    running,
  ),
  check(
    {
      id: "auditd.enabled",
      title: "auditd starts at boot",
      reads: ["process", "next start"],
      severity: "medium",
      why: "After the next boot nothing is recorded.",
      leavesOpen:
        "What happens in a boot before it starts may be missing, and programs from then are followed in part.",
      stricter:
        "`audit=1 audit_backlog_limit=8192` on the kernel's command line: a restart, and a longer log of each boot.",
      look: "systemctl is-enabled auditd",
      references: references({ cis12: "6.2.1.2", anssi }),
    },
    ["unit"],
    enabled,
  ),
  ...ruleNames.map((name) =>
    check(
      { id: `auditd.${name}`, severity: "medium", reads: ["kernel", "next start"], ...ofRules[name] },
      ["kernel", "folder"],
      (input) =>
        name === "root-commands"
          ? { ...loaded(input, name), title: rootTitles[input.params.rootCommands] }
          : loaded(input, name),
    ),
  ),
  check(
    {
      id: "auditd.on-disk",
      title: "The kernel's rules are those of the files",
      reads: ["kernel", "next start"],
      severity: "medium",
      criteria: ["CC7.1", "CC7.2"],
      why: "Rules that only the kernel has are gone after a reboot; rules that only files have record nothing.",
      leavesOpen: "root can change both alike, and they are the same again.",
      stricter: locked,
      look: "auditctl -l; augenrules --check",
      references: references({ cis12: "6.2.3.21", cis13: "6.2.3.37", anssi }),
    },
    ["kernel", "folder"],
    onDisk,
  ),
  check(
    {
      id: "auditd.log-size",
      title: "The log holds as much as the profile says, and goes on when it is full",
      reads: ["process", "file"],
      severity: "medium",
      why: "A log that holds a day shows nothing of last week's break-in; one that stops when it is full records nothing more.",
      breaks: "The disk holds as much as the profile says.",
      by: ["logSize", "logFiles"],
      leavesOpen: "Once all files are full the oldest events go: whoever makes noise pushes them out.",
      stricter:
        "`max_log_file_action = keep_logs` with `disk_full_action = halt`: a full disk stops the host.",
      look: "grep -E '^(max_log_file|num_logs|max_log_file_action|space_left_action)' /etc/audit/auditd.conf; ls -l /var/log/audit",
      references: references({ cis12: "6.2.2.1", anssi }),
    },
    ["conf", "kernel"],
    logSize,
  ),
  check(
    {
      id: "auditd.lost",
      title: "No event was lost since the boot",
      reads: ["kernel"],
      severity: "medium",
      moving: true,
      why: "Events that the kernel could not hand over are gone, among them perhaps the one that mattered.",
      leavesOpen:
        "It counts since the boot, and only what the kernel could not hand over: what auditd deletes isn't lost to it.",
      stricter:
        "`-f 2` in rules.d, the kernel's panic in place of a lost event: whoever makes noise stops the host.",
      look: "auditctl -s | grep lost",
      role: "audit",
      references: references({ cis12: "6.2.1.4", anssi }),
    },
    ["kernel"],
    lost,
  ),
  check(
    {
      id: "auditd.backlog",
      title: "Events find room in the kernel's queue",
      reads: ["kernel"],
      severity: "low",
      answers: [],
      moving: true,
      why: "A queue that is full loses events, or stops whoever makes them.",
      leavesOpen:
        "A burst of events that is longer than the queue still stops its makers for a while, or loses some.",
      stricter: "`-b 32768` in rules.d: as much more of the kernel's memory.",
      look: "auditctl -s",
      role: "audit",
      references: references({ cis12: "6.2.1.4", anssi }),
    },
    ["kernel"],
    backlog,
  ),
  check(
    {
      id: "auditd.immutable",
      title: "The rules are locked until a reboot",
      reads: ["kernel", "next start"],
      severity: "medium",
      answers: [],
      why: "root can take the rules away before doing what they record.",
      breaks: "No rule can be changed before the next boot, by harden neither.",
      leavesOpen:
        "Rules are locked and nothing else: root can still end auditd, delete its log, or boot with `audit=0`.",
      stricter: "Events sent elsewhere as they happen (audisp-remote): a collector has to be kept.",
      look: "auditctl -s | grep enabled",
      references: references({ cis12: "6.2.3.20", cis13: "6.2.3.36", anssi }),
    },
    ["kernel", "folder"],
    immutable,
  ),
];
