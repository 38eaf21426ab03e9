/** A rule in one form, whether ufw wrote it or the kernel printed it: so that the two can be compared. */
import type { Option, Rule } from "../../facts/iptables.ts";
import { formatNetwork, networkOf, parseNetwork } from "../../profile/network.ts";
import type { Family } from "./tuple.ts";

/** protocols(5): iptables-save prints some by number, and which ones depends on its version. */
const protocols: Readonly<Record<string, string>> = {
  "0": "all",
  "1": "icmp",
  "2": "igmp",
  "4": "ipencap",
  "6": "tcp",
  "17": "udp",
  "41": "ipv6",

  "47": "gre",
  "50": "esp",
  "51": "ah",
  "58": "ipv6-icmp",
  "88": "eigrp",
  "89": "ospf",
  "103": "pim",
  "112": "vrrp",
  "132": "sctp",
  "136": "udplite",
  icmpv6: "ipv6-icmp",
  "ipv6-crypt": "esp",
  "ipv6-auth": "ah",
};

/** By name or number, any case, as {@link normalRule} has it. */
export const protocolName = (protocol: string) => protocols[protocol.toLowerCase()] ?? protocol.toLowerCase();

const long: Readonly<Record<string, string>> = {
  "--source": "-s",
  "--src": "-s",
  "--destination": "-d",
  "--dst": "-d",
  "--protocol": "-p",
  "--proto": "-p",
  "--in-interface": "-i",
  "--out-interface": "-o",
  "--jump": "-j",
  "--goto": "-g",
  "--destination-port": "--dport",
  "--source-port": "--sport",
  "--match": "-m",
  "--destination-ports": "--dports",
  "--source-ports": "--sports",
};

/** Options that iptables-save adds though nobody wrote them, as `NAME VALUE`. */
const implied: ReadonlySet<string> = new Set([
  ...["--limit-burst 5", "--log-level 4", "--log-level warning", "--name DEFAULT", "--rsource "],
  ...["--mask 255.255.255.255", "--mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ...["--reject-with icmp-port-unreachable", "--reject-with icmp6-port-unreachable"],
]);

/** iptables(8) and ip6tables(8), `-p icmp -h`: the names that ufw's files have; the kernel's are numbers. */
const icmpTypes: Readonly<Record<Family, Readonly<Record<string, string>>>> = {
  4: {
    "echo-reply": "0",
    "destination-unreachable": "3",
    "source-quench": "4",
    redirect: "5",
    "echo-request": "8",
    "time-exceeded": "11",
    "parameter-problem": "12",
  },
  6: {
    "destination-unreachable": "1",
    "packet-too-big": "2",
    "time-exceeded": "3",
    "parameter-problem": "4",

    "echo-request": "128",
    "echo-reply": "129",
    "router-solicitation": "133",
    "router-advertisement": "134",
    "neighbor-solicitation": "135",
    "neighbour-solicitation": "135",
    "neighbor-advertisement": "136",
    "neighbour-advertisement": "136",
    redirect: "137",
  },
};

const units: readonly [RegExp, string][] = [
  [/\/s(ec(ond)?)?$/, "/sec"],
  [/\/m(in(ute)?)?$/, "/min"],
  [/\/h(our)?$/, "/hour"],
  [/\/d(ay)?$/, "/day"],
];

/** `255.255.0.0` -> 16; undefined for what is no such mask. */
function prefixOf(mask: string): number | undefined {
  const bits = mask.split(".").map((part) => Number(part).toString(2).padStart(8, "0"));
  const text = bits.join("");
  return bits.length === 4 && /^1*0*$/.test(text) ? text.replace(/0/g, "").length : undefined;
}

/** `10.0.0.1` -> `10.0.0.1/32`; undefined for all addresses. */
export function normalAddress(text: string): string | undefined {
  const [address = "", mask = ""] = text.split("/");
  const prefix = mask.includes(".") ? prefixOf(mask) : undefined;
  const network = parseNetwork(prefix === undefined ? text : `${address}/${prefix}`);
  if (network === undefined) return text;
  return network.prefix === 0 ? undefined : formatNetwork(networkOf(network));
}

function normalValue(name: string, values: readonly string[], family: Family): string | undefined {
  const [value = ""] = values;
  switch (name) {
    case "-s":
    case "-d":
      return normalAddress(value);
    case "-p": {
      const protocol = protocolName(value);
      return protocol === "all" ? undefined : protocol === "icmp" && family === 6 ? "ipv6-icmp" : protocol;
    }
    case "--ctstate":
    case "--state":
      return value.split(",").sort().join(",");
    case "--icmp-type":
    case "--icmpv6-type":
      return icmpTypes[family][value] ?? value;
    case "--limit":
      return units.reduce((text, [pattern, unit]) => text.replace(pattern, unit), value);
    default:
      return values.join(" ");
  }
}

/** An option in its one spelling; undefined where it says nothing. */
function normalOption(option: Option, family: Family): Option | undefined {
  const name = long[option.name] ?? option.name;
  if (name === "-m") return undefined;
  // What says nothing says never when it is turned round.
  const value =
    normalValue(name, option.values, family) ?? (option.not ? option.values.join(" ") : undefined);
  if (value === undefined || implied.has(`${name} ${value}`)) return undefined;
  return { name, not: option.not, values: value === "" ? [] : [value] };
}

/** The rule's options in their one spelling, without those that say nothing. */
export const normalOptions = ({ options }: Rule, family: Family): readonly Option[] =>
  options.flatMap((option) => normalOption(option, family) ?? []);

/** Equal for two rules exactly if they do the same. The order of the options doesn't count. */
export const normalRule = (rule: Rule, family: Family): string => textOf(normalOptions(rule, family));

export const textOf = (options: readonly Option[]): string =>
  options
    .map(({ name, not, values }) => `${not ? "! " : ""}${[name, ...values].join(" ")}`)
    .sort()
    .join(" ");
