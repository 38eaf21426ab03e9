# shellcheck shell=sh
# The manifest says what is ours, and how it was before: `ADDRESS TAB CONTROL TAB RUN TAB UNDO…`, sorted, and a full stop
# as the last line, by which one that was cut off is told.

# write_manifest: adds what this run owns and drops what it released; of two lines of an address the first run's,
# with the original, is kept. What that made of the manifest stays with the run: it is how ownership is taken back.
write_manifest() {
  local data sha was
  [ -s "$RUN/owned" ] || return 0
  backup "$D/manifest" && sync "$RUN/undo/file" || return 1
  [ ! -f "$RUN/backup/$BACKUP" ] || sync "$RUN/backup/$BACKUP" "$RUN/backup"
  # The owned lines change a copy one by one, of the manifest as it was before the run, also in a second batch.
  was=$RUN/scratch/manifest
  if [ -f "$RUN/backup/$BACKUP" ]; then sed '$d' "$RUN/backup/$BACKUP" >"$was"; else true >"$was"; fi &&
    cp "$was" "$RUN/manifest" || return 1
  data=$(grep ' \.$' "$RUN/owned")
  LOST=
  eval "$data"
  [ -z "$LOST" ] || return 1
  awk -F '\t' '!seen[$1]++' "$RUN/manifest" >"$RUN/manifest.new" &&
    sort -o "$RUN/manifest" "$RUN/manifest.new" && rm -f "$RUN/manifest.new" || return 1
  lines_beyond "$was" "$RUN/manifest" >"$RUN/taken" && lines_beyond "$RUN/manifest" "$was" >"$RUN/released" &&
    sync "$RUN/taken" "$RUN/released" || return 1
  if [ ! -s "$RUN/manifest" ]; then
    wrote "$BACKUP" absent
    rm -f "$RUN/manifest" "$D/manifest" && sync "$D"
  else
    echo . >>"$RUN/manifest" || return 1
    sha=$(sha256sum <"$RUN/manifest")
    wrote "$BACKUP" "${sha%% *}" && swap "$RUN/manifest" "$D/manifest"
  fi
}

# lines_beyond FILE OTHER: prints the lines of OTHER that FILE has not.
lines_beyond() { awk 'FILENAME == ARGV[1] { known[$0] = 1; next } !($0 in known)' "$1" "$2"; }

# preflight_manifest: what is ours can't be told from one that was cut off, nor added to it.
preflight_manifest() {
  [ ! -f "$D/manifest" ] || [ "$(tail -n 1 "$D/manifest")" = . ] ||
    refuse manifest "$D/manifest" "its last line is missing, so what is ours can't be told; runs keep it as it was before them, the newest: $(newest_copy)"
}

# newest_copy: prints the newest backup of the manifest.
newest_copy() {
  local run copy
  for run in $(newest_first); do
    copy=$(sed -n "s|^undo_file \([0-9]*\) '$D/manifest' .*|\1|p" "$D/runs/$run/undo/file" 2>/dev/null)
    [ ! -f "$D/runs/$run/backup/$copy" ] || { printf '%s' "$D/runs/$run/backup/$copy" && return; }
  done
  printf none
}

manifest_own() { # ADDRESS CONTROL UNDO .
  printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$ID" "$3" >>"$RUN/manifest" || LOST=1
}

# manifest_own_key ADDRESS CONTROL UNDO DIGEST .: of a key that is ours already the original stays, and what we wrote is new.
manifest_own_key() {
  if address=$1 digest=$4 awk -F '\t' -v OFS='\t' '
    $1 == ENVIRON["address"] { sub(/[^ ]*$/, ENVIRON["digest"], $4); found = 1 }
    { print }
    END { exit !found }' "$RUN/manifest" >"$RUN/manifest.new"; then
    mv -fT "$RUN/manifest.new" "$RUN/manifest" || LOST=1
  else
    manifest_own "$1" "$2" "$3 $4"
  fi
}

manifest_release() { # ADDRESS .
  address=$1 awk -F '\t' '$1 != ENVIRON["address"]' "$RUN/manifest" >"$RUN/manifest.new" &&
    mv -fT "$RUN/manifest.new" "$RUN/manifest" || LOST=1
}

# owner_of ADDRESS: prints the run that made it ours.
owner_of() {
  address=$1 awk -F '\t' '$1 == ENVIRON["address"] { print $3 }' "$D/manifest" 2>/dev/null
}

# undone_runs: prints the runs that this step takes back, newest first: those that this run undoes, or the one that made
# ours what it releases.
undone_runs() {
  if field "$RUN/header" undoes && [ "$VALUE" != - ]; then
    printf '%s\n' "$VALUE"
  elif [ -n "$RELEASE" ]; then
    owner_of "$RELEASE"
  fi
}

# manifest_undone RUN .: ownership as it was before that run. What it had made ours is not any more, and what it had
# released is again, with the original that it had.
manifest_undone() {
  local taken released
  taken=$D/runs/$1/taken
  released=$D/runs/$1/released
  [ -f "$taken" ] || taken=/dev/null
  [ -f "$released" ] || released=/dev/null
  awk -F '\t' 'FILENAME == ARGV[1] { taken[$0] = 1; next } !($0 in taken) && !seen[$1]++' \
    "$taken" "$RUN/manifest" "$released" >"$RUN/manifest.new" && mv -fT "$RUN/manifest.new" "$RUN/manifest" || LOST=1
}
