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
  main=$("main_$1") && listeners "$main" | cut -d ' ' -f 1 >"$RUN/undo/listened"
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
  ! read -r start <"$RUN/undo/port-start" || undo_sysctl "$R/$PORT_START" "$start"
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
  clear_ports
  [ -n "$main" ] && [ -z "$AT_BOOT$LAST_LOOK" ] || return 1
  case $operations in *" 'reload' "*) ;; *) return 1 ;; esac
  takes_back "$unit" "$@" || return 0
  listeners >"$RUN/listeners"
  kill -s HUP "$main"
  [ -z "$ports" ] || await 5 listens_again "$main" $ports
  rm -f "$RUN/listeners"
}

# clear_ports: whatever a user runs on a port that it had before the run is ended: it could not come back to it.
clear_ports() {
  local inode pid
  [ -s "$RUN/undo/listened" ] || return 0
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v had="$RUN/undo/listened" '
    BEGIN { while ((getline place < had) > 0) { sub(/.*:/, "", place); port[place] = 1 } }
    $4 == "0A" && $8 != 0 { sub(/.*:/, "", $2); if ($2 in port) print $10 }' | sort -u | while read -r inode; do
    for pid in $(timeout 20 /usr/bin/env find /proc/[0-9]*/fd -maxdepth 1 -lname "socket:\[$inode\]" 2>/dev/null | cut -d / -f 3 | sort -u); do
      [ "$(stat -c %u "/proc/$pid" 2>/dev/null)" != 0 ] || continue
      note port-taken "$unit" "process $pid of $(stat -c %U "/proc/$pid" 2>/dev/null) had taken a port of it, and was ended"
      kill -9 "$pid" 2>/dev/null
    done
  done
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
