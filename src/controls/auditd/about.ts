/** What is said of each check of auditd. */
import type { About, Abouts } from "../about.ts";

const watch = (what: string, key: string, more: Partial<About> = {}): About => ({
  why: `${what}, and nobody can say later who did it, when and by what.`,
  by: ["rules"],
  look: `auditctl -l | grep harden-${key}; ausearch --input-logs -k ${key} --start today`,
  ...more,
});

export const about: Abouts = {
  running: { why: "The kernel's events go nowhere.", look: "systemctl status auditd; auditctl -s" },
  enabled: { why: "After the next boot nothing is recorded.", look: "systemctl is-enabled auditd" },
  "root-commands": watch("Somebody becomes root and runs a command", "root_commands", {
    by: ["rules", "rootCommands"],
    breaks:
      "About 1 KB of log a command: health checks that start programs fill it in days. `rootCommands: sessions` leaves out daemons.",
  }),
  passwd: watch("Somebody adds an account or changes one", "identity"),
  shadow: watch("Somebody sets a password", "identity"),
  "sshd-config": watch("Somebody opens a way in at sshd", "sshd_config"),
  "docker-daemon": watch("Somebody changes how Docker runs", "docker_config"),
  sudoers: watch("Somebody lets an account become root", "sudoers"),
  "on-disk": {
    why: "Rules that only the kernel has are gone after a reboot; rules that only files have record nothing.",
    look: "auditctl -l; augenrules --check",
  },
  "log-size": {
    why: "A log that holds a day shows nothing of last week's break-in; one that stops when it is full records nothing more.",
    breaks: "The disk holds as much as the profile says.",
    by: ["logSize", "logFiles"],
    look: "grep -E '^(max_log_file|num_logs|max_log_file_action|space_left_action)' /etc/audit/auditd.conf; ls -l /var/log/audit",
  },
  lost: {
    why: "Events that the kernel could not hand over are gone, among them perhaps the one that mattered.",
    look: "auditctl -s | grep lost",
  },
  backlog: { why: "A queue that is full loses events, or stops whoever makes them.", look: "auditctl -s" },
  immutable: {
    why: "root can take the rules away before doing what they record.",
    breaks: "No rule can be changed before the next boot, by harden neither.",
    look: "auditctl -s | grep enabled",
  },
};
