# shellcheck shell=sh
# What is left of settled runs, and its end.

# prune KEEP [ID…]: of these the oldest settled runs go, but never the newest run in force, nor the newest undo, nor what
# holds an original: of what is ours, or of what becomes ours again when a run that stays is undone. Without ids nothing goes,
# and those that could are named.
prune() {
  local keep
  keep=$1
  shift
  TALK=1
  hold_host
  case $? in
  1) finish locked ;;
  # No folder, and none can be made: there are no runs.
  2) finish pruned ;;
  esac
  newest_first | keep_newest "$keep" "$*"
  unlock
  finish pruned
}

# newest_first: prints the runs' ids.
newest_first() { runs_in_order "$D/runs" header | sed 's|.*/\(.*\)/header$|\1|' | tac; }

# keep_newest KEEP IDS: reads ids, newest first, and removes of IDS what nothing needs. What a run needs is older than it is.
keep_newest() {
  needed=$(originals_of "$D/manifest")
  undone=
  kept=0
  newest_run=
  newest_undo=
  while read -r old; do
    keep=
    kept=$((kept + 1))
    if [ "$kept" -le "$1" ] || [ ! -e "$D/runs/$old/result" ] || listed "$old" "$needed"; then keep=1; fi
    if [ -e "$D/confirmed/$old" ] && ! listed "$old" "$undone"; then
      if field "$D/runs/$old/header" undoes && [ "$VALUE" != - ]; then
        undone="$undone $VALUE"
        [ -n "$newest_undo" ] || keep=1
        newest_undo=1
      else
        [ -n "$newest_run" ] || keep=1
        newest_run=1
      fi
    fi
    if [ -z "$keep" ] && [ -z "$2" ]; then
      printf '@harden - prunable %s\n' "$old"
      continue
    fi
    if [ -n "$keep" ] || ! listed "$old" "$2"; then
      needed="$needed $(originals_of "$D/runs/$old/released")"
      continue
    fi
    rm -rf "$D/runs/$old" "$D/confirmed/$old" "$D/rolled-back/$old"
    printf '@harden - pruned %s\n' "$old"
  done
}

# originals_of FILE: prints the runs that lines of a manifest refer to.
originals_of() { cut -f 3 "$1" 2>/dev/null | sort -u | tr '\n' ' '; }

# of_all_runs COMMAND…: with the units of every run that there has been, and the links to them.
of_all_runs() {
  "$@" "$UNITS"/harden-early-*.service "$UNITS"/harden-deadman-*.service \
    "$UNITS"/*.wants/harden-early-*.service "$UNITS"/*.wants/harden-deadman-*.service
}

# any_there PATH…: also a link that leads nowhere.
any_there() {
  local path
  for path; do if [ -e "$path" ] || [ -L "$path" ]; then return 0; fi; done
  return 1
}

# uninstall: nothing of ours is left, the profile's own files apart. Refused while a run is unsettled.
uninstall() {
  TALK=1
  of_all_runs any_there "$D" || finish nothing
  hold_host
  [ $? != 1 ] || finish locked
  of_all_runs rm -f
  rm -rf "$D"
  unlock
  daemon_reload
  left=$(find "$D" -mindepth 1 -print -quit 2>/dev/null)
  [ -z "$left" ] || { note not-removed "$left" "it could not be removed, and what else is in $D may be left" && finish refused; }
  [ ! -e "$D" ] || note not-removed "$D" "it is empty, and stays: a file system is mounted on it, or its folder can't be written"
  finish uninstalled
}
