/** What is said of each check of logging. */
import type { Abouts } from "../about.ts";

export const about: Abouts = {
  persistent: {
    why: "A journal in memory is gone after a reboot, and with it what made the host reboot.",
    breaks: "The disk holds as much as `maxUse`.",
    leavesOpen:
      "root can delete it (`journalctl --vacuum-time=1s`), and a changed entry shows only where it is sealed.",
    stricter:
      "`Seal=yes` and `journalctl --setup-keys`, the key kept elsewhere: what is deleted is gone all the same.",
    look: "journalctl --list-boots; systemd-analyze cat-config systemd/journald.conf",
  },
  bounded: {
    why: "A log without a bound fills the disk, and stops what writes to it.",
    by: ["maxUse"],
    leavesOpen: "Whoever makes noise pushes older messages out.",
    stricter: "More of it (`maxUse: 10G`), and `logging.forwarding`: a disk, and a collector to be kept.",
    look: "journalctl --disk-usage; systemd-analyze cat-config systemd/journald.conf",
  },
  forwarding: {
    why: "Whoever takes the host over deletes its log first; a copy elsewhere stays.",
    breaks: "Nothing here while the collector is away: messages wait on the disk, up to `maxQueue`.",
    leavesOpen:
      "root can delete what still waits in the queue, and from then on the host says what the intruder likes.",
    stricter:
      "A certificate of the host's own (`certificate`, `key`), so that nobody speaks for it: it has to be renewed.",
    look: "journalctl -u rsyslog -n 20; ss -tnp | grep rsyslogd",
  },
};
