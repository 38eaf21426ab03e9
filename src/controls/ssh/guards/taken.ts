/** A port that somebody else listens on: sshd ends at once where it can bind none of its addresses (sshd(8), SIGHUP). */
import { valueOr } from "../../../facts/probe.ts";
import type { Listener } from "../../../facts/sockets.ts";
import { block, type Guard } from "./context.ts";
import { placeText } from "./listen.ts";

const holder = ({ process, pid }: Listener) =>
  process === undefined ? "a process that could not be named" : `${process} (pid ${pid})`;

const together = (texts: readonly string[]) => [...new Set(texts)].join(" and ");

/** Only of ports that sshd is to get: those that it has are its own. */
export const takenGuard: Guard = ({ input, effective }) => {
  const { now, planned } = input.access;
  const wanted = planned.ports.filter((port) => !now.ports.includes(port));
  const sshd = effective.process?.pid;
  const held = (valueOr(input.facts.sockets, undefined)?.listeners ?? []).filter(
    ({ protocol, port, pid }) =>
      protocol === "tcp" && wanted.includes(port) && (pid === undefined || pid !== sshd),
  );
  if (held.length === 0) return [];
  return [
    block("port-taken", {
      message: `${together(held.map(holder))} listens on ${together(held.map(placeText))}: sshd could not, and its reload would end it.`,
      hint: "Choose another ssh.port, or stop what listens there and plan again.",
    }),
  ];
};
