# shellcheck shell=sh
# What ran before a restart of the engine, and whether it runs again: the engine starts containers under their ids; a swarm starts
# new ones for its tasks, with other ids and names; and a unit or a script may make one of the same name.

# Seconds that the others have for it, from the start of the engine.
ANEW_LIMIT=20
ANEW_BY=0

# await_anew COMMAND…: what ran a moment ago may be taken away once more, to be made anew.
await_anew() {
  uptime
  await $((ANEW_BY - UPTIME)) "$@"
}

# anew_docker NAME IMAGE: the name alone could be another program's.
anew_docker() { [ "$(engine inspect --type container --format '{{.State.Running}} {{.Image}}' "$1")" = "true $2" ]; }

# short_docker: of the lines that it reads, as described_docker has them, the swarm services with fewer containers here now: a
# line `NAME (WHY)` each.
# shellcheck disable=SC2046 # ids are split on purpose
short_docker() {
  local tasks
  tasks=$(grep ' task$') || return 0
  { printf '%s\n\n' "$tasks" && described_docker $(running_docker); } | awk -v limit="$ANEW_LIMIT" '
    NF == 0 { after = 1; next }
    $4 != "task" { next }
    after { runs[$2]++; next }
    { ran[$2]++ }
    END {
      for (name in ran) if (runs[name] < ran[name])
        printf "%s (%d of %d containers of this swarm service within %d s)\n", name, runs[name], ran[name], limit
    }'
}

# wanted_docker: of the lines that it reads, a name or one of short_docker, those that the swarm itself does not take for complete:
# it may have been told to run fewer, or run them on another node. At once after a start it does not know yet.
wanted_docker() {
  local services
  if services=$(engine service ls --format '{{.Name}} {{.Replicas}}'); then
    { printf '%s\n\n' "$services" && cat; } | awk '
      function complete(replicas, count) { return split(replicas, count, "/") == 2 && count[1] == count[2] }
      after { if (NF == 1 || wanting[$1]) print; next }
      NF == 0 { after = 1; next }
      # A job has the count of those that are done behind it, in parentheses.
      { wanting[$1] = !complete($2) && !complete(substr($3, 2)) }'
  elif is_worker; then
    awk 'NF == 1'
  else
    cat
  fi
}

# list_docker: the lines that it reads, on one.
list_docker() { tr '\n' ',' | sed 's/,$//; s/,/, /g'; }

# is_worker: only a manager knows where a swarm runs what this node no longer runs.
is_worker() { [ "$(engine info --format '{{.Swarm.LocalNodeState}} {{.Swarm.ControlAvailable}}')" = 'active false' ]; }

# moved_docker SHORT: of short_docker, on a worker.
moved_docker() {
  [ -z "$1" ] || ! is_worker ||
    note differs docker.service "this host runs fewer containers of these swarm services than before its restart: $(printf '%s\n' "$1" | list_docker). Look on a manager whether other nodes run them: docker service ps NAME"
}

none_lost_docker() { [ -z "$(lost_docker)" ]; }

# runs_docker ID NAME IMAGE KIND: or has ended by itself while it was left alone. Tasks are the swarm's to start, and counted.
runs_docker() {
  local state
  [ "$4" != task ] || return 0
  state=$(engine inspect --type container --format '{{.State.Running}} {{.State.ExitCode}}' "$1") || state=gone
  case $state in
  true*) ;;
  gone) [ -n "$ALIVE" ] || [ "$4" = --rm ] || anew_docker "$2" "$3" ;;
  'false 0') [ -n "$ALIVE" ] ;;
  *) return 1 ;;
  esac
}

# lost_docker: of $CONTAINERS, one a line.
lost_docker() {
  local id name image kind
  while read -r id name image kind <&4; do
    [ -z "$id" ] || runs_docker "$id" "$name" "$image" "$kind" || echo "${name:-$id}"
  done 4<<END
$CONTAINERS
END
  printf '%s\n' "$CONTAINERS" | short_docker
}

ready_docker() {
  local lost
  await 60 engine info --format . || return 1
  ! await_anew none_lost_docker || return 0
  lost=$(lost_docker | wanted_docker | list_docker)
  [ -z "$lost" ] || { printf 'ran before, and no longer: %s' "$lost" && return 1; }
}

# undone_docker: behind the undo of all services. What has ended by itself with success was a job that is done, unless the engine
# was off and had ended it; a boot starts what is to start.
undone_docker() {
  local id name image kind state off gone short
  [ -s "$RUN/undo/containers" ] || [ -s "$RUN/undo/held-back" ] || return 0
  off='' gone=''
  true >>"$RUN/undo/containers"
  if ! await 30 answers_docker; then
    held_docker
    [ -s "$RUN/undo/containers" ] || return 0
    amiss service differs docker.service "the engine doesn't answer, and these ran before its restart: $(names_docker <"$RUN/undo/containers"). See what runs: docker ps -a"
    return
  fi
  free_stopped_docker || held_docker
  [ -z "$AT_BOOT" ] || ANEW_BY=$((UPTIME + ANEW_LIMIT))
  await_anew all_anew_docker
  while read -r id name image kind <&4; do
    [ "$kind" != task ] || continue
    state=$(engine inspect --type container --format '{{.State.Running}} {{.State.ExitCode}}' "$id") || state=gone
    case $state:$ENGINE_WAS_OFF in
    true* | gone:* | 'false 0:') ;;
    *) [ -n "$AT_BOOT" ] || ! engine start "$id" >/dev/null || state=true ;;
    esac
    case $state in
    true*) ;;
    gone) anew_docker "$name" "$image" || gone="$gone $name${kind:+ ($kind)}" ;;
    *) off="$off $name" ;;
    esac
  done 4<"$RUN/undo/containers"
  short=$(short_docker <"$RUN/undo/containers" | wanted_docker | list_docker)
  [ -z "$off" ] || amiss service differs docker.service "these containers ran before the engine's restart, and don't run now:$off. Start them: docker start$off"
  [ -z "$gone" ] || amiss service differs docker.service "these containers ran before the engine's restart, and are gone, with the data of those run with --rm:$gone. Make them anew as they were made"
  [ -z "$short" ] || amiss service differs docker.service "the swarm has not started again what ran before the engine's restart: $short. See why: docker service ps NAME"
}

# all_anew_docker: of what ran before the run, all that is not the engine's to start.
all_anew_docker() {
  local id name image kind
  while read -r id name image kind <&4; do
    [ "$kind" = task ] || engine inspect --type container "$id" >/dev/null || anew_docker "$name" "$image" || return 1
  done 4<"$RUN/undo/containers"
  [ -z "$(short_docker <"$RUN/undo/containers")" ]
}

# answers_docker: asked as well where systemd does not say whether it runs.
answers_docker() { { ask is-active --quiet docker.service || was_silent; } && engine info --format .; }
