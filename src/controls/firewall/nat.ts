/** Rules of the table nat that change where a packet goes to. */
import type { Rule } from "../../facts/iptables.ts";
import { peersOf, portsOf, type Ranges, without } from "./space.ts";
import type { Family } from "./tuple.ts";

export interface NatChange {
  /** To the host itself, on another port. */
  readonly local: boolean;
  /** The new address; undefined where it stays, or is one of several. */
  readonly to: Ranges | undefined;
  /** The new port; undefined where it stays. */
  readonly ports: Ranges | undefined;
  /** For a person: `172.17.0.2:80`. */
  readonly text: string;
}

const loopback = { 4: peersOf("127.0.0.0/8")!, 6: peersOf("::1")! } as const;

/** `80`, `80-90`, `80-90/1`. */
const portRange = (text: string) => portsOf(text.replace(/\/.*/, "").replace("-", ":"));

/** Undefined where the rule changes no destination. */
export function changeOf(rule: Rule, family: Family): NatChange | undefined {
  const value = (name: string) => rule.options.find((option) => option.name === name)?.values[0];
  switch (rule.target) {
    case "REDIRECT": {
      const port = value("--to-ports") ?? value("--to-port");
      return {
        local: true,
        to: undefined,
        ports: port === undefined ? undefined : portRange(port),
        text: port ?? "",
      };
    }
    case "DNAT":
      return destination(value("--to-destination") ?? "", family);
    case "NETMAP":
      return { local: false, to: undefined, ports: undefined, text: value("--to") ?? "" };
    default:
      return undefined;
  }
}

/** `10.0.0.1`, `10.0.0.1:80`, `10.0.0.1-10.0.0.9:80-90`, `:80`, `[fd00::1]:80`, `fd00::1`. */
function destination(text: string, family: Family): NatChange {
  const pattern = family === 4 ? /^([^:]*)(?::(.+))?$/ : /^\[?([^\]]*?)(?:\]:(.+)|\]?)$/;
  const [, address = "", port] = pattern.exec(text) ?? [];
  const to = peersOf(address);
  const local = address === "" || (to !== undefined && without(to, loopback[family]).length === 0);
  return { local, to, ports: port === undefined ? undefined : portRange(port), text };
}
