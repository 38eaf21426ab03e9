# shellcheck shell=sh
# The container engine over a restart: containers run on wherever it can leave them alone, and what ran before a run runs
# behind its undo, or is named. An engine leaves containers alone that works with live-restore when it ends and when it
# starts. What its file says of it is held back meanwhile by a mount, so that the file itself is never touched, and no
# crash leaves another one: a boot forgets the mount, and an undo begins by taking it away.

engine() { timeout 30 docker -H unix:///run/docker.sock "$@" 2>/dev/null </dev/null; }

running_docker() { engine ps -q --no-trunc; }

# described_docker ID…: a line `ID NAME IMAGE` each, with --rm behind those that go when they end, and `task` behind those of a
# swarm, whose NAME is that of their service.
described_docker() {
  [ $# = 0 ] || engine inspect --type container \
    --format '{{.Id}} {{.Name}} {{.Image}}{{if .HostConfig.AutoRemove}} --rm{{else if index .Config.Labels "com.docker.swarm.task.id"}} task{{end}}' "$@" |
    sed 's,/,,; / task$/s/\.[^ ]*//'
}

# stopping_docker: of the containers that run, as described_docker has them, those that a restart of the engine stops: all in a
# swarm, which no engine with live-restore starts in, and before 24.0.8 those with --rm (moby#46308).
# shellcheck disable=SC2046 # ids are split on purpose
stopping_docker() {
  case $(engine info --format '{{.Swarm.LocalNodeState}} {{.ServerVersion}}') in
  '' | "inactive "2[5-9].* | "inactive "[3-9][0-9].* | "inactive 24.0."[89]* | "inactive 24.0."[1-9][0-9]*) ;;
  'inactive '*) described_docker $(running_docker) | grep ' --rm$' ;;
  *) described_docker $(running_docker) ;;
  esac
}

# names_docker: of the lines that it reads, each once, on one.
names_docker() { cut -d ' ' -f 2 | awk '!seen[$0]++' | tr '\n' ' ' | sed 's/ $//'; }

# preflight_docker: a container that goes with its data is stopped only where that was asked for.
preflight_docker() {
  local going
  header_value stop-containers
  [ "$VALUE" != yes ] && [ "$ACTIVE" = active ] || return 0
  going=$(stopping_docker | grep ' --rm$' | names_docker)
  [ -z "$going" ] ||
    refuse stops-containers docker.service "its restart stops containers that were run with --rm, and they go with their data: $going. Wait for their end, or allow it with --stop-containers"
}

# record_docker: what runs, beside what is known to run already: services by their name, as each restart gives them others.
# shellcheck disable=SC2046 # ids are split on purpose
record_docker() {
  [ "$ACTIVE" = active ] || return 0
  [ -e "$RUN/undo/engine" ] || printf '%s\n' "$INVOKED" >"$RUN/undo/engine" || no_undo || return
  true >>"$RUN/undo/containers"
  described_docker $(running_docker) >"$RUN/scratch/running"
  awk '
    { task = $4 == "task" }
    FILENAME == ARGV[1] { if (task) service[$2]; seen[$1]; print; next }
    task ? !($2 in service) : !($1 in seen)' "$RUN/undo/containers" "$RUN/scratch/running" >"$RUN/scratch/containers" &&
    mv -fT "$RUN/scratch/containers" "$RUN/undo/containers" || no_undo
}

# same_docker: nobody has started the engine anew since the run began.
same_docker() { [ -n "$INVOKED" ] && [ "$(cat "$RUN/undo/engine" 2>/dev/null)" = "$INVOKED" ]; }

# keep_docker, kept_docker: around a start or restart of the engine. False where it is to be left alone.
keep_docker() {
  keep_running_docker || return 1
  [ -n "$ENGINE_WAS_OFF" ] || hold_stopped_docker
}

