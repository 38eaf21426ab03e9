# shellcheck shell=sh disable=SC2154 # what collect.sh sets
# The container engine, as it says itself over its socket.

# docker: frames "@NONCE started" with the arguments of the running dockerd, a line each, those of engine_sockets, and "info"
# with a JSON object, or "unasked" with the reason why it could not be asked; behind "info" the frame "stopping" as
# docker_stopping has it. Without the first frame's content the engine doesn't run: nobody asks it, for systemd would start it
# then. A plan waits for this: one call of the engine's client.
collect_docker() {
  engine_here || return
  need_root || return
  engine_main
  printf '\n@%s started\n' "$nonce"
  case $engine_pid in '' | 0) ;; *) tr '\0' '\n' <"/proc/$engine_pid/cmdline" ;; esac
  engine_sockets
  case $engine_pid in '' | 0) return 0 ;; esac
  if ! have docker; then
    printf '\n@%s unasked\nthe command docker is missing' "$nonce"
    return 0
  fi
  printf '\n@%s info\n' "$nonce"
  docker_said=$(engine info --format '{"live":{{json .LiveRestoreEnabled}},"security":{{json .SecurityOptions}},"driver":{{json .LoggingDriver}},"swarm":{{json .Swarm.LocalNodeState}},"version":{{json .ServerVersion}},"root":{{json .DockerRootDir}}}') || {
    printf '\n@%s unasked\nit does not answer within 15 s' "$nonce"
    return 0
  }
  printf '%s\n' "$docker_said"
  printf '\n@%s stopping\n' "$nonce"
  docker_stopping "$docker_said"
}

# containerd_imports FILE: a line for each path without a space that it imports; relative ones are those of its folder.
containerd_imports() {
  sed -n 's/^[[:space:]]*imports[[:space:]]*=[[:space:]]*\[\([^]]*\)\].*/\1/p' "$1" 2>/dev/null | tr -d "\"'\r\t" | tr ', ' '\n\n' |
    sed -n "\\|^/|{p;b;}; s|.|${1%/*}/&|p"
}

