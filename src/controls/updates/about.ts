/** What is said of each check of updates. */
import type { Abouts } from "../about.ts";

const dump = (key: string) => `apt-config dump | grep ${key}`;
const shut = "Most break-ins use a hole that has an update already";

const oftener =
  "An `OnCalendar=` of your own for the timers, every 4 hours: mirrors are asked, and services restart, as often.";

export const about: Abouts = {
  installed: {
    why: `${shut}; without the program nobody installs it.`,
    leavesOpen: "What apt didn't bring (containers' images, /opt, pip, npm) gets no update by this.",
    stricter: "Nothing on the host but packages of the release: newer versions aren't to be had.",
    look: "dpkg -s unattended-upgrades",
  },
  "package-lists": {
    why: "Without fresh lists the host knows of no update.",
    leavesOpen: "For up to a day the host doesn't know of an update that is out.",
    stricter: oftener,
    look: dump("APT::Periodic"),
  },
  daily: {
    why: `${shut}, and wait for somebody who installs it.`,
    breaks: "A service restarts when its package is updated.",
    leavesOpen: "A hole is open until its update is out, and then for up to a day.",
    stricter: oftener,
    look: dump("APT::Periodic"),
  },
  timers: {
    why: "The settings are right, and nothing starts the program.",
    leavesOpen: "They wait by chance, up to 12 hours as they come, and a run that fails is a line in a log.",
    stricter: oftener,
    look: "systemctl list-timers 'apt-daily*'",
  },
  "kept-back": {
    why: "A pattern that keeps back everything looks like a host without updates.",
    leavesOpen: "A pattern or a hold that is for one package passes, and its holes stay.",
    stricter: "No pattern and no `apt-mark hold` at all: what broke by an update once may break again.",
    look: dump("Package-Blacklist"),
  },
  "origins-match": {
    why: "A pattern that matches nothing looks just like one that works: no update ever comes.",
    by: ["origins"],
    leavesOpen: "Packages of other sources (docker.com, backports) get no update by this.",
    stricter: "No other source on the host: newer versions of these packages aren't to be had.",
    look: "unattended-upgrade --dry-run --debug",
  },
  "origins-only": {
    why: "Updates from elsewhere change more than holes, unasked.",
    by: ["origins"],
    leavesOpen: "With `updates` more than holes is changed, unasked.",
    stricter: "`origins: [security]`: faults that are no holes wait for a person.",
    look: dump("'Origins-Pattern|Allowed-Origins'").replace("grep", "grep -E"),
  },
  reboot: {
    why: "A server that restarts by itself is away when nobody expects it; one that never does runs the old kernel.",
    by: ["automaticReboot"],
    leavesOpen: "With false a new kernel waits, and its holes are open, until somebody restarts the host.",
    stricter: "`automaticReboot: true`: the host is away for a minute when nobody expects it.",
    look: dump("Automatic-Reboot"),
  },
  pending: {
    why: "A hole that has an update already is open until it is installed; the daily job does that within a day.",
    by: ["origins"],
    leavesOpen: "Holes that have no update yet are open, and so are those of what apt didn't bring.",
    stricter: "A scan of what isn't apt's (trivy, grype): somebody reads it, and builds anew.",
    look: "apt list --upgradable",
  },
  restart: {
    why: "The old kernel, or the old library in programs that run, goes on until the host is restarted.",
    by: ["automaticReboot"],
    leavesOpen: "Programs in containers go on with the libraries of their images.",
    stricter: "`needrestart -r a` after each update: services restart unasked.",
    look: "cat /run/reboot-required /run/reboot-required.pkgs",
  },
  dpkg: {
    why: "A package that is half installed stops every update after it.",
    leavesOpen: "Packages are whole; whether somebody changed their files since isn't looked at.",
    stricter:
      "`dpkg --verify`, compared every night: files of configuration differ rightly, and somebody reads the rest.",
    look: "dpkg --audit",
  },
  fetched: {
    why: "A mirror that isn't reached looks like a host without updates.",
    leavesOpen:
      "Somebody on the way can replay old lists until their Valid-Until: days on Debian, for ever where there is none.",
    stricter: "https:// in the sources: a cache in between no longer helps.",
    look: "ls -l /var/lib/apt/periodic/update-stamp; apt-get update",
  },
  mail: {
    why: "Nobody is told what was installed, or that it failed.",
    breaks: "An address without a mailer on the host makes each run complain.",
    by: ["mail", "mailReport"],
    leavesOpen: "A mail that nobody reads, or that gets lost, tells nobody.",
    stricter: "`mailReport: always`, so that silence is a sign: a mail a day from each host.",
    look: dump("Unattended-Upgrade::Mail"),
  },
};
