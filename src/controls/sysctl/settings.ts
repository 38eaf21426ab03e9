/** The kernel settings of this control: what they are called, what they should be, and how the kernel reads them. */
import { z } from "zod";
import type { RowHead } from "../../checks/check.ts";
import type { KernelPath } from "../../facts/sysctl.ts";
import { flag } from "../../profile/types.ts";
import { references } from "../references.ts";

export const schema = z.strictObject({
  rpFilter: z
    .literal([0, 1, 2])
    .default(1)
    .describe(
      "Reverse path filter: 1 drops packets whose answer would leave by another interface, 2 those that have no way back at all, 0 none",
    ),
  acceptRedirects: flag(
    false,
    "Let routers on the network change this host's routes (ICMP redirects, IPv4 and IPv6)",
  ),
  acceptSourceRoute: flag(false, "Accept packets whose sender chose their way (IPv4 and IPv6)"),
  tcpSyncookies: flag(true, "Answer half-open connections with cookies when the table is full"),
  logMartians: flag(true, "Log packets with impossible addresses"),
});

export type SysctlParams = z.output<typeof schema>;

/**
 * How the kernel makes one value of `all` and of the interface's own.
 * Source: ip-sysctl.rst; IN_DEV_MAXCONF, ORCONF, ANDCONF and RX_REDIRECTS of linux/inetdevice.h; net/ipv6/exthdrs.c.
 * "redirects" is or on a host, and on a router.
 */
export type Combination = "max" | "min" | "or" | "and" | "redirects" | "own";

export interface Setting extends Omit<RowHead, "look" | "role"> {
  /** Why the value is wanted: the reason of its claims. */
  readonly reason: string;
  readonly value: string;
  /** Path below /proc/sys; of a setting per interface, with `*` for its name. */
  readonly path: KernelPath;
  /** Absent for a setting of the whole host. */
  readonly combination?: Combination;
}

const numbers = (cis12: string, cis13: string) => references({ cis12, cis13, anssi: "R12" });

const routers = "Hosts that learn their routes this way, which servers don't.";

