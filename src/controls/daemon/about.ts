/** What is said of each check of daemon. */
import { type Abouts, logsElsewhere, rootless } from "../about.ts";

const recreate = "Containers keep the options that they were made with, until they are made anew.";

export const about: Abouts = {
  "log-opts": {
    why: "json-file has no bound by itself: one container that talks too much fills the disk, and with it every other one and the host.",
    breaks: `Older messages are gone once the last file is full. ${recreate}`,
    by: ["logMaxSize", "logMaxFile"],
    leavesOpen:
      "Whoever makes noise pushes older lines out, and a container with a `logging:` of its own keeps to that.",
    stricter: logsElsewhere,
    look: "cat /etc/docker/daemon.json; docker inspect --format '{{json .HostConfig.LogConfig}}' CONTAINER",
  },
  "live-restore": {
    why: "Each restart of the engine, an upgrade's too, stops every container.",
    breaks: "An engine that is part of a swarm refuses to start with it.",
    leavesOpen:
      "A restart of the host, or an upgrade over several releases of the engine, still stops them all.",
    stricter:
      "A second host for what must not be away: something has to spread the load and keep both alike.",
    look: "docker info --format '{{.LiveRestoreEnabled}}'",
  },
  "no-new-privileges": {
    why: "Whoever breaks into a container becomes root in it by any setuid file of its image.",
    breaks: `An image that needs sudo or su inside: security_opt no-new-privileges:false in its compose file leaves that container out. ${recreate}`,
    leavesOpen: "Who is root from the start stays root inside, with all of the engine's usual capabilities.",
    stricter: rootless,
    look: "docker info --format '{{.SecurityOptions}}'; docker exec CONTAINER grep NoNewPrivs /proc/1/status",
  },
  "container-logs": {
    why: "The options of daemon.json are for containers that are made from then on; an older one still fills the disk.",
    by: ["logMaxSize", "logMaxFile"],
    leavesOpen: "The bound is for what a container prints: what it writes into its volumes has none.",
    stricter: logsElsewhere,
    look: "docker inspect --format '{{.Name}} {{json .HostConfig.LogConfig}}' $(docker ps -q)",
  },
  socket: {
    why: "Whoever reaches the socket is root on the host: a container can be given the whole disk.",
    by: [],
    leavesOpen: "Each member of the group docker is root, without a password or a line in sudo's log.",
    stricter:
      "Nobody in the group, `sudo docker` in its place: scripts and CI that call docker need a rule of sudo.",
    look: "stat -c '%a %U:%G' /run/docker.sock; getent group docker",
  },
  tcp: {
    why: "Whoever reaches an open port of the engine is root on the host, without a password.",
    by: [],
    leavesOpen: "Who has a client's key and certificate is root on the host until that certificate ends.",
    stricter: "No TCP at all, and `DOCKER_HOST=ssh://USER@HOST`: whoever used the port needs a login here.",
    look: "ss -tlnp | grep dockerd; docker info 2>&1 | grep -i tls",
  },
};