# containerd_pending: by which lines of its configuration and of what that imports containerd's next start gives its sockets to others,
# and "imports" that are no list on one line, where that was changed since its last start. No other line: some hold passwords of registries.
containerd_pending() {
  local folder=/etc/containerd
  # shellcheck disable=SC2046 # patterns
  set -- "$folder"/config.toml $(containerd_imports "$folder/config.toml" && echo "$folder/conf.d/*.toml")
  if [ -L /run/systemd/units/invocation:containerd.service ]; then
    [ -n "$(collect_changed_since containerd.service "$folder" "$folder/conf.d" "$@")" ] || return 0
  fi
  for path in $(printf '%s\n' "$@" | sort -u); do
    [ ! -f "$path" ] || head -c "$MAX_CONTENT" -- "$path" | AT=$path awk '
      BEGIN { own = "^(plugins[.]io[.]containerd[.]server[.]v1[.])?(grpc|ttrpc)$" }
      { sub(/^[ \t]+/, ""); gsub(/["\047]/, "") }
      /^\[/ { part = $0; gsub(/[][ \t\r]/, "", part); sub(/#.*/, "", part); next }
      part == "" && /^imports[ \t]*=/ && !/=[ \t]*\[[^]]*\]/ ||
      (part == "" && /^t?t?g?rpc[ \t]*[.=]/ || part ~ own) && /(^|[^a-z_])[ug]id[ \t]*=[ \t]*[^0 \t]/ ||
      part ~ own && /^[ug]id[ \t]*=[ \t]*0[^ \t\r#]/ {
        gsub(/[[:cntrl:]]/, "?"); print ENVIRON["AT"] ":" NR " " substr($0, 1, 200)
      }'
  done
}

# containerd_tcp: "open ADDRESS" or "verified ADDRESS" a line for TCP of containerd by which CRI is served, by each file that it goes by,
# now or at its next start; "unread FILE" for one that it does not take, and "stale ADDRESS" for TCP on which it listens where one
# was changed since it started.
containerd_tcp() {
  local stale=
  have containerd || return 0
  {
    case $containerd_pid in '' | 0) ;; *) tr '\0' ' ' <"/proc/$containerd_pid/cmdline" && echo ;; esac
    systemctl show -p ExecStart containerd.service
  } 2>/dev/null | sed -n '/./{ s/.* --\{0,1\}c\(onfig\)\{0,1\}[= ]\([^ ;]*\).*/\2/; t said
    s|.*|/etc/containerd/config.toml|; :said
    p; }' | sort -u | while IFS= read -r path; do
    # shellcheck disable=SC2046 # patterns
    [ -n "$stale" ] || [ -z "$(collect_changed_since containerd.service "$path" "${path%/*}/conf.d" /etc/containerd $(containerd_imports "$path"))" ] || {
      stale=1
      containerd_stale
    }
    containerd_said=$(timeout 5 containerd --config "$path" config dump 2>/dev/null </dev/null) || {
      printf 'unread %s\n' "$path"
      continue
    }
    printf '%s\n' "$containerd_said" | awk '
      function value() { sub(/^[^=]*=[ \t]*/, ""); gsub(/["\047]|[[:cntrl:]]/, ""); return $0 }
      { sub(/^[ \t]+/, "") }
      /^disable_tcp_service[ \t]*=[ \t]*true/ { unserved = 1 }
      /^\[/ { part = $0; gsub(/[][ \t"\047]/, "", part); next }
      # From version 4 on a plugin has it, without tcp_ in the names.
      part == "grpc" ? !sub(/^tcp_/, "") : part != "plugins.io.containerd.server.v1.grpc-tcp" { next }
      /^address[ \t]*=/ { address[part] = value() }
      /^tls_ca[ \t]*=/ { authority[part] = value() }
      /^tls_cert[ \t]*=/ { certificate[part] = value() }
      END {
        for (part in address)
          if (address[part] != "" && !unserved)
            print (authority[part] != "" && certificate[part] != "" ? "verified " : "open ") address[part]
      }'
  done
}

# shellcheck disable=SC2016 # perl
containerd_stale() {
  case $containerd_pid in '' | 0) return 0 ;; esac
  have perl && perl -e "$sockets_perl"'
    for my $socket (@{copies($ARGV[0]) // exit 4}) {
      next unless unpack "I", getsockopt($socket, $socket_level, $accepts) // next;
      print "stale $_\n" for place(getsockname $socket);
    }' "$containerd_pid" || printf 'stale what could not be read\n'
}

# engine_sockets: a frame "activated" with what engine_activated has that is no unix socket, "pending" with the lines of
# containerd_pending, "tcp" with those of containerd_tcp, a frame "socket NAME" with the way to it for each unix socket of engine_listens, and "sockets" behind the
# last one; without that they could not be read.
engine_sockets() {
  local name names
  printf '\n@%s pending\n' "$nonce"
  containerd_pending
  printf '\n@%s tcp\n' "$nonce"
  containerd_tcp
  printf '\n@%s activated\n' "$nonce"
  [ "$engine_triggers" = docker.socket ] || engine_activated "$engine_triggers" | grep -v '^[/@]'
  names=$(engine_listens) || return 0
  printf '%s\n' "$names" | sort -u | while IFS= read -r name; do
    [ -n "$name" ] || continue
    printf '\n@%s socket %s\n' "$nonce" "$name"
    case $name in /*) way "$name" ;; esac
  done
  printf '\n@%s sockets\n' "$nonce"
}

# engine_listens: the path, or "@NAME" of an abstract one, of each unix socket on which the engine and containerd listen, as the
# sockets themselves say it: in the kernel's table a user's name can look like a line of another. Of an engine that is off
# those for which systemd starts it.
engine_listens() {
  have perl || return
  perl -e "$sockets_perl$listened_perl"'print map { tr/\0-\x1f\x7f/?/r . "\n" } listened(@ARGV)' "$engine_pid" "$containerd_pid" || return
  case $engine_pid in '' | 0) ;; *) return 0 ;; esac
  engine_activated "$engine_triggers" | grep '^[/@]' || :
}

# listened PID...: the unix sockets on which these listen.
# shellcheck disable=SC2016 # perl
listened_perl='
  sub listened {
    my @names;
    for my $pid (grep { $_ } @_) {
      for (@{copies($pid) // exit 4}) {
        next unless unpack "I", getsockopt($_, $socket_level, $accepts) // next;
        my ($family, $name) = unpack "S a*", getsockname $_;
        next unless $family == 1 && $name ne "";
        $name =~ s/^\0/@/ or $name =~ s/\0.*//s;
        push @names, $name;
      }
    }
    return @names;
  }
'

# engine_activated UNITS: where systemd listens by these: a path, "@NAME" of an abstract socket, or ADDRESS:PORT.
engine_activated() {
  set -f
  # shellcheck disable=SC2086 # names of units have no blanks
  set -- $1
  set +f
  [ $# = 0 ] || systemctl show -p ActiveState,Listen -- "$@" 2>/dev/null | awk -v RS= -F '\n' '
    /(^|\n)ActiveState=active(\n|$)/ {
      for (at = 1; at <= NF; at++) if (sub(/^Listen=/, "", $at) && sub(/ \([A-Za-z]+\)$/, "", $at)) print $at
    }'
}

# docker_stopping INFO: a JSON object a line for each container that runs and that a restart of the engine stops, whatever
# live-restore says: all in a swarm, and before 24.0.8 those with --rm (moby#46308), which the engine's own files tell.
docker_stopping() {
  case $1 in
  *'"swarm":"inactive","version":"'2[5-9].* | *'"swarm":"inactive","version":"'[3-9][0-9].*) return 0 ;;
  *'"swarm":"inactive","version":"24.0.'[89]* | *'"swarm":"inactive","version":"24.0.'[1-9][0-9]*) return 0 ;;
  *'"swarm":"inactive"'*)
    path=${1##*'"root":"'}
    path=$(grep -ls '"AutoRemove":true' "${path%%'"'*}"/containers/*/hostconfig.json)
    set --
    for path in $path; do
      path=${path%/*}
      set -- "$@" "${path##*/}"
    done
    ;;
  # shellcheck disable=SC2046 # ids hold no blanks
  *) set -- $(engine ps -q --no-trunc) ;;
  esac
  # One that has ended meanwhile is no fault.
  [ $# = 0 ] || engine inspect --type container --format '{{if .State.Running}}{"name":{{json .Name}},"removed":{{json .HostConfig.AutoRemove}},"service":{{json (index .Config.Labels "com.docker.swarm.service.name")}}}{{end}}' "$@" || :
}

# container_logs: a JSON object a line for each container that runs, and "end" behind them; nothing where the engine doesn't run.
collect_container_logs() {
  engine_here || return
  need_root || return
  engine_runs || return 0
  docker_running=$(engine ps -q --no-trunc) || return
  # shellcheck disable=SC2086 # ids hold no blanks
  set -- $docker_running
  # One that has ended meanwhile is no fault.
  [ $# = 0 ] || engine inspect --format '{"name":{{json .Name}},"log":{{json .HostConfig.LogConfig}}}' "$@" || :
  echo end
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

# engine_main: sets engine_pid, the process that systemd runs as the engine, or 0, engine_triggers, the units that start it, and
# containerd_pid; asked once for all collectors of a lane.
engine_main() {
  [ -z "${engine_pid+set}" ] || return 0
  engine_pid=$(systemctl show -p MainPID,TriggeredBy docker.service containerd.service 2>/dev/null)
  engine_triggers=$(printf '%s\n' "$engine_pid" | sed -n '/^$/q; s/^TriggeredBy=//p')
  containerd_pid=$(printf '%s\n' "$engine_pid" | sed -n '1,/^$/d; s/^MainPID=//p')
  engine_pid=$(printf '%s\n' "$engine_pid" | sed -n '/^$/q; s/^MainPID=//p')
}

# engine_runs: whether the system's engine runs; asking its socket would start it.
engine_runs() {
  engine_main
  engine_own_pid=$engine_pid
  case $engine_own_pid in '' | 0) engine_own_pid=$(cat /run/docker.pid 2>/dev/null) ;; esac
  grep -qsx dockerd "/proc/${engine_own_pid:-0}/comm"
}

# engine WORD...: whatever the environment or a context of root's says. One that has let somebody wait is asked no more.
engine() {
  [ -z "${engine_hangs-}" ] || return "$engine_hangs"
  timeout 15 docker -H unix:///run/docker.sock "$@" 2>/dev/null </dev/null
  set -- $?
  [ "$1" != 124 ] || engine_hangs=$1
  return "$1"
}
