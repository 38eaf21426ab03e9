import { bootUnit } from "../../facts/boot-unit.ts";
import { changedSince } from "../../facts/changed.ts";
import { debianPackage, file, glob, unit } from "../../facts/files.ts";
import { forwarder, journalDisk, journals } from "../../facts/logging.ts";
import { sshdHeard, sshdLimits } from "../../facts/sshd-heard.ts";
import { storageOf } from "../../facts/storage.ts";
import { packages, units } from "../../platform.ts";
import { bootFilesProbe } from "../next-boot/probe.ts";
import { rsyslogRules } from "../rsyslog-rules.ts";
import { alonePath, besidePath, caPath, queue, unitPath } from "./forward.ts";
import { dropInPath, folders, mainPath } from "./journald.ts";
import type { LoggingParams } from "./params.ts";

const [etc, run, local, lib] = folders;
const parent = (path: string) => path.slice(0, path.lastIndexOf("/"));

export const journalFolder = "/var/log/journal";

const defaultPort = 6514;

/** All that the control reads. */
export const probes = ({ forwarding }: LoggingParams) => ({
  main: file(mainPath),
  dropIn: file(dropInPath),
  etc: glob(etc, "*.conf"),
  run: glob(run, "*.conf"),
  local: glob(local, "*.conf"),
  lib: glob(lib, "*.conf"),
  journals,
  disk: journalDisk,
  heard: sshdHeard,
  limits: sshdLimits,
  journalStorage: storageOf(journalFolder),
  journald: unit(units.journald),
  unread: changedSince(units.journald, [mainPath, etc]),
  journaldAtBoot: bootUnit(units.journald),
  flushAtBoot: bootUnit(units.journalFlush),
  others: bootFilesProbe,
  rsyslogPackage: debianPackage(packages.rsyslog),
  tlsPackage: debianPackage(packages.rsyslogTls),
  rsyslog: unit(units.rsyslog),
  rsyslogAtBoot: bootUnit(units.rsyslog),
  alone: file(alonePath),
  beside: file(besidePath),
  ca: file(caPath),
  unitFile: file(unitPath),
  rsyslogUnread: changedSince(units.rsyslog, [alonePath, besidePath, caPath, parent(unitPath)]),
  rsyslogRules,
  forwarder: forwarder(units.rsyslog, { port: forwarding?.port ?? defaultPort, queue, file: besidePath }),
});

export type LogProbes = ReturnType<typeof probes>;
