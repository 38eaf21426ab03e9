/** What would keep dockerd from starting, or stop somebody's containers, said before anything changes. */
import type { Finding } from "../../checks/finding.ts";
import { findingsOf } from "../../checks/finding.ts";
import { hintOfWhy } from "../../facts/probe.ts";
import { configPath } from "./probes.ts";
import { type DaemonInput, isConflict } from "./view.ts";

const say = findingsOf("daemon", {
  none: ["note", "There is no engine here that harden sets anything of"],
  unreadable: ["block", "The engine could not be read"],
  unasked: ["warn", "The engine could not be asked, so that nothing of it is set"],
  broken: ["note", "dockerd does not start with its daemon.json as it is"],
  flags: [
    "block",
    "dockerd's command line says what daemon.json would say as well, and it starts with one of them alone",
  ],
  elsewhere: ["block", "dockerd reads another file than daemon.json"],
  swarm: ["block", "The engine is part of a swarm, which live-restore can't be with"],
  "other-driver": ["note", "Containers log by another driver, which stays"],
});

export const findings = say.records;

export function guard({ view, params, facts }: DaemonInput): readonly Finding[] {
  const { none, unreadable, broken, engine, flags, elsewhere, driver } = view;
  if (none !== undefined)
    return say("none", facts.engine.state !== "absent" && `${none}, so nothing of it is set.`);
  return [
    ...say(
      "unreadable",
      unreadable !== undefined && `The engine could not be read: ${unreadable}.`,
      hintOfWhy(unreadable),
    ),
    ...say(
      "unasked",
      engine?.unasked !== undefined &&
        `The engine could not be asked (${engine.unasked}), so nothing of it is set.`,
      "Look on the host: docker info; Debian 13 has the command in the package docker-cli.",
    ),
    // The edit itself is blocked, and says where.
    ...say("broken", broken !== undefined && "dockerd does not start with its daemon.json as it is now."),
    ...say(
      "flags",
      flags
        .filter((each) => isConflict(each, view))
        .map(
          ({ flag, where }) =>
            `${where} starts dockerd with ${flag}: with the same in ${configPath} it refuses to start.`,
        ),
      `Take the flag out there (systemctl edit docker.service, or the file), restart docker, and plan again: ${configPath} then says it.`,
    ),
    ...say(
      "elsewhere",
      elsewhere.map(({ value, where }) => `${where} has dockerd read ${value}, not ${configPath}.`),
      `Move what that file says to ${configPath}, take the flag out, and plan again.`,
    ),
    ...say(
      "swarm",
      params.liveRestore &&
        !["inactive", undefined].includes(engine?.info?.swarm) &&
        "This host is part of a swarm, whose engine refuses to start with live-restore.",
      "daemon.liveRestore: false in the profile leaves it off.",
    ),
    ...say(
      "other-driver",
      driver !== "json-file" &&
        `Logs of containers go to ${driver}, as ${configPath} says: that stays, and its options.`,
    ),
  ];
}
