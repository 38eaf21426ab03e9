/** Files with rights of their own, and what others than root can write to, as the packages of each release bring them. */
import type { HostFacts } from "../../facts/host.ts";
import rights from "./rights.json" with { type: "json" };

type Kind = "setuid" | "capability" | "writable";

const lists: Readonly<Record<string, Readonly<Record<Kind, readonly string[]>>>> = rights;

/** Whether a program has at most the rights of the other one; `entry`: the path, mode, owner and group. */
function isWithin(
  [path = "", mode = "", owner, group]: readonly string[],
  listed: readonly string[],
): boolean {
  const [is, most] = [Number.parseInt(mode, 8), Number.parseInt(listed[1] ?? "", 8)];
  const isSame = path === listed[0] && owner === listed[2] && (group === listed[3] || (is & 0o2000) === 0);
  return isSame && (is & ~most) === 0;
}

/**
 * `entry`: the path, then mode, owner and group, or the bytes of the capability. Another release has the lists of all; the
 * lists are those of amd64. Of a setuid program fewer rights are pristine, too.
 */
export function isPristine(kind: Kind, entry: readonly string[], { codename }: Pick<HostFacts, "codename">) {
  const text = entry.join(" ").replace(/\/[a-z0-9_]+-linux-gnu[a-z0-9]*\//, "/x86_64-linux-gnu/");
  const own = lists[codename];
  const listed = (own === undefined ? Object.values(lists) : [own]).flatMap((list) => list[kind]);
  if (listed.includes(text)) return true;
  return kind === "setuid" && listed.some((each) => isWithin(text.split(" "), each.split(" ")));
}
