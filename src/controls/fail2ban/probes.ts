import { bootUnit } from "../../facts/boot-unit.ts";
import { jailFiles, runningFail2ban } from "../../facts/fail2ban.ts";
import { debianPackage, exists, file, unit } from "../../facts/files.ts";
import { authLog, dropInPath, mainPath } from "./jail.ts";

/** All that the control reads; no parameter changes it. */
export const probes = {
  package: debianPackage("fail2ban"),
  pythonSystemd: debianPackage("python3-systemd"),
  jailLocal: file(mainPath),
  dropIn: file(dropInPath),
  files: jailFiles,
  running: runningFail2ban,
  unit: unit("fail2ban.service"),
  boot: bootUnit("fail2ban.service"),
  rsyslog: unit("rsyslog.service"),
  authLog: exists(authLog),
};
