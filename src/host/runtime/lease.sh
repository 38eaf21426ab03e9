# shellcheck shell=sh
# One run at a time on a host. The lease says whose; it is taken under flock(1) of /var/lib, which needs no file
# of its own, and it is alive while its run is unsettled, or while the process that prepares it lives.

lock() { exec 9<"$R/var/lib" && flock -w 30 9; }
unlock() { exec 9<&-; }

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

# take_lease WHO SECONDS: false, and told, when another run holds the host.
take_lease() {
  lock || { emit locked - - - "$(b64 "the lock of $R/var/lib is held")" && return 1; }
  if busy; then
    emit locked "$(b64 "$HOLDER")" "${SINCE:--}" "${HELD_RUN:--}" "$HELD_STATE"
    unlock
    return 1
  fi
  [ ! -e "$D/lease" ] || emit lease-taken-over "$(b64 "$HOLDER")" "${SINCE:--}" "${HELD_RUN:--}"
  uptime
  self
  # What an interrupted preparation left goes with its lease.
  [ ! -e "$D/lease" ] || discard "$HELD_RUN"
  mkdir -p "$D" && printf '%s\n' "run $ID" "who $1" "time $(now)" "boot $(boot_id)" "until $((UPTIME + $2))" \
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
  rmdir "$D" 2>/dev/null
  return 0
}