/** `of`: the parameter that says the value. */
export const table: readonly (Omit<Setting, "value"> & { readonly of: keyof SysctlParams })[] = [
  {
    id: "sysctl.rp-filter",
    title: "Packets from forged addresses are dropped",
    severity: "medium",
    references: numbers("3.3.7", "3.3.1.12–13"),
    path: "net/ipv4/conf/*/rp_filter",
    combination: "max",
    of: "rpFilter",
    reason:
      "A packet counts only if its answer would leave by the interface that it came in on (1), or by any (2).",
    why: "Packets with a forged sender reach services as if they came from inside.",
    breaks:
      "Asymmetric routes (several uplinks, some VPNs): 2 is the loose form. The plan names who is connected that way, where no rules choose among tables of routes.",
    leavesOpen:
      "Senders of the network that a packet came from are forged as before, and IPv6 has no such setting.",
    stricter:
      "For IPv6 `ip6tables -t raw -A PREROUTING -m rpfilter --invert -j DROP`: asymmetric routes break.",
  },
  {
    id: "sysctl.accept-redirects",
    title: "Nobody redirects IPv4 routes",
    severity: "medium",
    references: numbers("3.3.5", "3.3.1.8–9"),
    path: "net/ipv4/conf/*/accept_redirects",
    combination: "redirects",
    of: "acceptRedirects",
    reason: "Whether somebody on the network may change this host's routes.",
    why: "A neighbour can lead traffic past itself.",
    breaks: routers,
    leavesOpen: "A neighbour can still lead traffic past itself by forged ARP.",
    stricter:
      "Fixed entries (`ip neigh replace … nud permanent`) for the gateway: a new one has to be entered by hand.",
  },
  {
    id: "sysctl.accept-redirects-v6",
    title: "Nobody redirects IPv6 routes",
    severity: "medium",
    references: numbers("3.3.5", "3.3.2.3–4"),
    path: "net/ipv6/conf/*/accept_redirects",
    combination: "own",
    of: "acceptRedirects",
    reason: "The same over IPv6.",
    why: "A neighbour can lead traffic past itself.",
    breaks: routers,
    leavesOpen:
      "A neighbour can still do so by forged router advertisements, where the host listens to these.",
    stricter:
      "`net.ipv6.conf.*.accept_ra = 0` with a fixed address and route: what learns them from its router loses IPv6.",
    by: ["acceptRedirects"],
  },
  {
    id: "sysctl.accept-source-route",
    title: "No IPv4 packet chooses its way",
    severity: "medium",
    references: numbers("3.3.8", "3.3.1.14–15"),
    path: "net/ipv4/conf/*/accept_source_route",
    combination: "and",
    of: "acceptSourceRoute",
    reason: "Whether a sender may choose the way of its packets.",
    why: "The sender chooses a way around the firewall.",
    leavesOpen: "Only this host ignores such words: a router on the way may still go by them.",
  },
  {
    id: "sysctl.accept-source-route-v6",
    title: "No IPv6 packet chooses its way",
    severity: "medium",
    references: numbers("3.3.8", "3.3.2.5–6"),
    path: "net/ipv6/conf/*/accept_source_route",
    combination: "min",
    of: "acceptSourceRoute",
    reason: "The same over IPv6.",
    why: "The sender chooses a way around the firewall.",
    leavesOpen: "With 0 the kernel still takes routing headers of type 2, those of Mobile IPv6.",
    stricter: "`-m rt --rt-type 2 -j DROP` in ufw's before6.rules: Mobile IPv6 ends.",
    by: ["acceptSourceRoute"],
  },
  {
    id: "sysctl.log-martians",
    title: "Packets with impossible addresses are logged",
    severity: "low",
    references: numbers("3.3.9", "3.3.1.16–17"),
    criteria: ["CC7.2"],
    path: "net/ipv4/conf/*/log_martians",
    combination: "or",
    of: "logMartians",
    reason: "Packets with impossible addresses are worth a line in the log.",
    why: "Forged packets leave no trace.",
    breaks: "Bridges of containers can fill the log: off in development.",
    leavesOpen: "It is a line in a log, as often as the kernel's limit allows, and nobody is told.",
    stricter: "logging.forwarding, and an alarm at the collector: whoever floods the network sets it off.",
  },
  {
    id: "sysctl.tcp-syncookies",
    title: "Half-open connections can't fill the table",
    severity: "medium",
    references: numbers("3.3.10", "3.3.1.18"),
    criteria: ["CC6.6", "A1.1"],
    path: "net/ipv4/tcp_syncookies",
    of: "tcpSyncookies",
    reason: "Half-open connections can't fill the table.",
    why: "Half-open connections fill the table, and nobody else gets in.",
    leavesOpen: "A flood of whole connections, or one that fills the line, gets through.",
    stricter:
      "A limit of connections an address (`-m connlimit`), or a provider's filter: people behind one address share it.",
  },
];

export const settingOf = ({ of, ...row }: (typeof table)[number], params: SysctlParams): Setting => ({
  ...row,
  value: String(Number(params[of])),
});

export const settings = (params: SysctlParams) => table.map((row) => settingOf(row, params));

const or = (all: number, own: number) => (all > 0 || own > 0 ? 1 : 0);
const and = (all: number, own: number) => (all > 0 && own > 0 ? 1 : 0);

const combined: Readonly<Record<Combination, (all: number, own: number, wanted: string) => number>> = {
  max: (all, own) => Math.max(all, own),
  min: (all, own) => Math.min(all, own),
  or,
  and,
  own: (_all, own) => own,
  // Whether the host forwards isn't asked: the stricter reading holds for both.
  redirects: (all, own, wanted) => (wanted === "0" ? or : and)(all, own),
};

/** What the kernel goes by on an interface. */
export const effective = ({ combination = "own", value }: Setting, all: number, own: number) =>
  combined[combination](all, own, value);

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
