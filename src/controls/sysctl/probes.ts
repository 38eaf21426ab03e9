/** Letters sort after digits: of `99-` files this one comes last, and the last value counts. */
import { bootUnit } from "../../facts/boot-unit.ts";
import { debianPackage, file } from "../../facts/files.ts";
import { routes } from "../../facts/routes.ts";
import { sockets } from "../../facts/sockets.ts";
import { bootFiles, netValues } from "../../facts/sysctl.ts";
import { packages, paths, units } from "../../platform.ts";
import { bootFilesProbe } from "../next-boot/probe.ts";
export const ownPath = "/etc/sysctl.d/99-zz-harden.conf";

/** All that the control reads; no parameter changes it. */
export const probes = {
  live: netValues,
  boot: bootFiles,
  /** Carries the files out at boot, and for each interface that comes. */
  service: bootUnit(units.sysctl),
  others: bootFilesProbe,
  own: file(ownPath),
  ufwFile: file(paths.ufwSysctls),
  ufw: debianPackage(packages.ufw),
  /** Who is connected, and by which interfaces the answers leave. */
  sockets,
  routes,
};
