/** All that the firewall control reads of a host. */
import { bootUnit } from "../../facts/boot-unit.ts";
import { debianPackage, file, sysctl, unit } from "../../facts/files.ts";
import { forwardingPaths } from "../../facts/forwarding.ts";
import { nextRules } from "../../facts/next-rules.ts";
import type { Probe, Read } from "../../facts/probe.ts";
import { routes } from "../../facts/routes.ts";
import { rules } from "../../facts/rules.ts";
import { sockets } from "../../facts/sockets.ts";
import { kernelProbes, netState } from "../../facts/sysctl.ts";
import { packages, paths as shared, units } from "../../platform.ts";
import { bootFilesProbe } from "../next-boot/probe.ts";

/** Services that load rules of their own, and what Debian calls the package. */
export const otherFirewalls = {
  firewalld: unit("firewalld.service"),
  nftables: unit("nftables.service"),
  shorewall: unit("shorewall.service"),
  ferm: unit("ferm.service"),
  persistent: unit("netfilter-persistent.service"),
};

/**
 * Keys of Debian's /etc/ufw/sysctl.conf, with the values that it sets; undefined where the line is commented out.
 * They are loaded into the kernel whenever ufw starts.
 */
export const ufwSysctls: Readonly<Record<string, string | undefined>> = {
  "net.ipv4.ip_forward": undefined,
  "net.ipv6.conf.default.forwarding": undefined,
  "net.ipv6.conf.all.forwarding": undefined,
  "net.ipv4.conf.all.accept_redirects": "0",
  "net.ipv4.conf.default.accept_redirects": "0",
  "net.ipv6.conf.all.accept_redirects": "0",
  "net.ipv6.conf.default.accept_redirects": "0",
  "net.ipv4.icmp_echo_ignore_broadcasts": "1",
  "net.ipv4.icmp_ignore_bogus_error_responses": "1",
  "net.ipv4.icmp_echo_ignore_all": "0",
  "net.ipv4.conf.all.log_martians": "0",
  "net.ipv4.conf.default.log_martians": "0",
  "net.ipv4.tcp_fin_timeout": undefined,
  "net.ipv4.tcp_keepalive_intvl": undefined,
  "net.ipv6.conf.default.autoconf": undefined,
  "net.ipv6.conf.all.autoconf": undefined,
  "net.ipv6.conf.default.use_tempaddr": undefined,
  "net.ipv6.conf.all.use_tempaddr": undefined,
  // Not in Debian's file, but what people and guides add to it.
  "net.ipv4.conf.all.rp_filter": undefined,
  "net.ipv4.conf.default.rp_filter": undefined,
  "net.ipv4.conf.all.accept_source_route": undefined,
  "net.ipv4.conf.default.accept_source_route": undefined,
  "net.ipv6.conf.all.accept_source_route": undefined,
  "net.ipv6.conf.default.accept_source_route": undefined,
  "net.ipv4.conf.all.send_redirects": undefined,
  "net.ipv4.conf.default.send_redirects": undefined,
  "net.ipv4.tcp_syncookies": undefined,
  "net.ipv4.tcp_sack": undefined,
};

export type LiveKey = `live ${string}`;
export const liveKey = (key: string): LiveKey => `live ${key}`;

const live: Readonly<Record<LiveKey, Probe<string>>> = Object.fromEntries(
  Object.keys(ufwSysctls).map((key) => [liveKey(key), sysctl(key)]),
);

export const paths = {
  defaults: "/etc/default/ufw",
  conf: "/etc/ufw/ufw.conf",
  user4: "/etc/ufw/user.rules",
  user6: "/etc/ufw/user6.rules",
  before4: "/etc/ufw/before.rules",
  before6: "/etc/ufw/before6.rules",
  after4: "/etc/ufw/after.rules",
  after6: "/etc/ufw/after6.rules",
  beforeInit: "/etc/ufw/before.init",
  afterInit: "/etc/ufw/after.init",
  sysctls: shared.ufwSysctls,
  /** Loads the rules for what containers publish; the drop-in has docker.service run it. */
  publishedScript: "/etc/docker/harden-published",
  publishedDropIn: "/etc/systemd/system/docker.service.d/zz-harden.conf",
} as const;

const fixed = {
  package: debianPackage(packages.ufw),
  iptablesPersistent: debianPackage("iptables-persistent"),
  netfilterPersistent: debianPackage("netfilter-persistent"),
  service: unit(units.ufw),
  boot: bootUnit(units.ufw),
  next: nextRules,
  others: bootFilesProbe,
  ...otherFirewalls,
  defaults: file(paths.defaults),
  conf: file(paths.conf),
  user4: file(paths.user4),
  user6: file(paths.user6),
  before4: file(paths.before4),
  before6: file(paths.before6),
  after4: file(paths.after4),
  after6: file(paths.after6),
  beforeInit: file(paths.beforeInit),
  afterInit: file(paths.afterInit),
  sysctls: file(paths.sysctls),
  docker: unit(units.docker),
  dockerBoot: bootUnit(units.docker),
  publishedScript: file(paths.publishedScript),
  publishedDropIn: file(paths.publishedDropIn),
  modulesDisabled: sysctl("kernel.modules_disabled"),
  /** Whether it passes packets on. */
  net: netState,
  ...kernelProbes(forwardingPaths),
  rules,
  routes,
  sockets,
};

export const firewallProbes: typeof fixed & typeof live = { ...live, ...fixed };

export type FirewallProbes = typeof firewallProbes;
export type FirewallFacts = Read<FirewallProbes>;
