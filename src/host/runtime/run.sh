# shellcheck shell=sh
# The life of a run: begin (over the transport), apply (in a unit of its own), continue after packages.

# load_header: the settings that every process of the run needs.
load_header() {
  field "$RUN/header" apply-timeout && APPLY_TIMEOUT=$VALUE || APPLY_TIMEOUT=300
  field "$RUN/header" confirm-timeout && CONFIRM_TIMEOUT=$VALUE || CONFIRM_TIMEOUT=120
}

# begin ID: HEADER, STEPS, FINAL and MORE were set by the text that was sent.
begin() {
  TALK=1
  trap '' PIPE
  use_run "$1"
  header_value undoes
  UNDOES=$VALUE
  # A run whose changes are back already is undone all the same: it is no longer in force.
  [ "$UNDOES" != - ] || [ -n "$STEPS$FINAL" ] || finish nothing
  start_preflight
  header_value who
  take_lease "$VALUE" "$PREPARE_TIMEOUT" || {
    [ "$REFUSED" = 0 ] || finish refused
    finish locked
  }
  walk_planned "$PARENTS"
  preflight_host
  eval "$STEPS
$FINAL"
  [ "$REFUSED" -gt 0 ] || prepare_all
  [ "$REFUSED" -gt 0 ] || lay_out
  if [ "$REFUSED" -gt 0 ]; then
    [ ! -d "$RUN" ] || discard "$ID"
    lock
    drop_lease
    unlock
    finish refused
  fi
  header_value apply-timeout
  APPLY_TIMEOUT=$VALUE
  # Nobody listens any more: nothing was changed, and nothing will be.
  printf '@harden %s ready\n' "$ID" 2>/dev/null || { abandon && exit 0; }
  hold_lease || {
    refuse lease-lost "$D/lease" "the preparation took too long, and another run has taken the host over"
    abandon
    finish refused
  }
  if ! arm; then
    why=$(space_of "$D" "$UNITS" "$R/run")
    ! was_silent || why="systemd did not answer within 10 s. Nothing was changed: see what keeps it busy, then try again"
    [ -z "$ALTERED" ] || why=$(altered_why)
    refuse not-armed "$UNITS" "the dead-man could not be started; $why"
    ask stop "$DEADMAN_UNIT" 2>/dev/null
    rm -f "$D/pending/$ID"
    abandon
    finish refused
  fi
  unlock
  header_value confirm-timeout
  TALK=
  emit armed "$APPLY_TIMEOUT" "$VALUE"
  launch 0
}

