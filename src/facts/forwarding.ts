/** Which switches of the kernel have a host pass on packets of others: as a router, and as a bridge that asks netfilter. Pure. */
import { type Fact, present, type Read, unknown } from "./probe.ts";
import {
  type KernelPath,
  type KernelProbes,
  type KernelValues,
  kernelFact,
  type NetState,
} from "./sysctl.ts";

/** What this is told by. */
export const forwardingPaths = [
  ...([
    "net/ipv4/conf/*/forwarding",
    "net/ipv6/conf/all/forwarding",
    "net/ipv6/conf/*/force_forwarding",
  ] as const),
  ...(["net/bridge/bridge-nf-call-iptables", "net/bridge/bridge-nf-call-ip6tables"] as const),
  "/sys/class/net/*/bridge/nf_call_iptables",
  "/sys/class/net/*/bridge/nf_call_ip6tables",
] as const satisfies readonly KernelPath[];

export interface NetFact extends Pick<NetState, "ports"> {
  readonly values: KernelValues;
}

/** Of a host whose probes are those of `forwardingPaths`. */
export function netOf(facts: Read<KernelProbes>, state: Fact<NetState>): Fact<NetFact> {
  const values = kernelFact(facts, forwardingPaths);
  if (state.state !== "present") return state;
  return values.state === "present"
    ? present({ values: values.value, ports: state.value.ports })
    : unknown("why" in values ? values.why : "");
}

/** A switch that is on. */
export interface Passing {
  /** As sysctl(8) names it, or by its path in /sys, with its value: `net.ipv4.ip_forward = 1`. */
  readonly setting: string;
  /** Packets that are routed, or frames between ports of a bridge, which go through iptables' FORWARD, too. */
  readonly as: "router" | "bridge";
  /** The interface that packets come in by, or the bridge; undefined where that is any. */
  readonly link?: string;
}

const switches = {
  4: { all: "net.ipv4.ip_forward", own: "forwarding", frames: "iptables" },
  // The kernel asks `forwarding` for all interfaces alone, and since 6.17 `force_forwarding` for one: net/ipv6/ip6_output.c.
  6: { all: "net.ipv6.conf.all.forwarding", own: "force_forwarding", frames: "ip6tables" },
} as const;

type Family = keyof typeof switches;

const isOn = (value: string | undefined) => value !== undefined && value !== "0";

/** Undefined where the kernel's answer was not read. Where all interfaces forward, none is named. */
export function passingOn(net: NetFact, family: Family): readonly Passing[] | undefined {
  const all = net.values.get(`net/ipv${family}/conf/all/forwarding`);
  if (all === undefined) return undefined;
  const general: Passing = { setting: `${switches[family].all} = ${all}`, as: "router" };
  return [...(isOn(all) ? [general] : links(net, family)), ...bridges(net, family)];
}

/** Not those that are a bridge's: what comes in by them comes in by the bridge. */
function links({ values, ports }: NetFact, family: Family): readonly Passing[] {
  const { own } = switches[family];
  const [head, tail] = [`net/ipv${family}/conf/`, `/${own}`];
  const none = new Set(["all", "default", "lo", ...ports.map(({ port }) => port)]);
  return [...values].flatMap(([path, value]): readonly Passing[] => {
    if (!path.startsWith(head) || !path.endsWith(tail) || !isOn(value)) return [];
    const link = path.slice(head.length, -tail.length);
    const key = `net.ipv${family}.conf.${link.replaceAll(".", "/")}.${own}`;
    return none.has(link) ? [] : [{ setting: `${key} = ${value}`, as: "router", link }];
  });
}

/** Those with two ports or more, between which frames go. Source: br_nf_pre_routing of net/bridge/br_netfilter_hooks.c. */
function bridges({ values, ports }: NetFact, family: Family): readonly Passing[] {
  const { frames } = switches[family];
  const general = values.get(`net/bridge/bridge-nf-call-${frames}`);
  // Without the module br_netfilter a bridge's own switch does nothing.
  if (general === undefined) return [];
  const names = ports.map(({ bridge }) => bridge);
  return [...new Set(names)].flatMap((link): readonly Passing[] => {
    const path = `/sys/class/net/${link}/bridge/nf_call_${frames}`;
    const setting = isOn(general)
      ? `net.bridge.bridge-nf-call-${frames} = ${general}`
      : `${path} = ${values.get(path)}`;
    const asks = isOn(general) || isOn(values.get(path));
    const passes = asks && names.indexOf(link) !== names.lastIndexOf(link);
    return passes ? [{ setting, as: "bridge", link }] : [];
  });
}
