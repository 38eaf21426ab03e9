# shellcheck shell=sh
# The two ends of a run: rolled back, or confirmed and finalized.

# journal_writable: false where the run's journal takes nothing now: mounted read-only, above all.
journal_writable() { true >>"$RUN/settling"; } 2>/dev/null

# settle_alone: takes, on 7, the lock of whoever settles the run; false where the journal takes nothing. An `exec` that can't
# open its file ends dash.
settle_alone() { journal_writable && exec 7>>"$RUN/settling" && flock 7; }

# roll WHY [boot]: claims the rollback and undoes the run, or takes up one that was cut off. Whoever is at it is waited
# for. False when the run can't be rolled back: it is settled, or was confirmed first; or not yet, and the dead-man
# comes back to it: what is mounted read-only meanwhile, or full, takes no file.
roll() {
  local why first outcome
  settle_alone || return 1
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
  look_ahead
  [ -n "$first" ] || third_states
  [ -z "$HOMES_LEFT" ] || homes_away
  ! waits || return 1
  PASS=undo
  RELOAD_SYSTEMD=
  AT_BOOT=
  [ "${2-}" != boot ] || AT_BOOT=1
  NOTED=
  SYSTEMD_TIME=$SYSTEMD_MOST
  [ -n "$IN_APPLY" ] || end_apply
  wait_for_workers
  AMISS=
  LAST_LOOK=
  quiet_all
  undo_all "$UNDO_EARLY" "$UNDO_LATE"
  ! waits || return 1
  release_all "$RUN"
  remains_all
  LAST_LOOK=1
  mend
  ! waits || return 1
  # Counted from the events, as an earlier roller may have been cut off.
  outcome=$(awk '$3 == "rolling" { on = 1 } on && $3 == "note" && $4 != "third-state" { word = "notes" }
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

# look_ahead: sets IN_THE_WAY where nothing may be undone yet.
look_ahead() {
  walk_folders
  find_away
  IN_THE_WAY=
  hindered_all
}

# third_states: tells what somebody has set while the run waited, before anything of it is undone.
third_states() {
  local phase
  phase=
  read -r phase <"$RUN/phase"
  [ "$phase" != idle ] || third_all
} 2>/dev/null

# third_state OBJECT FOUND KNOWN…: a note where what is found is none of the known states, which are that before the run and its own.
third_state() {
  # Such a note leaves the outcome clean.
  local object found known NOTED
  object=$1
  found=$2
  shift 2
  for known in "$@"; do [ "$found" != "$known" ] || return 0; done
  note third-state "$object" "somebody changed it during the run; found: $found; restored as it was before the run. If it is still needed, set it again"
}

# waits: true, told once and let go of, where the undo waits for what is in its way. How little room there is changes always.
waits() {
  [ -n "$IN_THE_WAY" ] || return 1
  [ "$TOLD_WAY" = "${IN_THE_WAY%%:*}" ] || emit progress rollback-waits "$(b64 "$IN_THE_WAY")"
  TOLD_WAY=${IN_THE_WAY%%:*}
  exec 7>&-
}

# undo_all EARLY LATE: lists of kinds.
undo_all() {
  undo_kinds "$1"
  # Not with each try once more: that restarts services.
  [ -z "$IN_THE_WAY" ] || [ -z "$TOLD_WAY" ] || return 0
  undo_kinds "$2"
  reread_units ||
    amiss service not-restored systemd "its units' files are the old ones, and it has not come to read them. Let it: systemctl daemon-reload"
}

# reread_units: systemd knows of the units that were put back.
reread_units() { [ -z "$RELOAD_SYSTEMD" ] || { daemon_reload && RELOAD_SYSTEMD=; }; }

# mend: once more what is not as it was, since something has written it behind its undo, or systemd had no time for it; with what
# that writes.
mend() {
  local kind
  [ -n "$AMISS" ] || return 0
  for kind in $AMISS; do AMISS="$AMISS $(written_by "$kind")"; done
  [ "$SYSTEMD_TIME" -gt 2 ] || SYSTEMD_TIME=2
  undo_all "$(among "$UNDO_EARLY")" "$(among "$UNDO_LATE")"
  [ -n "$IN_THE_WAY" ] || remains_all
}

# among KINDS: prints those of which something is amiss.
among() {
  local kind
  for kind in $1; do ! listed "$kind" "$AMISS" || printf '%s ' "$kind"; done
}

# end_apply: the shell that applies ends at once, and starts nothing more. By no job of systemd's: any user can keep it from all
# of them, as long as it likes, by asking it many things.
end_apply() {
  local pid born
  read -r pid born <"$RUN/working" && [ "$(birth "$pid")" = "$born" ] && kill "$pid"
} 2>/dev/null

# wait_for_workers: whatever the apply had started must have ended. All of it inherited the lock of `working`. What
# a kind is patient with is waited for, never killed; anything else has twenty seconds.
wait_for_workers() {
  local patient working pid
  # In the apply itself the lock is its own.
  flock -n 8 2>/dev/null && return 0
  exec 6<"$RUN/working"
  if ! flock -w "$WORKERS_END" 6; then
    patient=
    working=$(holders "$(readlink -f -- "$RUN/working")" 8)
    for pid in $working; do ! patient_all "$(cat "/proc/$pid/comm" 2>/dev/null)" || patient=1; done
    # One of them may have ended by itself by now: what counts is the lock.
    [ -n "$patient" ] || kill -9 $working 2>/dev/null
    flock -w "$([ -n "$patient" ] && echo 1800 || echo 10)" 6 ||
      note still-working "$APPLY_UNIT" "something that the run started has not ended"
  fi
  exec 6>&-
}

# undo_kinds KINDS: each by its own lines. At a boot what the boot has forgotten anyway is left out. Homes that are not mounted
# hold up nothing else: there may be none before somebody can log in.
undo_kinds() {
  local kind
  for kind in $1; do
    [ -s "$RUN/undo/$kind" ] || continue
    [ -z "$AT_BOOT" ] || ! listed "$kind" "$UNDONE_BY_BOOT" || continue
    if listed "$kind" "$UNDO_BY_HOMES" && homes_away; then
      HOMES_LEFT=1
      continue
    fi
    undoing_kind "$kind"
    each_line "$RUN/undo/$kind" "$(listed "$kind" "$UNDO_FORWARDS" && echo forwards)" || return
    undone_kind "$kind"
  done
}

# finalize: what comes after the claim; repeatable, taken up again by the dead-man.
finalize() {
  local data
  settle_alone || return 1
  if [ ! -e "$RUN/result" ]; then
    load_header
    walk_folders
    WHILE=confirmed
    PASS=apply
    TOUCHED=
    confirm_all
    release_reserve
    data=$(cat "$RUN/steps-final")
    eval "$data"
    release_all "$RUN"
    sync "$RUN/journal"
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
    # The dead-man was first.
    [ -z "$KNOWN" ] || tail -n "+$((KNOWN + 1))" "$RUN/events"
    emit confirmed
  fi
  exec 7>&-
}
