/** What is said of each check of sysctl. */
import type { About, Abouts } from "../about.ts";

type Left = Pick<About, "leavesOpen" | "stricter">;

const setting = (key: string, why: string, more: Left & Partial<About>): About => ({
  why,
  ...more,
  look: `sysctl -a --pattern '${key}'`,
});

const routers = { breaks: "Hosts that learn their routes this way, which servers don't." };

export const about: Abouts = {
  "rp-filter": setting(
    "\\.rp_filter$",
    "Packets with a forged sender reach services as if they came from inside.",
    {
      leavesOpen:
        "Senders of the network that a packet came from are forged as before, and IPv6 has no such setting.",
      stricter:
        "For IPv6 `ip6tables -t raw -A PREROUTING -m rpfilter --invert -j DROP`: asymmetric routes break.",
      breaks:
        "Asymmetric routes (several uplinks, some VPNs): 2 is the loose form. The plan names who is connected that way, where no rules choose among tables of routes.",
    },
  ),
  "accept-redirects": setting("ipv4.*accept_redirects", "A neighbour can lead traffic past itself.", {
    ...routers,
    leavesOpen: "A neighbour can still lead traffic past itself by forged ARP.",
    stricter:
      "Fixed entries (`ip neigh replace … nud permanent`) for the gateway: a new one has to be entered by hand.",
  }),
  "accept-redirects-v6": setting("ipv6.*accept_redirects", "A neighbour can lead traffic past itself.", {
    ...routers,
    leavesOpen:
      "A neighbour can still do so by forged router advertisements, where the host listens to these.",
    stricter:
      "`net.ipv6.conf.*.accept_ra = 0` with a fixed address and route: what learns them from its router loses IPv6.",
    by: ["acceptRedirects"],
  }),
  "accept-source-route": setting(
    "ipv4.*accept_source_route",
    "The sender chooses a way around the firewall.",
    {
      leavesOpen: "Only this host ignores such words: a router on the way may still go by them.",
      stricter: undefined,
    },
  ),
  "accept-source-route-v6": setting(
    "ipv6.*accept_source_route",
    "The sender chooses a way around the firewall.",
    {
      leavesOpen: "With 0 the kernel still takes routing headers of type 2, those of Mobile IPv6.",
      stricter: "`-m rt --rt-type 2 -j DROP` in ufw's before6.rules: Mobile IPv6 ends.",
      by: ["acceptSourceRoute"],
    },
  ),
  "log-martians": setting("log_martians", "Forged packets leave no trace.", {
    leavesOpen: "It is a line in a log, as often as the kernel's limit allows, and nobody is told.",
    stricter: "logging.forwarding, and an alarm at the collector: whoever floods the network sets it off.",
    breaks: "Bridges of containers can fill the log: off in development.",
  }),
  "tcp-syncookies": setting(
    "tcp_syncookies",
    "Half-open connections fill the table, and nobody else gets in.",
    {
      leavesOpen: "A flood of whole connections, or one that fills the line, gets through.",
      stricter:
        "A limit of connections an address (`-m connlimit`), or a provider's filter: people behind one address share it.",
    },
  ),
};
