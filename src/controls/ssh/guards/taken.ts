/** A port that somebody else listens on: sshd ends at once where it can bind none of its addresses (sshd(8), SIGHUP). */
import { findingsOf } from "../../../checks/finding.ts";
import { valueOr } from "../../../facts/probe.ts";
import type { Guard } from "./context.ts";
import { placeText } from "./listen.ts";

const say = findingsOf("ssh", {
  "port-unprivileged": ["warn", "Any user of the host could listen on sshd's port whenever sshd does not"],
  "port-unknown": ["warn", "Whether something else listens on a port of the profile's could not be read"],
  "port-taken": ["block", "Something else listens on a port of the profile's"],
});

export const findings = say.records;

const privileged = 1024;

/** While a run reloads sshd the host keeps its ports (`kinds/service/listener.sh`): nobody does so at other times. */
export const unprivilegedGuard: Guard = ({ input }) => {
  const ports = input.access.planned.ports.filter((port) => port >= privileged);
  if (ports.length === 0) return [];
  return say(
    "port-unprivileged",
    `Any user of the host can listen on port ${ports.join(" or ")} whenever sshd does not, such as before its start at a boot: sshd could not, and nobody could log in.`,
    `Choose an ssh.port below ${privileged}, which only root can take.`,
  );
};

/** Only of ports that sshd is to get: those that it has are its own. */
export const takenGuard: Guard = ({ input }) => {
  const { now, planned } = input.access;
  const { sshdSockets, portTaken } = input.facts;
  const wanted = planned.ports.filter((port) => !now.ports.includes(port));
  if (wanted.length === 0) return [];
  if (portTaken.state === "unknown")
    return say(
      "port-unknown",
      `Whether something else listens on port ${wanted.join(" or ")} could not be read: ${portTaken.why}.`,
      `Look there: ss -Hltn 'sport = :${wanted[0]}'.`,
    );
  const own = valueOr(sshdSockets, []).map(placeText);
  const held = valueOr(portTaken, []).filter(
    (place) => wanted.includes(place.port) && !own.includes(placeText(place)),
  );
  if (held.length === 0) return [];
  const places = [...new Set(held.map(placeText))];
  return say(
    "port-taken",
    `Something else listens on ${places.join(" and ")}: sshd could not, and its reload would end it.`,
    `Choose another ssh.port, or stop what listens there and plan again. It is named by: ss -Hltnp 'sport = :${wanted[0]}'.`,
  );
};
