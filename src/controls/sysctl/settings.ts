/** The kernel settings of this control: what they are called, what they should be, and how the kernel reads them. */

import { z } from "zod";
import type { Probes } from "../../facts/probe.ts";
import { flag } from "../../profile/types.ts";
import { references } from "../references.ts";
import type { Rule } from "../rule.ts";

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

export type Params = z.output<typeof schema>;

/**
 * How the kernel makes one value of `all` and of the interface's own.
 * Source: ip-sysctl.rst; IN_DEV_MAXCONF, ORCONF, ANDCONF and RX_REDIRECTS of linux/inetdevice.h; net/ipv6/exthdrs.c.
 * "redirects" is or on a host, and on a router.
 */
export type Combination = "max" | "min" | "or" | "and" | "redirects" | "own";

export interface Setting extends Pick<Rule<Params, Probes>, "title" | "severity" | "references"> {
  /** Also the end of the check's id. */
  readonly id: string;
  readonly why: string;
  readonly value: string;
  /** Path below /proc/sys; of a setting per interface, with `*` for its name. */
  readonly path: string;
  /** Absent for a setting of the whole host. */
  readonly combination?: Combination;
}

const numbers = (cis12: string, cis13: string) => references({ cis12, cis13, anssi: "R12" });

/** `of`: the parameter that says the value. */
export const table: readonly (Omit<Setting, "value"> & { readonly of: keyof Params })[] = [
  {
    ...{ id: "rp-filter", path: "net/ipv4/conf/*/rp_filter", combination: "max", of: "rpFilter" },
    title: "Packets from forged addresses are dropped",
    why: "A packet counts only if its answer would leave by the interface that it came in on (1), or by any (2).",
    ...{ severity: "medium", references: numbers("3.3.7", "3.3.1.12–13") },
  },
  {
    ...{ id: "accept-redirects", path: "net/ipv4/conf/*/accept_redirects", of: "acceptRedirects" },
    title: "Nobody redirects IPv4 routes",
    why: "Whether somebody on the network may change this host's routes.",
    ...{ combination: "redirects", severity: "medium", references: numbers("3.3.5", "3.3.1.8–9") },
  },
  {
    ...{ id: "accept-redirects-v6", path: "net/ipv6/conf/*/accept_redirects", of: "acceptRedirects" },
    title: "Nobody redirects IPv6 routes",
    why: "The same over IPv6.",
    ...{ combination: "own", severity: "medium", references: numbers("3.3.5", "3.3.2.3–4") },
  },
  {
    ...{ id: "accept-source-route", path: "net/ipv4/conf/*/accept_source_route", of: "acceptSourceRoute" },
    title: "No IPv4 packet chooses its way",
    why: "Whether a sender may choose the way of its packets.",
    ...{ combination: "and", severity: "medium", references: numbers("3.3.8", "3.3.1.14–15") },
  },
  {
    ...{ id: "accept-source-route-v6", path: "net/ipv6/conf/*/accept_source_route", of: "acceptSourceRoute" },
    title: "No IPv6 packet chooses its way",
    why: "The same over IPv6.",
    ...{ combination: "min", severity: "medium", references: numbers("3.3.8", "3.3.2.5–6") },
  },
  {
    ...{ id: "log-martians", path: "net/ipv4/conf/*/log_martians", combination: "or", of: "logMartians" },
    title: "Packets with impossible addresses are logged",
    why: "Packets with impossible addresses are worth a line in the log.",
    ...{ severity: "low", references: numbers("3.3.9", "3.3.1.16–17") },
  },
  {
    ...{ id: "tcp-syncookies", path: "net/ipv4/tcp_syncookies", of: "tcpSyncookies" },
    title: "Half-open connections can't fill the table",
    why: "Half-open connections can't fill the table.",
    ...{ severity: "medium", references: numbers("3.3.10", "3.3.1.18") },
  },
];

export const settingOf = ({ of, ...row }: (typeof table)[number], params: Params): Setting => ({
  ...row,
  value: String(Number(params[of])),
});

export const settings = (params: Params) => table.map((row) => settingOf(row, params));

const or = (all: number, own: number) => (all > 0 || own > 0 ? 1 : 0);
const and = (all: number, own: number) => (all > 0 && own > 0 ? 1 : 0);

const combined: Readonly<Record<Combination, (all: number, own: number, wanted: string) => number>> = {
  ...{ max: (all, own) => Math.max(all, own), min: (all, own) => Math.min(all, own) },
  ...{ or, and, own: (_all, own) => own },
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
