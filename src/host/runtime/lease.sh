# shellcheck shell=sh
# One run at a time on a host. The lease says whose, and it is alive while its run is unsettled, or while the process
# that prepares it lives. It is taken under flock(1) of /var/lib/harden, which only root can open: a lock on what others
# can open is anybody's.

# lock [make]: 1 when somebody doesn't let go of it, 2 when there is no folder, and none can be made where that was asked. A
# run that tidies up behind itself makes none: an uninstall may have just removed it.
lock() {
  tries=0
  while [ "$tries" -lt 100 ]; do
    tries=$((tries + 1))
    [ -z "${1-}" ] || mkdir -m 700 -- "$D" 2>/dev/null
    # It may have gone again, with its last holder; `command` keeps a failing exec from ending the shell.
    { command exec 9<"$D"; } 2>/dev/null || { [ -n "${1-}" ] && continue || return 2; }
    flock -w 30 9 || { exec 9<&- && return 1; }
    # shellcheck disable=SC3013 # dash, bash and busybox have -ef
    if [ /proc/self/fd/9 -ef "$D" ]; then return 0; fi
    exec 9<&-
  done
  return 2
}

# unlock: a folder that holds nothing goes while it is still locked, so that who waits for it sees that.
unlock() {
  rmdir -- "$D" 2>/dev/null
  exec 9<&-
}

# holders PATH FD: the processes that have it open as one of these descriptors, a number a line. By links alone, since what a
# user has open may never answer, and in as many calls as the host's processes need.
# shellcheck disable=SC2016,SC2086 # expanded by the shell within; a pattern
holders() {
  printf '%s\0' /proc/[0-9]*/fd/$2 | xargs -0 sh -c '/usr/bin/env find "$@" -maxdepth 0 -lname "$0" 2>/dev/null; :' "$1" | cut -d / -f 3
}

# keeper: sets HOLDER to the process that has the lock, for a message.
keeper() {
  HOLDER='a process of root'
  pid=$(holders "$(readlink -f -- "$D")" '[0-9]' | head -n 1)
  [ -z "$pid" ] || HOLDER="process $pid ($(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | cut -c 1-120))"
}

# birth PID: when the process started, so that a number used again is not taken for it; nothing for one that is dead
# and only waits for its parent.
birth() { sed -n 's/.*) \([^ZX] .*\)/\1/p' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20; }

# self: sets SELF to this very process. $$ is another one, since what was sent runs in a subshell.
self() { read -r SELF _ </proc/self/stat; }

# busy: true while another run holds the host; sets HOLDER, SINCE, HELD_RUN and HELD_STATE.
busy() {
  for HELD_STATE in pending rolling confirmed; do
    for held in "$D/$HELD_STATE"/*; do
      [ -e "$held" ] || continue
      HELD_RUN=${held##*/}
      [ "$HELD_STATE" != confirmed ] || [ ! -e "$D/runs/$HELD_RUN/result" ] || continue
      field "$D/runs/$HELD_RUN/header" who
      HOLDER=$VALUE
      field "$D/runs/$HELD_RUN/header" time
      SINCE=$VALUE
      return 0
    done
  done
  HELD_STATE=preparing
  field "$D/lease" run || return 1
  HELD_RUN=$VALUE
  field "$D/lease" who
  HOLDER=$VALUE
  field "$D/lease" time
  SINCE=$VALUE
  lease_alive
}

# lease_alive: its time is not over, and the process that prepares still lives.
lease_alive() {
  field "$D/lease" boot
  [ "$VALUE" = "$(boot_id)" ] || return 1
  field "$D/lease" until
  uptime
  [ "$UPTIME" -lt "${VALUE:-0}" ] || return 1
  field "$D/lease" pid
  pid=$VALUE
  field "$D/lease" birth
  [ -n "$pid" ] && [ "$(birth "$pid")" = "$VALUE" ]
}

# hold_host: locked, and no run holds the host. 1 when one does, and told whose it is; 2 when no folder can be made.
hold_host() {
  HELD_RUN=
  HELD_STATE=
  SINCE=
  # A file system of its own that is mounted there brings a mode of its own.
  [ ! -d "$D" ] || chmod 700 -- "$D" 2>/dev/null
  lock make
  locked=$?
  case $locked in
  0)
    busy || return 0
    unlock
    ;;
  1) keeper ;;
  2) return 2 ;;
  esac
  emit locked "$(b64 "$HOLDER")" "${SINCE:--}" "${HELD_RUN:--}" "${HELD_STATE:--}"
  return 1
}

# take_lease WHO SECONDS: false, and told, when another run holds the host.
take_lease() {
  hold_host
  held=$?
  [ "$held" != 2 ] || refuse no-space "$D" "the folder could not be made; $(space_of "$D")"
  [ "$held" = 0 ] || return 1
  [ ! -e "$D/lease" ] || emit lease-taken-over "$(b64 "$HOLDER")" "${SINCE:--}" "${HELD_RUN:--}"
  uptime
  self
  # What an interrupted preparation left goes with its lease.
  [ ! -e "$D/lease" ] || discard "$HELD_RUN"
  printf '%s\n' "run $ID" "who $1" "time $(now)" "boot $(boot_id)" "until $((UPTIME + $2))" \
    "pid $SELF" "birth $(birth "$SELF")" >"$D/lease.new" && mv -fT "$D/lease.new" "$D/lease"
  taken=$?
  [ "$taken" = 0 ] || { refuse no-space "$D" "the lease could not be written; $(space_of "$D")" && drop_lease; }
  unlock
  return "$taken"
}

# hold_lease: true, and locked, while the lease is still this run's: one that took too long may have lost it.
hold_lease() { lock && field "$D/lease" run && [ "$VALUE" = "$ID" ]; }

# drop_lease: ends this run's hold; folders that hold nothing go too, so a refused first run leaves no trace.
drop_lease() {
  field "$D/lease" run && [ "$VALUE" != "$ID" ] || rm -f "$D/lease"
  rm -f "$D/lease.new"
  # Another run's folders are not ours to tidy.
  [ ! -e "$D/lease" ] || return 0
  for empty in pending rolling confirmed rolled-back runs; do rmdir "$D/$empty" 2>/dev/null; done
  [ -e "$D/runs" ] || rm -f "$D/own-changes"
  return 0
}
