/** By which interfaces a host is reached: its routes, and which of its interfaces others' packets carry. */
import type { Probe } from "./probe.ts";

export interface HostRoute {
  /** CIDR, or a single address; the family's zero network of a default route. */
  readonly network: string;
  readonly links: readonly string[];
  /** An address of the host itself. */
  readonly own: boolean;
}

export interface RoutesFact {
  /** Of all tables and both families. */
  readonly routes: readonly HostRoute[];
  /** WireGuard, tun and tap, VXLAN, GRE, PPP, …, and bridges that have one of them. */
  readonly tunnels: readonly string[];
  /** Those of them that may run over TCP: tun and tap of OpenVPN, PPP of SSTP. */
  readonly overTcp: readonly string[];
  /** Rules of the host's own choose among tables of IPv4: by which route a packet leaves isn't told by routes alone. */
  readonly rules: boolean;
  /** The kernel has IPsec policies: such a tunnel needs no interface. */
  readonly ipsec: boolean;
}

/** Absent where ip(8) is; a throw where there are too many routes to look at. */
export const routes: Probe<RoutesFact> = {
  collector: "routes",
  args: [],
  parse(data) {
    const lines = data.toString("utf8").split("\n").filter(Boolean);
    if (lines.includes("cut")) throw new Error("there are more than 2000 routes");
    const words = (word: string) =>
      lines.flatMap((line) => (line.startsWith(`${word} `) ? [line.split(" ").slice(1)] : []));
    return {
      routes: words("route").map(([type, network = "", ...links]) => ({
        network,
        links,
        own: type === "local",
      })),
      tunnels: words("tunnel").map(([name = ""]) => name),
      overTcp: words("tunnel").flatMap(([name = "", over]) => (over === "tcp" ? [name] : [])),
      rules: lines.includes("rules"),
      ipsec: lines.includes("ipsec"),
    };
  },
};
