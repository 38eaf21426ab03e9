/** What is said of each check of auditd. */
import type { About, Abouts } from "../about.ts";

const locked = "`immutable: true`: no rule changes before the next boot, harden's own neither.";

const watch = (what: string, key: string, more: Partial<About> = {}): About => ({
  why: `${what}, and nobody can say later who did it, when and by what.`,
  by: ["rules"],
  leavesOpen:
    "It says who did it and by which program, not what was changed; and root can take the rule away before.",
  stricter: locked,
  look: `auditctl -l | grep harden-${key}; ausearch --input-logs -k ${key} --start today`,
  ...more,
});

export const about: Abouts = {
  running: {
    why: "The kernel's events go nowhere.",
    leavesOpen:
      "root can end it (`auditctl -e 0`, or a signal), and what was recorded lies on the host itself.",
    stricter:
      "`immutable: true`, and events sent elsewhere as they happen (audisp-remote): a collector has to be kept.",
    look: "systemctl status auditd; auditctl -s",
  },
  enabled: {
    why: "After the next boot nothing is recorded.",
    leavesOpen:
      "What happens in a boot before it starts may be missing, and programs from then are followed in part.",
    stricter:
      "`audit=1 audit_backlog_limit=8192` on the kernel's command line: a restart, and a longer log of each boot.",
    look: "systemctl is-enabled auditd",
  },
  "root-commands": watch("Somebody becomes root and runs a command", "root_commands", {
    by: ["rules", "rootCommands"],
    breaks:
      "About 1 KB of log a command: health checks that start programs fill it in days. `rootCommands: sessions` leaves out daemons.",
    leavesOpen:
      "It shows which programs start: what a shell does by itself, and what a script says, it doesn't.",
    stricter:
      "pam_tty_audit for root, each key that is pressed: passwords that are typed are in the log, too.",
  }),
  passwd: watch("Somebody adds an account or changes one", "identity"),
  shadow: watch("Somebody sets a password", "identity"),
  "sshd-config": watch("Somebody opens a way in at sshd", "sshd_config"),
  "docker-daemon": watch("Somebody changes how Docker runs", "docker_config"),
  sudoers: watch("Somebody lets an account become root", "sudoers"),
  "on-disk": {
    why: "Rules that only the kernel has are gone after a reboot; rules that only files have record nothing.",
    leavesOpen: "root can change both alike, and they are the same again.",
    stricter: locked,
    look: "auditctl -l; augenrules --check",
  },
  "log-size": {
    why: "A log that holds a day shows nothing of last week's break-in; one that stops when it is full records nothing more.",
    breaks: "The disk holds as much as the profile says.",
    by: ["logSize", "logFiles"],
    leavesOpen: "Once all files are full the oldest events go: whoever makes noise pushes them out.",
    stricter: "`max_log_file_action = keep_logs` with `disk_full_action = halt`: a full disk stops the host.",
    look: "grep -E '^(max_log_file|num_logs|max_log_file_action|space_left_action)' /etc/audit/auditd.conf; ls -l /var/log/audit",
  },
  lost: {
    why: "Events that the kernel could not hand over are gone, among them perhaps the one that mattered.",
    leavesOpen:
      "It counts since the boot, and only what the kernel could not hand over: what auditd deletes isn't lost to it.",
    stricter:
      "`-f 2` in rules.d, the kernel's panic in place of a lost event: whoever makes noise stops the host.",
    look: "auditctl -s | grep lost",
  },
  backlog: {
    why: "A queue that is full loses events, or stops whoever makes them.",
    leavesOpen:
      "A burst of events that is longer than the queue still stops its makers for a while, or loses some.",
    stricter: "`-b 32768` in rules.d: as much more of the kernel's memory.",
    look: "auditctl -s",
  },
  immutable: {
    why: "root can take the rules away before doing what they record.",
    breaks: "No rule can be changed before the next boot, by harden neither.",
    leavesOpen:
      "Rules are locked and nothing else: root can still end auditd, delete its log, or boot with `audit=0`.",
    stricter: "Events sent elsewhere as they happen (audisp-remote): a collector has to be kept.",
    look: "auditctl -s | grep enabled",
  },
};
