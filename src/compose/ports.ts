/** Published ports, in compose's short and long spelling. Pure. */
import { get, type Node, type Origin, textOf, writtenOf } from "./tree.ts";

export interface Port {
  readonly at: Origin;
  /** As it may be shown. */
  readonly written: string;
  /** Of the host; empty: all of them. */
  readonly address: string;
  /** On the host: a port, a range, or empty for one that the engine chooses. */
  readonly published: string;
  /** In the container: a port or a range. */
  readonly target: string;
  /** Such as tcp. */
  readonly protocol: string;
}

/** Undefined where it is no port. */
export function parsePort(node: Node): Port | undefined {
  if (node.kind === "map") {
    const target = textOf(get(node, "target"));
    if (target === undefined) return undefined;
    const address = textOf(get(node, "host_ip")) ?? "";
    const published = textOf(get(node, "published")) ?? "";
    const parts = ["host_ip", "published", "target"].flatMap((key) => writtenOf(get(node, key)) ?? []);
    const protocol = textOf(get(node, "protocol")) ?? "tcp";
    return { at: node.at, written: parts.join(":"), address, published, target, protocol };
  }
  const text = textOf(node);
  if (text === undefined || node.kind !== "value") return undefined;
  const [, whole = "", protocol = "tcp"] = /^(.*?)(?:\/(\w+))?$/.exec(text) ?? [];
  const [, address = "", rest = ""] = /^(?:(\[[^\]]*\]|[^:]*(?=:[^:]*:)):)?(.*)$/.exec(whole) ?? [];
  const cut = rest.lastIndexOf(":");
  const bare = address.replace(/^\[|\]$/g, "");
  const [published, target] = cut < 0 ? ["", rest] : [rest.slice(0, cut), rest.slice(cut + 1)];
  return { at: node.at, written: node.written, address: bare, published, target, protocol };
}

const everywhere = ["", "0.0.0.0", "::"];
const near =
  /^(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|169\.254\.|::1$|f[cd]|fe80:)/i;

/** From where somebody comes to what is published; `as planned`: from where a rule of the profile lets in. */
export type PortReach = "anywhere" | "these networks" | "as planned" | "this host" | "not known";

/** By the host's address alone. */
export function reachOf({ address }: Pick<Port, "address">): PortReach {
  if (everywhere.includes(address)) return "anywhere";
  if (address.includes("$")) return "not known";
  if (/^127\.|^::1$|^localhost$/.test(address)) return "this host";
  return near.test(address) ? "these networks" : "anywhere";
}

/** The lowest port of one or of a range; undefined where it is not known. */
export function lowest(ports: string): number | undefined {
  const [, first] = /^(\d+)(?:-\d+)?$/.exec(ports) ?? [];
  return first === undefined ? undefined : Number(first);
}
