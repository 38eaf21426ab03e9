/** The kernel settings of this control: what they are called, what they should be, and how the kernel reads them. */

export interface Params {
  readonly rpFilter: 0 | 1 | 2;
  readonly acceptRedirects: boolean;
  readonly acceptSourceRoute: boolean;
  readonly tcpSyncookies: boolean;
  readonly logMartians: boolean;
}

/**
 * How the kernel makes one value of `all` and of the interface's own.
 * Source: ip-sysctl.rst; IN_DEV_MAXCONF, ORCONF, ANDCONF and RX_REDIRECTS of linux/inetdevice.h; net/ipv6/exthdrs.c.
 * "redirects" is or on a host, and on a router.
 */
export type Combination = "max" | "min" | "or" | "and" | "redirects" | "own";

export interface Setting {
  /** Also the end of the check's id. */
  readonly id: string;
  readonly why: string;
  readonly value: string;
  /** Path below /proc/sys; of a setting per interface, with `*` for its name. */
  readonly path: string;
  /** Absent for a setting of the whole host. */
  readonly combination?: Combination;
}

export function settings(params: Params): readonly Setting[] {
  const flag = (on: boolean) => (on ? "1" : "0");
  return [
    {
      id: "rp-filter",
      why: "A packet counts only if its answer would leave by the interface that it came in on (1), or by any (2).",
      value: String(params.rpFilter),
      path: "net/ipv4/conf/*/rp_filter",
      combination: "max",
    },
    {
      id: "accept-redirects",
      why: "Whether somebody on the network may change this host's routes.",
      value: flag(params.acceptRedirects),
      path: "net/ipv4/conf/*/accept_redirects",
      combination: "redirects",
    },
    {
      id: "accept-redirects-v6",
      why: "The same over IPv6.",
      value: flag(params.acceptRedirects),
      path: "net/ipv6/conf/*/accept_redirects",
      combination: "own",
    },
    {
      id: "accept-source-route",
      why: "Whether a sender may choose the way of its packets.",
      value: flag(params.acceptSourceRoute),
      path: "net/ipv4/conf/*/accept_source_route",
      combination: "and",
    },
    {
      id: "accept-source-route-v6",
      why: "The same over IPv6.",
      value: flag(params.acceptSourceRoute),
      path: "net/ipv6/conf/*/accept_source_route",
      combination: "min",
    },
    {
      id: "log-martians",
      why: "Packets with impossible addresses are worth a line in the log.",
      value: flag(params.logMartians),
      path: "net/ipv4/conf/*/log_martians",
      combination: "or",
    },
    {
      id: "tcp-syncookies",
      why: "Half-open connections can't fill the table.",
      value: flag(params.tcpSyncookies),
      path: "net/ipv4/tcp_syncookies",
    },
  ];
}

/** What the kernel goes by on an interface. */
export function effective({ combination, value }: Setting, all: number, own: number): number {
  const or = all > 0 || own > 0 ? 1 : 0;
  const and = all > 0 && own > 0 ? 1 : 0;
  switch (combination) {
    case "max":
      return Math.max(all, own);
    case "min":
      return Math.min(all, own);
    case "or":
      return or;
    case "and":
      return and;
    // Whether the host forwards isn't asked: the stricter reading holds for both.
    case "redirects":
      return value === "0" ? or : and;
    default:
      return own;
  }
}

export const pathOf = ({ path }: Setting, name: string) => path.replace("*", name);

/** The dotted form of sysctl(8): dots of an interface's name become slashes. */
export const dotted = (path: string) =>
  path
    .split("/")
    .map((part) => part.replaceAll(".", "/"))
    .join(".");

/** The path below /proc/sys of a key in either form; source: sysctl_normalize of systemd, and sysctl.d(5). */
export function slashed(key: string): string {
  const separator = /[./]/.exec(key)?.[0];
  if (separator !== ".") return key;
  return key.replace(/[./]/g, (char) => (char === "." ? "/" : "."));
}

/**
 * Interfaces that container and virtual machine managers make and set up as they need them. New ones get the values
 * of `default`; what their manager sets then is not undone again and again.
 */
const managed =
  /^(veth|docker0$|docker_gwbridge$|br-[0-9a-f]{12}$|podman|cali|cni|flannel|cilium_|lxc|lxdbr|incusbr|vnet|virbr|fwbr|fwpr|fwln|tunl0$|kube-|nodelocaldns$)/;

export const isManaged = (name: string) => managed.test(name);
