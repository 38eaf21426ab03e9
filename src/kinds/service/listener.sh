# shellcheck shell=sh
# A way in that listens by itself. While it is told to reload it has none of its ports, and any user may take one that is not
# privileged: meanwhile all up to them are. That lasts until the run is settled where one is left that an undo comes back to.
PORT_START=proc/sys/net/ipv4/ip_unprivileged_port_start

# listeners [PID]: `ADDRESS:PORT INODE` of each TCP socket that listens, of this process alone.
listeners() {
  { [ -z "${1-}" ] || ls -l "/proc/$1/fd"; cat /proc/net/tcp /proc/net/tcp6; } 2>/dev/null | awk -v pid="${1-}" '
    /socket:\[/ { gsub(/.*socket:\[|\]$/, ""); own[$0] = 1 }
    $4 == "0A" && (pid == "" || $10 in own) { print $2, $10 }'
}

# record_listener NAME: where it listens before the run, and which ports are privileged.
record_listener() {
  local main
  [ ! -e "$RUN/undo/listened" ] || return 0
  ! main=$("main_$1") || listeners "$main" | cut -d ' ' -f 1 >"$RUN/undo/listened" || no_undo
  cat "$R/$PORT_START" >"$RUN/undo/port-start" 2>/dev/null || rm -f "$RUN/undo/port-start"
}

# listened_ports: prints those that it had before the run.
listened_ports() { sed 's/.*://' "$RUN/undo/listened" 2>/dev/null | sort -u; }

# hold_ports [PORT…]: nobody but root takes these, or one that it had. The kernel has none of those privileged that it gives to
# outgoing connections.
hold_ports() {
  local port start
  [ -s "$RUN/undo/port-start" ] || return 0
  sysctl_value "$R/$PORT_START" || return 0
  start=$VALUE
  for port in "$@" $(listened_ports); do
    [ "$((0x$port))" -lt "$start" ] || start=$((0x$port + 1))
  done
  [ "$start" = "$VALUE" ] || set_sysctl "$R/$PORT_START" "$start"
}

# free_ports: as it was before the run.
free_ports() {
  local start
  ! read -r start <"$RUN/undo/port-start" || sysctl_is "$R/$PORT_START" "$start" || set_sysctl "$R/$PORT_START" "$start"
} 2>/dev/null

# leaves_port PORT…: true where one that it had before the run is none of these.
leaves_port() {
  local port
  for port in $(listened_ports); do listed "$port" "$*" || return 0; done
  return 1
}

# reload_listener UNIT NAME: with a configuration that it refuses the old daemon goes on; it is never restarted.
reload_listener() {
  local main ports
  [ "$ACTIVE" = active ] || return 0
  main=$("main_$2")
  ports=$("listens_$2")
  hold_ports $ports
  listeners >"$RUN/listeners"
  unit_run reload "$1"
  [ -n "$FAILED" ] || await 3 listens_again "$main" $ports ||
    note slow-reload "$1" "no new listening socket within 3 seconds"
  rm -f "$RUN/listeners"
  [ -n "$FAILED" ] || leaves_port $ports || free_ports
}

# listens_again MAIN PORT…: each of these ports has a socket of that process that was not there before the reload.
listens_again() {
  local main port
  main=$1
  shift
  [ $# -gt 0 ] || return 1
  for port in "$@"; do
    listeners "$main" | awk -v port="$port" -v old="$RUN/listeners" '
      BEGIN { while ((getline line < old) > 0) seen[line] = 1 }
      $1 ~ ":" port "$" && !($0 in seen) { found = 1 } END { exit !found }' || return 1
  done
}

# tell_listener UNIT WORD…: it is told to reload by a signal, before systemd is asked for anything, which other users can keep
# from all of it. False where that is left to systemd.
tell_listener() {
  local unit name main ports
  unit=$1
  shift
  word_of listens "$@"
  name=$VALUE
  [ -n "$name" ] || return 1
  hold_ports
  ports=$(listened_ports)
  main=$("main_$name")
  clear_ports "$name"
  [ -n "$main" ] && [ -z "$AT_BOOT$LAST_LOOK" ] || return 1
  case $operations in *" 'reload' "*) ;; *) return 1 ;; esac
  takes_back "$unit" "$@" || return 0
  listeners >"$RUN/listeners"
  kill -s HUP "$main"
  [ -z "$ports" ] || await 5 listens_again "$main" $ports
  rm -f "$RUN/listeners"
}

