/** Where sshd listens, and where its files would have it listen: a reload makes everything count that it has not read. */
import { valueOr } from "../../../facts/probe.ts";
import { block, finding, type Guard } from "./context.ts";

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
    return [
      finding("warn", "listen-unknown", {
        message: `Where sshd listens now could not be read: ${sshdSockets.why}.`,
        hint: "See for yourself that its files name the address by which you come in (ss -Hltnp | grep sshd; sshd -T).",
      }),
    ];
  const now = valueOr(sshdSockets, []);
  const files = (effective.global.get("listenaddress") ?? []).map(placeOf);
  const lost = now.filter((place) => !files.some((by) => covers(by, place)));
  if (lost.length === 0 || valueOr(socket, undefined)?.active === true) return [];
  return [
    block("listen", {
      message: `sshd listens on ${lost.map(placeText).join(" and ")}, and its files, which it has not read as they are now, say ${files.map(placeText).join(" and ")}: its next reload would shut that way in, and so would a rollback.`,
      hint: "Take that out of sshd's files, or let sshd read them first (systemctl reload ssh) and come in by where it listens then.",
    }),
  ];
};
