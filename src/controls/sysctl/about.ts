/** What is said of each check of sysctl. */
import type { About, Abouts } from "../about.ts";

const setting = (key: string, why: string, more: Partial<About> = {}): About => ({
  why,
  ...more,
  look: `sysctl -a --pattern '${key}'`,
});

const routers = { breaks: "Hosts that learn their routes this way, which servers don't." };

export const about: Abouts = {
  "rp-filter": setting(
    "\\.rp_filter$",
    "Packets with a forged sender reach services as if they came from inside.",
    { breaks: "Asymmetric routes (several uplinks, some VPNs): 2 is the loose form." },
  ),
  "accept-redirects": setting("ipv4.*accept_redirects", "A neighbour can lead traffic past itself.", routers),
  "accept-redirects-v6": setting("ipv6.*accept_redirects", "A neighbour can lead traffic past itself.", {
    ...routers,
    by: ["acceptRedirects"],
  }),
  "accept-source-route": setting(
    "ipv4.*accept_source_route",
    "The sender chooses a way around the firewall.",
  ),
  "accept-source-route-v6": setting(
    "ipv6.*accept_source_route",
    "The sender chooses a way around the firewall.",
    { by: ["acceptSourceRoute"] },
  ),
  "log-martians": setting("log_martians", "Forged packets leave no trace.", {
    breaks: "Bridges of containers can fill the log: off in development.",
  }),
  "tcp-syncookies": setting(
    "tcp_syncookies",
    "Half-open connections fill the table, and nobody else gets in.",
  ),
};
