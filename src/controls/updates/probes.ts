import { aptConfig, aptReleases } from "../../facts/apt.ts";
import { bootUnit } from "../../facts/boot-unit.ts";
import { debianPackage, exists, file, glob, unit } from "../../facts/files.ts";
import { schedules } from "../../facts/timers.ts";
import { dropInPath, mainPath, switchPath } from "./wanted.ts";

const timerNames = ["apt-daily.timer", "apt-daily-upgrade.timer"];

/** All that the control reads; no parameter changes it. */
export const probes = {
  package: debianPackage("unattended-upgrades"),
  switch: file(switchPath),
  dropIn: file(dropInPath),
  /** What may be read after our drop-in. */
  later: glob("/etc/apt/apt.conf.d", "[a-z]*"),
  main: file(mainPath),
  preferences: file("/etc/apt/preferences"),
  preferencesFolder: glob("/etc/apt/preferences.d", "*"),
  config: aptConfig,
  releases: aptReleases,
  downloadTimer: unit("apt-daily.timer"),
  upgradeTimer: unit("apt-daily-upgrade.timer"),
  download: unit("apt-daily.service"),
  upgrade: unit("apt-daily-upgrade.service"),
  schedules: schedules(timerNames),
  downloadTimerAtBoot: bootUnit("apt-daily.timer"),
  upgradeTimerAtBoot: bootUnit("apt-daily-upgrade.timer"),
  downloadAtBoot: bootUnit("apt-daily.service"),
  upgradeAtBoot: bootUnit("apt-daily-upgrade.service"),
  sendmail: exists("/usr/sbin/sendmail"),
  mailx: exists("/usr/bin/mail"),
};
