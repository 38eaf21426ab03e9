# shellcheck shell=sh disable=SC2154 # what collect.sh sets
# What harden itself has left on the host.

collect_owned() {
  need_root || return
  [ -f /var/lib/harden/manifest ] || return "$ABSENT"
  cat /var/lib/harden/manifest
}

# runs_seen: sets UNSETTLED to the runs that are unsettled before anything else is read.
UNSETTLED=
runs_seen() {
  set -- /var/lib/harden/pending/* /var/lib/harden/rolling/*
  UNSETTLED=$*
}

# unsettled: "STATE RUN TIME WHO" for each run that is neither confirmed nor rolled back, or was neither when the reading began:
# what it sets may be read by half. Then "runs" and all runs: two looks with the same lines have no run between them.
collect_unsettled() {
  local path run known
  need_root || return
  known=
  for path in /var/lib/harden/pending/* /var/lib/harden/rolling/* $UNSETTLED; do
    run=${path##*/}
    case " $known " in *" $run "*) continue ;; esac
    [ -e "$path" ] || [ -e "/var/lib/harden/runs/$run/header" ] || continue
    known="$known $run"
    path=${path%/*}
    printf '%s %s ' "${path##*/}" "$run"
    awk '$1 == "time" { time = $2 } $1 == "who" { who = substr($0, 5) } END { print time, who }' \
      "/var/lib/harden/runs/$run/header" || return "$UNKNOWN"
  done
  printf 'runs'
  for path in /var/lib/harden/runs/*; do printf ' %s' "${path##*/}"; done
  printf '\n'
}

# backups RUN: the contents of a run's backups, each after a line "@NONCE backup NUMBER".
collect_backups() {
  need_root || return
  for path in "/var/lib/harden/runs/$1/backup"/*; do
    [ -f "$path" ] || continue
    printf '\n@%s backup %s\n' "$nonce" "${path##*/}"
    head -c $((MAX_CONTENT + 1)) -- "$path" || return "$UNKNOWN"
  done
  return 0
}

# runs: each run's state, header, result, why its rollback was asked for, journal and notes, each after a line "@NONCE PART RUN";
# behind them the units of those that have no journal any more.
collect_runs() {
  need_root || return
  stray=$(stray_units)
  [ -d /var/lib/harden/runs ] || [ -n "$stray" ] || return "$ABSENT"
  for run in /var/lib/harden/runs/*; do
    [ -f "$run/header" ] || continue
    id=${run##*/}
    state=preparing
    for settled in pending rolling confirmed rolled-back; do
      [ ! -e "/var/lib/harden/$settled/$id" ] || state=$settled
    done
    printf '\n@%s run %s %s\n' "$nonce" "$id" "$state"
    cat "$run/header" || return "$UNKNOWN"
    printf '\n@%s result %s\n' "$nonce" "$id"
    cat "$run/result" 2>/dev/null
    printf '\n@%s asked %s\n' "$nonce" "$id"
    cat "$run/asked" 2>/dev/null
    printf '\n@%s journal %s\n' "$nonce" "$id"
    cat "$run/journal" 2>/dev/null
    printf '\n@%s notes %s\n' "$nonce" "$id"
    # Of a run that was rolled back only what its rollback says, also one that was cut off and taken up again; of one that is
    # being rolled back also what that waits for.
    awk -v state="$state" '$3 == "rolling" && !back++ { notes = "" }
      state == "rolling" && back && $3 == "progress" && !said[$0]++ { notes = notes $4 " - " $5 "\n" }
      $3 == "note" && !said[$0]++ { notes = notes $4 " " $5 " " $6 "\n" }
      END { printf "%s", notes }' "$run/events" 2>/dev/null
  done
  printf '\n@%s stray\n%s' "$nonce" "$stray"
  return 0
}

# storage PATH...: what storage says of them, and a last line.
collect_storage() {
  storage "$@" || {
    printf 'the mount table could not be read'
    return "$UNKNOWN"
  }
  printf 'end\n'
}

# stray_units: units of runs that the host has no journal of any more, a path a line, in /etc/systemd/system and below.
collect_stray_units() {
  need_root || return
  stray_units
}

stray_units() {
  for path in /etc/systemd/system/harden-early-*.service /etc/systemd/system/*.wants/harden-early-*.service \
    /etc/systemd/system/harden-deadman-*.service /etc/systemd/system/*.wants/harden-deadman-*.service; do
    [ -e "$path" ] || [ -L "$path" ] || continue
    id=${path##*/harden-}
    id=${id#*-}
    [ -e "/var/lib/harden/runs/${id%.service}/runtime.sh" ] || printf '%s\n' "$path"
  done
}
