/** All that the control reads; no parameter changes it. */
import { bootUnit } from "../../facts/boot-unit.ts";
import { isWaiting, nextStart, runningFail2ban } from "../../facts/fail2ban.ts";
import { jailFiles } from "../../facts/fail2ban-files.ts";
import { debianPackage, exists, file, unit } from "../../facts/files.ts";
import { logRotation } from "../../facts/log-rotation.ts";
import { routes } from "../../facts/routes.ts";
import { rules } from "../../facts/rules.ts";
import { sshdHeard } from "../../facts/sshd-heard.ts";
import { packages, paths, units } from "../../platform.ts";
import { bootFilesProbe } from "../next-boot/probe.ts";
import { rsyslogRules } from "../rsyslog-rules.ts";
import { authLog, dropInPath, mainPath } from "./jail.ts";
export const probes = {
  package: debianPackage(packages.fail2ban),
  pythonSystemd: debianPackage(packages.pythonSystemd),
  jailLocal: file(mainPath),
  dropIn: file(dropInPath),
  files: jailFiles,
  running: runningFail2ban,
  waiting: isWaiting,
  nextStart,
  heard: sshdHeard,
  unit: unit(units.fail2ban),
  boot: bootUnit(units.fail2ban),
  others: bootFilesProbe,
  rsyslog: unit(units.rsyslog),
  rsyslogRules,
  rsyslogSendsOnly: exists(paths.rsyslogSendsOnly),
  authLog: exists(authLog),
  rotation: logRotation(authLog),
  routes,
  rules,
};
