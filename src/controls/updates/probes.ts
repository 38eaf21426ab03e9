/** All that the control reads; no parameter changes it. */
import { aptConfig, aptPolicy, aptReleases, aptTargets } from "../../facts/apt.ts";
import { bootUnit } from "../../facts/boot-unit.ts";
import { debianPackage, exists, file, glob, unit } from "../../facts/files.ts";
import { pending } from "../../facts/pending.ts";
import { schedule } from "../../facts/timers.ts";
import { packages, units } from "../../platform.ts";
import { bootFilesProbe } from "../next-boot/probe.ts";
import { dropInPath, mainPath, switchPath } from "./wanted.ts";
export const probes = {
  package: debianPackage(packages.unattendedUpgrades),
  switch: file(switchPath),
  dropIn: file(dropInPath),
  /** What may be read after our drop-in. */
  later: glob("/etc/apt/apt.conf.d", "[a-z]*"),
  main: file(mainPath),
  preferences: file("/etc/apt/preferences"),
  preferencesFolder: glob("/etc/apt/preferences.d", "*"),
  config: aptConfig,
  releases: aptReleases,
  targets: aptTargets,
  policy: aptPolicy,
  downloadTimer: unit(units.aptDownloadTimer),
  upgradeTimer: unit(units.aptUpgradeTimer),
  download: unit(units.aptDownload),
  upgrade: unit(units.aptUpgrade),
  downloadSchedule: schedule(units.aptDownloadTimer),
  upgradeSchedule: schedule(units.aptUpgradeTimer),
  downloadTimerAtBoot: bootUnit(units.aptDownloadTimer),
  upgradeTimerAtBoot: bootUnit(units.aptUpgradeTimer),
  downloadAtBoot: bootUnit(units.aptDownload),
  upgradeAtBoot: bootUnit(units.aptUpgrade),
  others: bootFilesProbe,
  pending,
  sendmail: exists("/usr/sbin/sendmail"),
  mailx: exists("/usr/bin/mail"),
};
