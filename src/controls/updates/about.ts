/** What is said of each check of updates. */
import type { Abouts } from "../about.ts";

const dump = (key: string) => `apt-config dump | grep ${key}`;
const shut = "Most break-ins use a hole that has an update already";

export const about: Abouts = {
  installed: { why: `${shut}; without the program nobody installs it.`, look: "dpkg -s unattended-upgrades" },
  "package-lists": { why: "Without fresh lists the host knows of no update.", look: dump("APT::Periodic") },
  daily: {
    why: `${shut}, and wait for somebody who installs it.`,
    breaks: "A service restarts when its package is updated.",
    look: dump("APT::Periodic"),
  },
  timers: {
    why: "The settings are right, and nothing starts the program.",
    look: "systemctl list-timers 'apt-daily*'",
  },
  "kept-back": {
    why: "A pattern that keeps back everything looks like a host without updates.",
    look: dump("Package-Blacklist"),
  },
  "origins-match": {
    why: "A pattern that matches nothing looks just like one that works: no update ever comes.",
    by: ["origins"],
    look: "unattended-upgrade --dry-run --debug",
  },
  "origins-only": {
    why: "Updates from elsewhere change more than holes, unasked.",
    by: ["origins"],
    look: dump("'Origins-Pattern|Allowed-Origins'").replace("grep", "grep -E"),
  },
  reboot: {
    why: "A server that restarts by itself is away when nobody expects it; one that never does runs the old kernel.",
    by: ["automaticReboot"],
    look: dump("Automatic-Reboot"),
  },
  pending: {
    why: "A hole that has an update already is open until it is installed; the daily job does that within a day.",
    by: ["origins"],
    look: "apt list --upgradable",
  },
  restart: {
    why: "The old kernel, or the old library in programs that run, goes on until the host is restarted.",
    by: ["automaticReboot"],
    look: "cat /run/reboot-required /run/reboot-required.pkgs",
  },
  dpkg: {
    why: "A package that is half installed stops every update after it.",
    look: "dpkg --audit",
  },
  fetched: {
    why: "A mirror that isn't reached looks like a host without updates.",
    look: "ls -l /var/lib/apt/periodic/update-stamp; apt-get update",
  },
  mail: {
    why: "Nobody is told what was installed, or that it failed.",
    breaks: "An address without a mailer on the host makes each run complain.",
    by: ["mail", "mailReport"],
    look: dump("Unattended-Upgrade::Mail"),
  },
};
