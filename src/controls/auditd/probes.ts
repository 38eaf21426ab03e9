import { audit } from "../../facts/audit.ts";
import { bootUnit } from "../../facts/boot-unit.ts";
import { debianPackage, exists, file, glob, unit } from "../../facts/files.ts";
import { lockPath, rulesPath } from "./rules.ts";

/** All that the control reads; no parameter changes it. */
export const probes = {
  package: debianPackage("auditd"),
  rules: file(rulesPath),
  lock: file(lockPath),
  folder: glob("/etc/audit/rules.d", "*.rules"),
  unit: unit("auditd.service"),
  boot: bootUnit("auditd.service"),
  /** Loads the rules since audit 4; before, auditd.service does. */
  loader: bootUnit("audit-rules.service"),
  kernel: audit,
  ssh: exists("/etc/ssh"),
  docker: exists("/etc/docker"),
  sudoers: exists("/etc/sudoers.d"),
};
