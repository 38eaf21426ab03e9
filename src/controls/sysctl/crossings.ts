/** Connections whose answers leave by another interface than the one with the address that they have come to. */
import type { Finding } from "../../checks/finding.ts";
import { findingsOf } from "../../checks/finding.ts";
import { netOf, passingOn } from "../../facts/forwarding.ts";
import { valueOr } from "../../facts/probe.ts";
import type { RoutesFact } from "../../facts/routes.ts";
import { outgoingLinks } from "../firewall/links.ts";
import { peersOf } from "../firewall/space.ts";
import { effective, pathOf, settings } from "./settings.ts";
import { ownOf, type SysctlInput } from "./state.ts";

const say = findingsOf("sysctl", {
  "caller-crosses": [
    "block",
    "Answers to the planned login leave by another interface, and a strict rp_filter would cut it off",
  ],
  "peers-cross": [
    "warn",
    "Answers to peers leave by another interface, and a strict rp_filter would cut them off",
  ],
});

export const findings = say.records;

export function crossings(input: SysctlInput): readonly Finding[] {
  const { facts, access } = input;
  const routes = valueOr(facts.routes, undefined);
  const connected = valueOr(facts.sockets, undefined)?.connected ?? [];
  // Which of the tables is asked, rules tell, and these aren't read.
  const strict = routes === undefined || routes.rules ? [] : strictLinks(input);
  if (routes === undefined || strict.length === 0) return [];
  const linkTo = outgoingLinks(routes);
  const mayRoute = routers(input);
  const crossing = connected.flatMap(({ peer, local, port }) => {
    const at = linkOf(local, routes);
    const back = peer.includes(":") ? undefined : linkTo(peersOf(peer) ?? []);
    if (at === undefined || back === undefined || at === back || !strict.includes(at)) return [];
    const isLogin = peer === access.caller && access.now.ports.includes(port);
    // By which interface it came in isn't known: for a router, or by a tunnel, it may be the one where answers leave.
    const isSure = !mayRoute(back) && !routes.tunnels.includes(at);
    return [
      { blocks: isLogin && isSure, text: `${peer} comes to ${local} on ${at}, and answers leave by ${back}` },
    ];
  });
  const told = (those: boolean) =>
    [...new Set(crossing.filter(({ blocks }) => blocks === those).map(({ text }) => text))].join("; ");
  const [caller, others] = [told(true), told(false)];
  const drops = "rp_filter = 1 drops what comes in by another interface than answers leave by";
  const hint =
    "Set rpFilter: 2 in the profile's section sysctl, or have answers leave where the questions come in (ip route).";
  return [
    ...say("caller-crosses", caller !== "" && `You would be cut off: ${drops}. ${caller}.`, hint),
    ...say(
      "peers-cross",
      others !== "" && `Open connections may hang, and could not be made again: ${drops}. ${others}.`,
      hint,
    ),
  ];
}

/** Interfaces that aren't strict yet, and will be. */
const strictLinks = ({ params, view: { values } }: SysctlInput): readonly string[] =>
  settings(params).flatMap((setting) => {
    if (!setting.path.endsWith("/rp_filter") || setting.value !== "1") return [];
    const now = (name: string) => Number(values.get(pathOf(setting, name)));
    return ownOf(setting, values).filter((name) => effective(setting, now("all"), now(name)) !== 1);
  });

/** Whether the host may pass on, as a router, what comes in by an interface. */
function routers({ facts }: SysctlInput): (link: string) => boolean {
  const net = valueOr(netOf(facts, facts.net), undefined);
  const passing = net && passingOn(net, 4)?.filter(({ as }) => as === "router");
  return (name) => passing?.some(({ link }) => link === undefined || link === name) ?? true;
}

/** The one with that address of the host's own; none that carries nothing of others. */
function linkOf(address: string, { routes }: RoutesFact): string | undefined {
  const links = routes.flatMap(({ network, own, links }) => (own && network === address ? links : []));
  return links.length === 1 ? links.find((link) => !/^(lo$|dummy)/.test(link)) : undefined;
}
