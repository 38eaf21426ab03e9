/** What would keep dockerd from starting, or stop somebody's containers, said before anything changes. */
import { asRoot } from "../../facts/probe.ts";
import type { Finding } from "../../plan/plan.ts";
import { findingsOf } from "../findings.ts";
import { configPath } from "./probes.ts";
import { type DaemonInput, isConflict } from "./view.ts";

const { block, warn, note } = findingsOf("daemon");

export function guard({ view, params, facts }: DaemonInput): readonly Finding[] {
  const { none, unreadable, broken, engine, flags, driver } = view;
  if (none !== undefined)
    return note("none", facts.engine.state !== "absent" && `${none}, so nothing of it is set.`);
  return [
    ...block(
      "unreadable",
      unreadable !== undefined && `The engine could not be read: ${unreadable}.`,
      asRoot,
    ),
    ...warn(
      "unasked",
      engine?.unasked !== undefined &&
        `The engine could not be asked (${engine.unasked}), so nothing of it is set.`,
      "Look on the host: docker info; Debian 13 has the command in the package docker-cli.",
    ),
    // The edit itself is blocked, and says where.
    ...note("broken", broken !== undefined && "dockerd does not start with its daemon.json as it is now."),
    ...block(
      "flags",
      flags
        .filter((each) => isConflict(each, view))
        .map(
          ({ flag, where }) =>
            `${where} starts dockerd with ${flag}: with the same in ${configPath} it refuses to start.`,
        ),
      `Take the flag out there (systemctl edit docker.service, or the file), restart docker, and plan again: ${configPath} then says it.`,
    ),
    ...block(
      "elsewhere",
      flags
        .filter(({ flag, value }) => flag === "--config-file" && value !== configPath)
        .map(({ value, where }) => `${where} has dockerd read ${value}, not ${configPath}.`),
      `Move what that file says to ${configPath}, take the flag out, and plan again.`,
    ),
    ...block(
      "swarm",
      params.liveRestore &&
        !["inactive", undefined].includes(engine?.info?.swarm) &&
        "This host is part of a swarm, whose engine refuses to start with live-restore.",
      "daemon.liveRestore: false in the profile leaves it off.",
    ),
    ...note(
      "other-driver",
      driver !== "json-file" &&
        `Logs of containers go to ${driver}, as ${configPath} says: that stays, and its options.`,
    ),
  ];
}
