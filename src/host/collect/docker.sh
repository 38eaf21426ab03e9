# shellcheck shell=sh disable=SC2154 # what collect.sh sets
# The container engine, as it says itself over its socket.

# docker: frames "@NONCE started" with the arguments of the running dockerd, a line each, "info" with a JSON object, and
# "containers" with one a line for each that runs, or "unasked" with the reason why it could not be asked. Without the first
# frame's content the engine doesn't run: nobody asks it, for systemd would start it then.
collect_docker() {
  engine_here || return
  need_root || return
  docker_pid=$(systemctl show -p MainPID --value docker.service 2>/dev/null)
  printf '\n@%s started\n' "$nonce"
  case $docker_pid in '' | 0) return 0 ;; esac
  tr '\0' '\n' <"/proc/$docker_pid/cmdline"
  if ! have docker; then
    printf '\n@%s unasked\nthe command docker is missing' "$nonce"
    return 0
  fi
  printf '\n@%s info\n' "$nonce"
  engine info --format '{"live":{{json .LiveRestoreEnabled}},"security":{{json .SecurityOptions}},"driver":{{json .LoggingDriver}},"swarm":{{json .Swarm.LocalNodeState}},"version":{{json .ServerVersion}}}' || {
    printf '\n@%s unasked\nit does not answer within 15 s' "$nonce"
    return 0
  }
  printf '\n@%s containers\n' "$nonce"
  # shellcheck disable=SC2046 # ids hold no blanks
  set -- $(engine ps -q --no-trunc)
  # One that has ended meanwhile is no fault.
  [ $# = 0 ] || engine inspect --format '{"name":{{json .Name}},"log":{{json .HostConfig.LogConfig}}}' "$@" || :
}

# engine_here: whether there is an engine that can be asked; else prints why not, and returns that.
engine_here() {
  have dockerd && return 0
  if [ -e /snap/bin/docker ]; then
    printf 'the engine is a snap, which keeps its own daemon.json and is configured by snap'
    return "$UNSUPPORTED"
  fi
  if have podman && have docker; then
    printf 'docker is Podman here, which has no daemon'
    return "$UNSUPPORTED"
  fi
  return "$ABSENT"
}

# engine WORD...: whatever the environment or a context of root's says.
engine() { timeout 15 docker -H unix:///run/docker.sock "$@" 2>/dev/null </dev/null; }
