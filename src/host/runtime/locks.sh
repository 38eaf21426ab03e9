# shellcheck shell=sh
# Locks of other programs. A lock of a file that anybody may read is anybody's: one who takes it holds up who needs it.

# lock_holder FILE…: sets HOLDER to the process of root's that has one of them locked; false when none has.
lock_holder() {
  local file inode pid open
  for file in "$@"; do
    inode=$(stat -c %i "$file" 2>/dev/null) || continue
    # shellcheck disable=SC2013 # numbers
    for pid in $(awk -v inode=":$inode\$" '$6 ~ inode { print $5 }' /proc/locks); do
      awk -v uid="$(id -u)" '$1 == "Uid:" { exit $2 != uid }' "/proc/$pid/status" 2>/dev/null || continue
      # A file of the same number on another file system is another one.
      for open in "/proc/$pid/fd"/*; do
        # shellcheck disable=SC3013 # dash, bash and busybox have -ef
        [ "$open" -ef "$file" ] || continue
        HOLDER="process $pid ($(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | cut -c 1-120))"
        return 0
      done
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
