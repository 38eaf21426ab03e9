import { audit } from "../../facts/audit.ts";
import { bootUnit } from "../../facts/boot-unit.ts";
import { debianPackage, exists, file, glob, unit } from "../../facts/files.ts";
import { packages, units } from "../../platform.ts";
import { bootFilesProbe } from "../next-boot/probe.ts";
import { lockPath, rulesPath } from "./rules.ts";

export const confPath = "/etc/audit/auditd.conf";

/** All that the control reads; no parameter changes it. */
export const probes = {
  package: debianPackage(packages.auditd),
  rules: file(rulesPath),
  lock: file(lockPath),
  conf: file(confPath),
  folder: glob("/etc/audit/rules.d", "*.rules"),
  unit: unit(units.auditd),
  boot: bootUnit(units.auditd),
  loader: bootUnit(units.auditRules),
  others: bootFilesProbe,
  kernel: audit,
  ssh: exists("/etc/ssh"),
  docker: exists("/etc/docker"),
  sudoers: exists("/etc/sudoers.d"),
};
