/** All that the daemon control reads of a host. */
import { bootUnit } from "../../facts/boot-unit.ts";
import { changedSince } from "../../facts/changed.ts";
import { containerLogs, docker } from "../../facts/docker.ts";
import { engineAuthorities } from "../../facts/engine-authorities.ts";
import { file, unit } from "../../facts/files.ts";
import { units } from "../../platform.ts";

export const configPath = "/etc/docker/daemon.json";
/** Where Debian's package has flags of dockerd. */
export const flagsPath = "/etc/default/docker";

export const probes = {
  engine: docker,
  logs: containerLogs,
  authorities: engineAuthorities,
  unit: unit(units.docker),
  socketUnit: unit(units.dockerSocket),
  serviceAtBoot: bootUnit(units.docker),
  socketAtBoot: bootUnit(units.dockerSocket),
  containerd: unit(units.containerd),
  containerdAtBoot: bootUnit(units.containerd),
  config: file(configPath),
  flags: file(flagsPath),
  unread: changedSince(units.docker, [configPath]),
};
