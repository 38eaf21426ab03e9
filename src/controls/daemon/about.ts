/** What is said of each check of daemon. */
import type { Abouts } from "../about.ts";

const recreate = "Containers keep the options that they were made with, until they are made anew.";

export const about: Abouts = {
  "log-opts": {
    why: "json-file has no bound by itself: one container that talks too much fills the disk, and with it every other one and the host.",
    breaks: `Older messages are gone once the last file is full. ${recreate}`,
    by: ["logMaxSize", "logMaxFile"],
    look: "cat /etc/docker/daemon.json; docker inspect --format '{{json .HostConfig.LogConfig}}' CONTAINER",
  },
  "live-restore": {
    why: "Each restart of the engine, an upgrade's too, stops every container.",
    breaks: "An engine that is part of a swarm refuses to start with it.",
    look: "docker info --format '{{.LiveRestoreEnabled}}'",
  },
  "no-new-privileges": {
    why: "Whoever breaks into a container becomes root in it by any setuid file of its image.",
    breaks: `An image that needs sudo or su inside: security_opt no-new-privileges:false in its compose file leaves that container out. ${recreate}`,
    look: "docker info --format '{{.SecurityOptions}}'; docker exec CONTAINER grep NoNewPrivs /proc/1/status",
  },
  "container-logs": {
    why: "The options of daemon.json are for containers that are made from then on; an older one still fills the disk.",
    by: ["logMaxSize", "logMaxFile"],
    look: "docker inspect --format '{{.Name}} {{json .HostConfig.LogConfig}}' $(docker ps -q)",
  },
  socket: {
    why: "Whoever reaches the socket is root on the host: a container can be given the whole disk.",
    by: [],
    look: "stat -c '%a %U:%G' /run/docker.sock; getent group docker",
  },
  tcp: {
    why: "Whoever reaches an open port of the engine is root on the host, without a password.",
    by: [],
    look: "ss -tlnp | grep dockerd; docker info 2>&1 | grep -i tls",
  },
};