# clear_ports NAME: whatever a user runs on a place that it had before the run, and does not have now, is ended: it could not come
# back to it.
clear_ports() {
  local places uid name pid taken who
  places=$(missed_listener "$1" | tr '\n' ' ')
  [ -n "$places" ] || return 0
  taken=
  who=
  while read -r uid name pid; do
    [ "${uid:-0}" != 0 ] && kill -9 "$pid" 2>/dev/null || continue
    taken="$taken $pid"
    listed "$name" "$who" || who="$who $name"
  done <<END
$(sockets_of_all | takers "$places" | xargs -r stat -c '%u %U %n' 2>/dev/null | sed 's,/proc/,,')
END
  [ -z "$taken" ] || note port-taken "$unit" "process$taken of$who had taken a port of it, and was ended"
}

# sockets_of_all: in 5 seconds, however many there are: which take no IPv4, where each listens, and which process has which.
# shellcheck disable=SC2016 # expanded by the shell within
sockets_of_all() {
  timeout 5 sh -c 'ss -Hltn6e; cat /proc/net/tcp /proc/net/tcp6
    printf "%s\0" /proc/[0-9]*/fd |
      xargs -0 sh -c '\''/usr/bin/env find "$@" -maxdepth 1 -lname "socket:*" -printf "%h %l\n"'\'' sh' 2>/dev/null
}

# takers PLACES: prints /proc/PID of each process with a socket that keeps others from one of these places: at the same address, or
# where either is at all addresses. One of IPv6 at all of them takes IPv4 too, unless it says that it does not.
takers() {
  awk -v places="$1" '
    function address(place) { sub(/:.*/, "", place); sub(/^0000000000000000(FFFF0000|0000FFFF)/, "", place); return place }
    function all(of) { return of ~ /^0*$/ }
    function meets(one, other, inode) {
      if (length(one) == length(other)) return one == other || all(one) || all(other)
      return length(one) == 8 && all(other) && !(inode in alone)
    }
    BEGIN { last = split(places, had, " ") }
    / v6only:1 <->[ ]*$/ && match($0, / ino:[0-9]+/) { alone[substr($0, RSTART + 5, RLENGTH - 5)] = 1 }
    $4 == "0A" && $8 != 0 {
      for (n = 1; n <= last; n++) if (substr($2, index($2, ":")) == substr(had[n], index(had[n], ":")) &&
        meets(address(had[n]), address($2), $10)) takes["socket:[" $10 "]"] = 1
    }
    NF == 2 && $2 in takes { sub(/\/fd$/, "", $1); if (!($1 in named)) print $1; named[$1] = 1 }'
}

# missed_listener NAME: prints where it listened before the run, and does not now.
missed_listener() {
  local main
  [ -s "$RUN/undo/listened" ] || return 0
  main=$("main_$1") || main=0
  listeners "$main" | awk -v had="$RUN/undo/listened" '
    { has[$1] = 1 } END { while ((getline place < had) > 0) if (!(place in has)) print place }'
}

is_back() { [ -z "$(missed_listener "$1")" ]; }

# back_listener UNIT WORD…: its undo has not worked before it listens where it did.
back_listener() {
  local unit port
  unit=$1
  shift
  word_of listens "$@"
  [ -n "$VALUE" ] && ! await 5 is_back "$VALUE" || return 0
  port=$(missed_listener "$VALUE" | sed -n '1s/.*://p')
  [ -n "$port" ] || return 0
  amiss service not-restored "$unit" "it does not listen on port $((0x$port)) again. See who does: ss -Hltnp 'sport = :$((0x$port))'. Then: systemctl restart $unit"
}
