# shellcheck shell=sh
# What is left of settled runs, and its end.

# prune KEEP: the oldest settled runs go; never one whose backup the manifest still needs.
prune() {
  TALK=1
  lock || finish locked
  kept=0
  # Newest first, by the time in the header.
  for folder in "$D"/runs/*/; do
    [ -d "$folder" ] || continue
    field "${folder}header" time
    printf '%s %s\n' "${VALUE:-0}" "$(basename "$folder")"
  done | sort -r | while read -r _ old; do
    [ -e "$D/runs/$old/result" ] || continue
    kept=$((kept + 1))
    [ "$kept" -gt "$1" ] || continue
    awk -F '\t' -v run="$old" '$3 == run { found = 1 } END { exit !found }' "$D/manifest" 2>/dev/null && continue
    rm -rf "$D/runs/$old" "$D/confirmed/$old" "$D/rolled-back/$old"
    printf '@harden - pruned %s\n' "$old"
  done
  unlock
  finish pruned
}

# uninstall: nothing of ours is left, the profile's own files apart. Refused while a run is unsettled.
uninstall() {
  TALK=1
  lock || finish locked
  if busy; then
    emit locked "$(b64 "$HOLDER")" "${SINCE:--}" "${HELD_RUN:--}" "$HELD_STATE"
    unlock
    finish locked
  fi
  rm -f "$UNITS"/harden-early-*.service "$UNITS"/harden-deadman-*.service
  rm -f "$UNITS"/sysinit.target.wants/harden-early-*.service "$UNITS"/multi-user.target.wants/harden-deadman-*.service
  rm -rf "$D"
  unlock
  daemon_reload
  finish uninstalled
}
