/** What is said of each check of logging. */
import type { Abouts } from "../about.ts";

export const about: Abouts = {
  persistent: {
    why: "A journal in memory is gone after a reboot, and with it what made the host reboot.",
    breaks: "The disk holds as much as `maxUse`.",
    look: "journalctl --list-boots; systemd-analyze cat-config systemd/journald.conf",
  },
  bounded: {
    why: "A log without a bound fills the disk, and stops what writes to it.",
    by: ["maxUse"],
    look: "journalctl --disk-usage; systemd-analyze cat-config systemd/journald.conf",
  },
  forwarding: {
    why: "Whoever takes the host over deletes its log first; a copy elsewhere stays.",
    breaks: "Nothing here while the collector is away: messages wait on the disk, up to `maxQueue`.",
    look: "journalctl -u rsyslog -n 20; ss -tnp | grep rsyslogd",
  },
};
