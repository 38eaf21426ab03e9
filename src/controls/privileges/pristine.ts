/** Files with rights of their own, and what others than root can write to, as the packages of each release bring them. */
import type { HostFacts } from "../../facts/host.ts";
import rights from "./rights.json" with { type: "json" };

type Kind = "setuid" | "capability" | "writable";

const lists: Readonly<Record<string, Readonly<Record<Kind, readonly string[]>>>> = rights;

/**
 * `entry`: the path, then mode, owner and group, or the bytes of the capability. Another release has the lists of all; the
 * lists are those of amd64.
 */
export function isPristine(kind: Kind, entry: readonly string[], { codename }: Pick<HostFacts, "codename">) {
  const text = entry.join(" ").replace(/\/[a-z0-9_]+-linux-gnu[a-z0-9]*\//, "/x86_64-linux-gnu/");
  const own = lists[codename];
  return (own === undefined ? Object.values(lists) : [own]).some((list) => list[kind].includes(text));
}