# header_value KEY: sets VALUE from HEADER.
header_value() {
  VALUE=${HEADER#*"
$1 "}
  VALUE=${VALUE%%"
"*}
}

# next_number: sets NUMBER, one more than any run's: clocks jump.
next_number() {
  NUMBER=1
  for each in "$D"/runs/*/header; do
    field "$each" number || continue
    case $VALUE in '' | *[!0-9]*) continue ;; esac
    [ "$VALUE" -lt "$NUMBER" ] || NUMBER=$((VALUE + 1))
  done
}

# lay_out: the run's folder; the run is not armed before pending/ID exists.
lay_out() {
  next_number
  mkdir -p "$D/runs" "$D/pending" "$D/rolling" "$D/confirmed" "$D/rolled-back" &&
    mkdir "$RUN" "$RUN/undo" "$RUN/backup" "$RUN/wrote" "$RUN/scratch" &&
    true >"$RUN/events" && true >"$RUN/journal" && lay_out_owned && true >"$RUN/undo/file" &&
    true >"$RUN/working" && true >"$RUN/settling" && printf 'armed\n' >"$RUN/phase" &&
    printf '%s\n' "number $NUMBER" "$HEADER" "time $(now)" "boot $(boot_id)" | sed '/^$/d' >"$RUN/header" &&
    printf '%s\n' "$RUNTIME" >"$RUN/runtime.sh" &&
    printf '%s\n' "$STEPS" >"$RUN/steps-1" &&
    printf '%s\n' "$FINAL" >"$RUN/steps-final" &&
    printf '1\n' >"$RUN/batch" && printf '%s\n' "$MORE" >"$RUN/more" &&
    lay_out_all && keep_folders && reserve && sync "$RUN"/* "$RUN/undo" "$RUN" "$D/runs" "$D" "${D%/*}" || {
    [ "$REFUSED" -gt 0 ] || refuse no-space "$D" "the run could not be written; $(space_of "$D")"
  }
} 2>/dev/null

# lay_out_owned: what becomes ours is written step by step; an undo begins with what no longer is, newest run first.
lay_out_owned() {
  local undone
  true >"$RUN/owned" || return
  [ "$UNDOES" != - ] || return 0
  for undone in $UNDOES; do printf "manifest_undone '%s' .\n" "$undone"; done >>"$RUN/owned"
}

# launch FROM: starts the batch in its unit, and tells what happens from line FROM of the events on.
launch() {
  if ask start --no-block "$APPLY_UNIT"; then
    follow "$1" batch
  else
    emit failed no-unit - "$(b64 "$APPLY_UNIT could not be started, or not in time")" 0
    roll failed
    follow "$1" batch
  fi
  finish "$OUTCOME"
}

# follow FROM UNTIL: prints events as they come, to the batch's end or the run's; sets OUTCOME.
follow() {
  OUTCOME=lost
  seen=0
  part=
  ended=0
  exec 5<"$RUN/events" || return
  while :; do
    while IFS= read -r line <&5; do
      line=$part$line
      part=
      seen=$((seen + 1))
      [ "$seen" -gt "$1" ] || continue
      # Whoever listened has gone; the run goes on without.
      printf '%s\n' "$line" 2>/dev/null || exit 0
      case $2:$line in
      *":@harden $ID confirmed") OUTCOME=confirmed ;;
      *":@harden $ID rolled-back "*) OUTCOME=rolled-back ;;
      "batch:@harden $ID waiting "*) OUTCOME=waiting ;;
      "batch:@harden $ID more "*) OUTCOME=more ;;
      *) continue ;;
      esac
      return
    done
    part=$part$line
    state
    case $2:$STATE in
    now:*) OUTCOME=$STATE && return ;;
    *:confirmed | *:rolled-back)
      # Settled, and its last event is due; on a full disk it never comes.
      ended=$((ended + 1))
      [ "$ended" -lt 200 ] || { OUTCOME=$STATE && tell_result && return; }
      ;;
    esac
    sleep 0.1
  done
}

# resume ID: the second batch of a run whose packages are there now.
resume() {
  TALK=1
  trap '' PIPE
  use_run "$1"
  start_preflight
  state
  [ "$STATE" != unknown ] || finish unknown-run
  case $STATE in
  pending) ;;
  rolling | rolled-back) tell_rollback ;;
  *) finish "$STATE" ;;
  esac
  load_header
  [ ! -e "$RUN/applied" ] && read -r phase <"$RUN/phase" && [ "$phase" = idle ] || finish not-ready
  renew "$APPLY_TIMEOUT"
  walk_folders
  walk_planned "$PARENTS"
  eval "$STEPS
$FINAL"
  [ "$REFUSED" -gt 0 ] || { renew "$PREPARE_TIMEOUT" && prepare_all; }
  from=$(wc -l <"$RUN/events")
  read -r batch <"$RUN/batch"
  if [ "$REFUSED" = 0 ] && lay_out_all && keep_folders && reserve &&
    printf '%s\n' "$STEPS" >"$RUN/steps-$((batch + 1))" && printf '%s\n' "$FINAL" >>"$RUN/steps-final" &&
    printf '%s\n' "$MORE" >"$RUN/more" && printf '%s\n' "$((batch + 1))" >"$RUN/batch" &&
    sync "$RUN"/steps-* "$RUN/more" "$RUN/batch" "$RUN"; then
    TALK=
    launch "$from"
  fi
  roll refused
  state
  finish "$STATE"
}

# apply ID: one batch. Undo first, all of it, durable; then the changes.
apply() {
  use_run "$1"
  IN_APPLY=1
  load_header
  WHILE=pending
  exec 8>>"$RUN/working" && flock -w 5 8 || exit 0
  printf '%s %s\n' "$$" "$(birth "$$")" >"$RUN/working"
  printf 'working\n' >"$RUN/phase"
  [ -e "$D/pending/$ID" ] || exit 0
  read -r batch <"$RUN/batch"
  data=$(cat "$RUN/steps-$batch")
  walk_folders
  PASS=snapshot
  eval "$data"
  keep_folders || no_undo
  N=0
  sync "$RUN"/backup/* "$RUN/backup" 2>/dev/null
  sync "$RUN"/undo/* "$RUN/undo" "$RUN" || no_undo
  PASS=apply
  TOUCHED=
  INSTALLED=
  eval "$data"
  [ -n "$FAILED" ] || settle_all
  [ -n "$FAILED" ] || write_manifest || fail write "$D/manifest" "it could not be written; $(space_of "$D")"
  read -r expected <"$RUN/more"
  sync "$RUN/journal" "$RUN"
  if [ -n "$FAILED" ]; then
    roll failed
  elif [ "$expected" = 1 ]; then
    renew "$CONFIRM_TIMEOUT" && printf "idle\n" >"$RUN/phase" && emit more "$CONFIRM_TIMEOUT"
  else
    start_all
    put "$RUN/applied" "$(now)" && renew "$CONFIRM_TIMEOUT" && printf 'idle\n' >"$RUN/phase" &&
      emit waiting "$CONFIRM_TIMEOUT" "$((UPTIME + CONFIRM_TIMEOUT))"
  fi
}
