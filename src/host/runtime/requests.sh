# shellcheck shell=sh
# What is asked of a run from outside: to confirm it, to roll it back, and how it is.

confirm() {
  TALK=1
  trap '' PIPE
  use_run "$1"
  state
  if [ "$STATE" = pending ]; then
    [ -e "$RUN/applied" ] || finish not-ready
    KNOWN=$(wc -l <"$RUN/events")
    claim pending confirmed
    state
  fi
  case $STATE in
  pending) finish unwritable ;;
  confirmed)
    finalize
    finish confirmed
    ;;
  rolling | rolled-back)
    tell_result
    finish too-late
    ;;
  *) finish unknown-run ;;
  esac
}

# rollback ID [WHY]: by a person or the controller, now.
rollback() {
  TALK=1
  trap '' PIPE
  use_run "$1"
  await_arming
  case $STATE in
  pending | rolling)
    load_header
    [ "$STATE" = rolling ] || [ -z "${2-}" ] || put "$RUN/asked" "$2" 2>/dev/null
    journal_writable || {
      emit progress rollback-waits "$(b64 "$RUN takes nothing: it is mounted read-only, or its disk fails. Let it: mount -o remount,rw on its mount point")"
      person "It waits: $RUN takes nothing; it is mounted read-only, or its disk fails. Let it: mount -o remount,rw on its mount point"
    }
    # In the background: it goes on when whoever asked has gone.
    TALK='' roll_asked >/dev/null 2>&1 &
    ;;
  rolled-back) ;;
  unknown)
    person "There is no run $ID here; nothing was changed. Those that there are: ls $D/runs"
    finish unknown-run
    ;;
  *)
    person "Run $ID is $STATE: from here only a pending one is taken back, so nothing was changed. A controller undoes it: harden rollback HOST $ID"
    finish "$STATE"
    ;;
  esac
  tell_rollback
}

# roll_asked: as soon as the journal takes it; what has been claimed is the dead-man's to go on with.
roll_asked() {
  until roll asked; do
    state
    [ "$STATE" = pending ] || return 0
    sleep 1
  done
}

# person TEXT: to whoever types this at the host's console; a controller goes by the lines of the protocol.
person() { [ ! -t 2 ] || printf '%s\n' "$1" >&2; }

# tell_rollback: its events from its beginning on, whoever has begun it, and how it ends.
tell_rollback() {
  TALK=
  follow "$(awk '$3 == "rolling" { at = NR - 1; exit } END { print (at == "" ? NR : at) }' "$RUN/events")" run
  person "Run $ID: $OUTCOME. What is not as it was before it, the lines above that begin with @harden and say note tell."
  finish "$OUTCOME"
}

# tell_result: how a rollback that has ended did so.
tell_result() {
  if read -r word outcome why 2>/dev/null <"$RUN/result" && [ "$word" = rolled-back ]; then
    printf '@harden %s rolled-back %s %s\n' "$ID" "$outcome" "$why"
  fi
}

# await_arming: sets STATE; a run that somebody is just arming is waited for.
await_arming() {
  state
  while [ "$STATE" = unknown ] && field "$D/lease" run && [ "$VALUE" = "$ID" ] && lease_alive; do
    sleep 0.1
    state
  done
}

status() { # ID FROM UNTIL
  use_run "$1"
  await_arming
  [ "$STATE" != unknown ] || finish unknown-run
  deadline=0
  read -r deadline <"$RUN/deadline" 2>/dev/null
  uptime
  printf '@harden %s state %s %s\n' "$ID" "$STATE" "$((deadline - UPTIME))"
  follow "$2" "$3"
  finish "$OUTCOME"
}
