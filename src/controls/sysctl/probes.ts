/** Letters sort after digits: of `99-` files this one comes last, and the last value counts. */
import { bootUnit } from "../../facts/boot-unit.ts";
import { debianPackage, file } from "../../facts/files.ts";
import { forwardingPaths } from "../../facts/forwarding.ts";
import { routes } from "../../facts/routes.ts";
import { sockets } from "../../facts/sockets.ts";
import { bootFiles, type KernelProbes, kernelProbes, netState } from "../../facts/sysctl.ts";
import { packages, paths, units } from "../../platform.ts";
import { bootFilesProbe } from "../next-boot/probe.ts";
import { table } from "./settings.ts";

export const ownPath = "/etc/sysctl.d/99-zz-harden.conf";

const named = {
  net: netState,
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

/** All that the control reads; no parameter changes it. */
export const probes: typeof named & KernelProbes = {
  ...named,
  ...kernelProbes([...table.map(({ path }) => path), ...forwardingPaths]),
};
