# shellcheck shell=sh
# Locks of other programs. A lock of a file that anybody may read is anybody's: one who takes it holds up who needs it. The kernel's
# list of all locks is not read: any user can make that last for hours. What root's processes have open is not theirs to lengthen.

# lock_holder FILE…: sets HOLDER to the process of root's that has one of them locked; false when none has.
# shellcheck disable=SC2016 # expanded by the shell within
lock_holder() {
  local roots file open pid
  roots=$(printf '%s\0' /proc/[0-9]*/status | timeout 5 xargs -0 grep -l -s "^Uid:[[:blank:]]$(id -u)[[:blank:]]" | sed 's/status$/fd/')
  for file in "$@"; do
    for open in $(printf '%s\n' $roots | timeout 5 xargs sh -c '/usr/bin/env find "$@" -maxdepth 1 -lname "$0" 2>/dev/null; :' "*$(readlink -f -- "$file")"); do
      # In a container another file has the same path.
      # shellcheck disable=SC3013 # dash, bash and busybox have -ef
      [ "$open" -ef "$file" ] || continue
      pid=${open#/proc/}
      pid=${pid%%/*}
      # Its own, and none that a user has handed to it.
      grep -q -s "^lock:.* [A-Z]* *$pid " "/proc/$pid/fdinfo/${open##*/}" || continue
      HOLDER="process $pid ($(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | cut -c 1-120))"
      return 0
    done
  done
  return 1
}

# await_lock SECONDS CODE FILE…: true when no process of root's has one of them locked; CODE is what is told of the wait.
await_lock() {
  local limit code told
  uptime
  limit=$((UPTIME + $1))
  code=$2
  shift 2
  told=
  while lock_holder "$@"; do
    [ -n "$told" ] || emit progress "$code" "$(b64 "$HOLDER")"
    told=1
    uptime
    [ "$UPTIME" -lt "$limit" ] || return 1
    sleep 0.5
  done
}

# close_lock FILE: a copy that only root can open takes its place, so that a user's lock of it holds up nobody. False where
# a process of root's keeps it locked.
close_lock() {
  [ -f "$1" ] || return 0
  await_lock 60 waiting-for-lock "$1" || return 1
  cat "$1" >"$1.harden-$ID" && swap "$1.harden-$ID" "$1" || { rm -f "$1.harden-$ID" && return 1; }
} 2>/dev/null
