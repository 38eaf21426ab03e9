# shellcheck shell=sh
# The two ends of a run: rolled back, or confirmed and finalized.

# roll WHY [boot]: claims the rollback and undoes the run, or takes up one that was cut off. Whoever is at it is waited
# for. False when the run can't be rolled back: it is settled, or was confirmed first; or not yet, and the dead-man
# comes back to it: what is mounted read-only meanwhile takes no file.
roll() {
  exec 7>>"$RUN/settling" && flock 7
  why=${2:-resumed}
  claim pending rolling && why=$1
  if [ ! -e "$D/rolling/$ID" ]; then
    exec 7>&-
    return 1
  fi
  release_reserve
  # One that was cut off began for a reason.
  first=$(awk '$3 == "rolling" { print $4; exit }' "$RUN/events")
  if [ -n "$first" ]; then why=$first; else emit rolling "$why"; fi
  IN_THE_WAY=
  each_saved in_the_way
  if [ -n "$IN_THE_WAY" ]; then
    [ -n "$TOLD_WAY" ] || emit progress rollback-waits "$(b64 "$IN_THE_WAY is mounted read-only")"
    TOLD_WAY=1
    exec 7>&-
    return 1
  fi
  PASS=undo
  RELOAD_SYSTEMD=
  UNDO_UP_TO=
  PACKAGES_BACK=
  NOTED=
  [ -n "$IN_APPLY" ] || systemctl stop "$APPLY_UNIT" 2>/dev/null
  wait_for_workers
  each_line "$RUN/undo/files"
  each_line "$RUN/undo/modes"
  [ -z "$RELOAD_SYSTEMD" ] || daemon_reload
  # Also after a boot: udev gives a new interface its values without waiting for the files to be restored.
  each_line "$RUN/undo/sysctl"
  if [ "${2-}" != boot ]; then
    undo_firewall
    undo_audit
  fi
  undo_units "${2-}"
  undo_packages
  release_downloads
  remains
  # Counted from the events, as an earlier roller may have been cut off.
  outcome=$(awk '$3 == "rolling" { on = 1 } on && $3 == "note" { word = "notes" }
    END { print (word ? word : "clean") }' "$RUN/events")
  [ -z "$NOTED" ] || outcome=notes
  put "$RUN/result" "rolled-back $outcome $why" 2>/dev/null
  claim rolling rolled-back
  rm -rf "$RUN"/steps-* "$RUN/wrote" "$RUN/scratch" "$RUN/owned"
  # What could not be put back is kept, and its note says where.
  grep -q -e ' note not-restored ' -e ' note differs ' "$RUN/events" || rm -rf "$RUN/backup" "$RUN/undo"
  # Its backups have made room.
  [ -s "$RUN/result" ] || put "$RUN/result" "rolled-back $outcome $why"
  disarm
  emit rolled-back "$outcome" "$why"
}

# in_the_way NUMBER PATH KIND… .: sets IN_THE_WAY to a folder that must be written to, and is mounted read-only.
in_the_way() {
  [ -z "$IN_THE_WAY" ] && [ -d "${2%/*}" ] && [ -f "$RUN/wrote/$1" ] || return 0
  path=$2
  shift 2
  was=$*
  was=${was% .}
  look "$path"
  if [ "$SEEN" != "$was" ] && read_only "${path%/*}"; then IN_THE_WAY=${path%/*}; fi
}

# wait_for_workers: whatever the apply had started must have ended. All of it inherited the lock of `working`. A package
# manager is waited for, never killed; anything else has twenty seconds.
wait_for_workers() {
  # In the apply itself the lock is its own.
  flock -n 8 2>/dev/null && return 0
  exec 6>>"$RUN/working"
  if ! flock -w "$WORKERS_END" 6; then
    installing=
    holders=
    for link in /proc/[0-9]*/fd/8; do
      [ "$(readlink "$link" 2>/dev/null)" = "$RUN/working" ] || continue
      pid=${link#/proc/}
      pid=${pid%%/*}
      holders="$holders $pid"
      case $(cat "/proc/$pid/comm" 2>/dev/null) in apt-get | dpkg | dpkg-*) installing=1 ;; esac
    done
    # One of them may have ended by itself by now: what counts is the lock.
    [ -n "$installing" ] || kill -9 $holders 2>/dev/null
    flock -w "$([ -n "$installing" ] && echo 1800 || echo 10)" 6 ||
      note still-working "$APPLY_UNIT" "something that the run started has not ended"
  fi
  exec 6>&-
}

# remains: after the undo, what is not as it was.
remains() {
  each_saved remains_of
}

remains_of() { # NUMBER PATH KIND… .
  number=$1
  path=$2
  shift 2
  was=$*
  was=${was% .}
  look "$path"
  [ "$SEEN" = "$was" ] || [ ! -f "$RUN/wrote/$number" ] || gone_with_package ||
    note differs "$path" "was: $was; is: $SEEN"
}

# finalize: what comes after the claim; repeatable, taken up again by the dead-man.
finalize() {
  exec 7>>"$RUN/settling" && flock 7
  if [ ! -e "$RUN/result" ]; then
    load_header
    WHILE=confirmed
    PASS=apply
    TOUCHED=
    remove_flows
    release_reserve
    release_downloads
    data=$(cat "$RUN/steps-final")
    eval "$data"
    # No room: the dead-man tries again.
    write_manifest || { exec 7>&- && return 1; }
    [ -z "$FAILED" ] || note not-finalized - "the run is confirmed; a step after the confirm failed"
    if ! put "$RUN/result" confirmed; then
      exec 7>&-
      return 1
    fi
    rm -rf "$RUN"/steps-* "$RUN/wrote" "$RUN/scratch"
    emit confirmed
    disarm
  else
    emit confirmed
  fi
  exec 7>&-
}
