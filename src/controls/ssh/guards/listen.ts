/** Where sshd listens, and where its files would have it listen: a reload makes everything count that it has not read. */
import { type Finding, findingsOf } from "../../../checks/finding.ts";
import { portsIn } from "../../../facts/files.ts";
import { valueOr } from "../../../facts/probe.ts";
import type { SshInput } from "../view.ts";
import type { Context, Guard } from "./context.ts";

const say = findingsOf("ssh", {
  "listen-unknown": ["warn", "Where sshd listens now could not be read"],
  listen: ["block", "The next reload of sshd would leave an address that it listens on now"],
  "listen-socket": ["block", "The next restart of ssh.socket would leave a port that sshd listens on now"],
});

export const findings = say.records;

interface Place {
  readonly address: string;
  readonly port: number;
}

export const placeText = ({ address, port }: Place) =>
  `${address.includes(":") ? `[${address}]` : address}:${port}`;

/** `[::]:22` or `0.0.0.0:22`, as `sshd -T` prints it. */
function placeOf(endpoint: string): Place {
  const at = endpoint.lastIndexOf(":");
  return { address: endpoint.slice(0, at).replace(/^\[|\]$/g, ""), port: Number(endpoint.slice(at + 1)) };
}

/** The same address, or all of its family. */
const covers = (by: Place, { address, port }: Place) =>
  by.port === port && (by.address === address || by.address === (address.includes(":") ? "::" : "0.0.0.0"));

export const listenGuard: Guard = (context) => {
  const { sshdSockets, socket } = context.input.facts;
  if (sshdSockets.state === "unknown")
    return say(
      "listen-unknown",
      `Where sshd listens now could not be read: ${sshdSockets.why}.`,
      "See for yourself that its files name the address by which you come in (ss -Hltnp | grep sshd; sshd -T).",
    );
  const now = valueOr(sshdSockets, []);
  const bySocket = valueOr(socket, undefined);
  return bySocket?.active === true ? bySystemd(context.input, now, bySocket.listen) : byItself(context, now);
};

function byItself({ effective }: Context, now: readonly Place[]): readonly Finding[] {
  const files = (effective.global.get("listenaddress") ?? []).map(placeOf);
  const lost = now.filter((place) => !files.some((by) => covers(by, place)));
  if (lost.length === 0) return [];
  return say(
    "listen",
    `sshd listens on ${lost.map(placeText).join(" and ")}, and its files, which it has not read as they are now, say ${files.map(placeText).join(" and ")}: its next reload would shut that way in, and so would a rollback.`,
    "Take that out of sshd's files, or let sshd read them first (systemctl reload ssh) and come in by where it listens then.",
  );
}

/** sshd has from systemd where it listens, and keeps that until one of them is started anew: a change and its undo do that. */
function bySystemd(
  { facts }: SshInput,
  now: readonly Place[],
  listen: readonly string[],
): readonly Finding[] {
  const ports = portsIn(listen);
  const lost = now.filter(({ port }) => !ports.includes(port));
  const isStale = valueOr(facts.start, undefined)?.socket?.stale === true;
  if (lost.length === 0 && !isStale) return [];
  const said = isStale
    ? "its files were changed since systemd read them"
    : `it is to listen on ${listen.join(" and ")}`;
  return say(
    "listen-socket",
    `sshd listens on ${now.map(placeText).join(" and ")} by ssh.socket, and ${said}: the next restart of one of them would shut that way in, and so would a rollback.`,
    "Let it count first (systemctl daemon-reload; systemctl stop ssh.service; systemctl restart ssh.socket) and come in by where it listens then, or take that out of the socket's files.",
  );
}
