/** Where sshd listens, and where its files would have it listen: a reload makes everything count that it has not read. */
import { findingsOf } from "../../../checks/finding.ts";
import { valueOr } from "../../../facts/probe.ts";
import type { Guard } from "./context.ts";

const say = findingsOf("ssh", {
  "listen-unknown": ["warn", "Where sshd listens now could not be read"],
  listen: ["block", "The next reload of sshd would leave an address that it listens on now"],
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

/** Only of an sshd that listens of itself. */
export const listenGuard: Guard = ({ input, effective }) => {
  const { sshdSockets, socket } = input.facts;
  if (sshdSockets.state === "unknown")
    return say(
      "listen-unknown",
      `Where sshd listens now could not be read: ${sshdSockets.why}.`,
      "See for yourself that its files name the address by which you come in (ss -Hltnp | grep sshd; sshd -T).",
    );
  const now = valueOr(sshdSockets, []);
  const files = (effective.global.get("listenaddress") ?? []).map(placeOf);
  const lost = now.filter((place) => !files.some((by) => covers(by, place)));
  if (lost.length === 0 || valueOr(socket, undefined)?.active === true) return [];
  return say(
    "listen",
    `sshd listens on ${lost.map(placeText).join(" and ")}, and its files, which it has not read as they are now, say ${files.map(placeText).join(" and ")}: its next reload would shut that way in, and so would a rollback.`,
    "Take that out of sshd's files, or let sshd read them first (systemctl reload ssh) and come in by where it listens then.",
  );
};