# shellcheck disable=SC2086 # ids are split on purpose
keep_running_docker() {
  local described
  CONTAINERS='' ALIVE='' STOPPING='' ENGINE_WAS_OFF=
  if [ "$ACTIVE" != active ]; then
    # Nobody asks it: systemd would start it then.
    ENGINE_WAS_OFF=1
    set -- "$R"/run/containerd/io.containerd.runtime.v2.task/moby/*
    [ ! -e "$1" ] || says_live_docker || hold_docker || :
    return 0
  fi
  if [ -e "$RUN/undo/engine-left" ]; then
    says_live_docker || { hold_docker && loosen_docker; }
    return 1
  fi
  [ "$PASS" != undo ] || record_docker
  CONTAINERS=$(running_docker) || { leave_docker "does not answer" && return 1; }
  [ -n "$CONTAINERS" ] || return 0
  described=$(described_docker $CONTAINERS)
  CONTAINERS=${described:-$CONTAINERS}
  STOPPING=$(stopping_docker)
  case $STOPPING in
  *' --rm'*) ! leave_docker "stops containers that were run with --rm: $(printf '%s\n' "$STOPPING" | grep ' --rm$' | names_docker)" || return 1 ;;
  esac
  case $(engine info --format '{{.Swarm.LocalNodeState}}') in inactive) ;; *) return 0 ;; esac
  if says_live_docker || hold_docker; then
    ! patient reload docker.service 2>/dev/null || ! await 60 restores_docker true || ALIVE=yes
  fi
  [ -z "$ALIVE" ] || return 0
  free_docker
  ! leave_docker "does not take live-restore, so that its restart stops all containers"
}

# leave_docker WHY: an apply ends before a restart that stops what nobody has allowed it to stop, and its undo leaves the
# engine alone as well; false where the restart goes on.
leave_docker() {
  [ "$PASS" = apply ] && field "$RUN/header" stop-containers && [ "$VALUE" = no ] || return 1
  true >"$RUN/undo/engine-left"
  fail stops-containers docker.service "it was not restarted: it $1. --stop-containers allows that"
}

# says_live_docker: its file or its command line does; with both it refuses to start.
says_live_docker() {
  local pid
  grep -q '"live-restore"[[:space:]]*:[[:space:]]*true' "$R/etc/docker/daemon.json" 2>/dev/null && return 0
  read -r pid <"$R/run/docker.pid" 2>/dev/null && grep -q -a -e --live-restore "/proc/$pid/cmdline"
}

restores_docker() { [ "$(engine info --format '{{.LiveRestoreEnabled}}')" = "$1" ]; }

# live_docker VALUE: prints the engine's file with that live-restore; of two values of a key the engine takes the last.
live_docker() {
  { cat "$HELD_FILE" 2>/dev/null || echo '{}'; } | awk -v value="$1" '
    { text = text $0 "\n" }
    END {
      sub(/[}][ \t\r\n]*$/, "", text)
      print text (text ~ /[{][ \t\r\n]*$/ ? "" : ",") "\"live-restore\":" value "}"
    }'
}

# hold_docker: false where its file can't be held back.
hold_docker() {
  is_rooted "$R/etc/docker/daemon.json" && resolve "$R/etc/docker/daemon.json" || return 1
  HELD_FILE=$TARGET
  live_docker false >"$RUN/scratch/live-off" && live_docker true >"$RUN/scratch/live.json" &&
    printf '%s\n' "$TARGET" >"$RUN/scratch/live-at" || return 1
  if [ ! -e "$TARGET" ]; then
    true >"$RUN/scratch/live-made" && make_folder "$TARGET" && echo '{}' >"$TARGET" || return 1
  fi
  mount --bind "$RUN/scratch/live.json" "$TARGET" 2>/dev/null || { free_docker && return 1; }
}

# free_docker: the engine's file is itself again.
free_docker() {
  local path
  [ -s "$RUN/scratch/live-at" ] && read -r path <"$RUN/scratch/live-at" || return 0
  # shellcheck disable=SC3013 # dash, bash and busybox have -ef
  while [ "$path" -ef "$RUN/scratch/live.json" ]; do
    umount -- "$path" 2>/dev/null || umount -l -- "$path" 2>/dev/null || break
  done
  if [ -e "$RUN/scratch/live-made" ]; then
    [ "$(cat "$path" 2>/dev/null)" != '{}' ] || { rm -f -- "$path" && leave_folder "$path"; }
    rm -f "$RUN/scratch/live-made"
  fi
}

# quiet_docker: an apply that was killed may have left it.
quiet_docker() { free_docker; }

# loosen_docker: the engine gives live-restore up, and its file is itself again.
loosen_docker() {
  if patient is-active --quiet docker.service; then
    cat "$RUN/scratch/live-off" >"$RUN/scratch/live.json"
    patient reload docker.service 2>/dev/null
    await 60 restores_docker false
  fi
  free_docker
}

kept_docker() {
  local id name image kind
  # shellcheck disable=SC3013 # dash, bash and busybox have -ef
  if [ "$R/etc/docker/daemon.json" -ef "$RUN/scratch/live.json" ]; then
    loosen_docker
    # It has not taken it: better without than not at all.
    patient is-active --quiet docker.service || patient restart docker.service 2>/dev/null
  fi
  free_stopped_docker || :
  while read -r id name image kind <&4; do
    [ -z "$id" ] || runs_docker "$id" "$name" "$image" "$kind" || engine start "$id" >/dev/null
  done 4<<END
$CONTAINERS
END
  uptime
  ANEW_BY=$((UPTIME + ANEW_LIMIT))
  [ -z "$CONTAINERS" ] || await_anew none_lost_docker || moved_docker "$(printf '%s\n' "$CONTAINERS" | short_docker)"
  [ -n "$ALIVE" ] || : "${STOPPING:=$CONTAINERS}"
  note_docker
}

# note_docker: what the restart has stopped.
note_docker() {
  local plain tasks
  plain=$(printf '%s\n' "$STOPPING" | grep -v ' task$' | names_docker)
  tasks=$(printf '%s\n' "$STOPPING" | grep ' task$' | names_docker)
  [ -z "$plain" ] ||
    note stopped-containers docker.service "its restart has stopped these containers, and started those again that are still there: $plain"
  [ -z "$tasks" ] ||
    note stopped-containers docker.service "its restart has stopped the containers of these swarm services, and the swarm starts new ones in their place: $tasks"
}
