# shellcheck shell=sh
# The dead-man, and its early half at boot: whatever happens to everybody else, the run ends.

# early ID: at boot, before services start. No systemctl that waits for a job.
early() {
  use_run "$1"
  [ ! -e "$MARK" ] || return 0
  RELOAD_SYSTEMD=
  if [ ! -e "$D/confirmed/$ID" ]; then early_undo; elif [ ! -e "$RUN/result" ]; then due_all; fi
  [ -z "$RELOAD_SYSTEMD" ] || timeout 30 systemctl daemon-reload 2>/dev/null
}

early_undo() {
  local first
  first=
  claim pending rolling && first=1
  [ -e "$D/rolling/$ID" ] || return 0
  settle_alone || return 0
  release_reserve
  emit rolling boot
  look_ahead
  # The dead-man waits for it, and undoes what runs by then.
  [ -z "$IN_THE_WAY" ] || return 0
  [ -z "$first" ] || third_states
  AT_BOOT=1
  # The late half looks at it all again.
  LAST_LOOK=
  quiet_all
  early_all
  undo_kinds "$UNDO_EARLY"
  true >"$MARK.early"
}

# patience SECONDS: systemd ends a dead-man that shows no sign for so long, and starts it again: one that somebody has
# stopped would never roll back.
patience() {
  [ -n "${NOTIFY_SOCKET-}" ] || return 0
  uptime
  [ "$PATIENCE" != "$1" ] || [ "$UPTIME" -ge "$((SIGN + 5))" ] || return 0
  # The next one says the same: any user can keep systemd from taking it.
  timeout 1 systemd-notify WATCHDOG_USEC="${1}000000" WATCHDOG=1 2>/dev/null
  PATIENCE=$1
  SIGN=$UPTIME
}

# deadman ID: watches until the run is settled.
deadman() {
  use_run "$1"
  load_header
  PATIENCE=
  while :; do
    state
    # To settle a run takes its time, with a package manager above all.
    case $STATE in pending) patience 30 ;; *) patience 7200 ;; esac
    case $STATE in
    rolling)
      if [ -e "$MARK.early" ]; then roll boot boot; else roll resumed; fi || sleep 2
      ;;
    pending)
      why=
      deadline=0
      read -r deadline <"$RUN/deadline" 2>/dev/null
      uptime
      case $deadline in '' | *[!0-9]*) deadline=0 ;; esac
      phase=armed
      read -r phase <"$RUN/phase" 2>/dev/null
      if [ ! -e "$MARK" ]; then
        why=boot
      elif [ "$UPTIME" -ge "$deadline" ]; then
        why=timeout
      elif [ "$phase" = armed ] && ! lease_alive; then
        # Whoever armed it died before it could start the apply.
        read -r phase <"$RUN/phase" && [ "$phase" != armed ] || why=apply-died
      elif [ "$phase" = working ] && (flock -n 6) 6<"$RUN/working"; then
        # Read again: it may have ended its batch in between.
        read -r phase <"$RUN/phase" && [ "$phase" != working ] || why=apply-died
      fi
      [ -z "$why" ] || { patience 7200 && roll "$why"; }
      ;;
    confirmed)
      # Whoever confirmed is at it, or has died of it.
      if [ -e "$RUN/result" ]; then settled; else finalize || sleep 5; fi
      ;;
    rolled-back) settled ;;
    *)
      # Not armed yet, as long as whoever prepares it lives.
      { field "$D/lease" run && [ "$VALUE" = "$ID" ] && lease_alive; } || settled
      ;;
    esac
    sleep 0.5
  done
}

# settled: tidies up after a settler that was cut off, and ends the dead-man for good.
settled() {
  settle_alone || return
  state
  case $STATE in
  unknown) abandon ;;
  confirmed | rolled-back)
    if [ -e "$UNITS/$DEADMAN_UNIT" ]; then
      disarm
      read -r word outcome why <"$RUN/result" && [ "$word" = rolled-back ] && emit rolled-back "$outcome" "$why"
    fi
    exec 7>&-
    SYSTEMD_TIME=$SYSTEMD_MOST
    daemon_reload
    ;;
  *)
    exec 7>&-
    return
    ;;
  esac
  exit 0
}
