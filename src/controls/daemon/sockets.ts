/** Who reaches the unix sockets of the engine and of containerd, by their modes and those of the folders above. Pure. */
import type { EngineSocket } from "../../facts/docker.ts";
import { isClosed, isOutOfReach } from "../../facts/entries.ts";
import { modeText } from "../../kinds/mode-text.ts";
import type { Part } from "../../plan/control.ts";
import { eachOf } from "../each.ts";
import { listPart, part } from "../verdict.ts";
import type { DaemonInput } from "./view.ts";

const groups = ["docker", "root"];

function opened({ name, way }: EngineSocket): Part | undefined {
  if (name.startsWith("@"))
    return part("fail", name, `${name} is an abstract socket: it has no mode, and every user reaches it`);
  const [itself] = way;
  if (itself === undefined)
    return part("error", name, `no file leads to ${name}: nothing tells who reaches it`);
  if (isOutOfReach(way, groups)) return undefined;
  // Only its access list is left.
  if (isClosed(itself, groups)) return listPart(name, modeText(itself));
  return part("fail", name, `${name} is ${modeText(itself)}`);
}

export const closedSockets = eachOf({
  expected: "root:docker 0660, or stricter",
  things: ({ view: { none, engine, unreadable } }: DaemonInput) => {
    if (none !== undefined) return none;
    const sockets = engine?.sockets;
    if (sockets === undefined)
      return { why: unreadable ?? "the sockets of dockerd and containerd could not be read" };
    return sockets.length === 0 ? "neither dockerd nor containerd listens on a unix socket" : sockets;
  },
  wrong: opened,
  right: ({ length }) => `${length} ${length === 1 ? "socket" : "sockets"} as expected`,
});
