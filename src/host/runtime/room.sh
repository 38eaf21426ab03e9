# shellcheck shell=sh
# Room that an undo needs, taken before anything changes: bytes on each file system, and a copy beside each backup elsewhere.

# reserve: room that the undo will need is taken now, on the journal's file system and on the targets'.
reserve() {
  local others inodes folder other
  rm -f "$RUN/reserve"
  has_inodes "$D" "$((FEW_INODES + 4 * ${N:-0}))" || return 1
  others=$(other_devices)
  while read -r inodes folder; do [ -z "$folder" ] || has_inodes "$folder" "$inodes" || return 1; done <<END
$others
END
  allocate "$RUN/reserve" "$((NEED * 2 + SLACK))" || { no_room "$D" "$((NEED * 2 + SLACK))" && return 1; }
  while read -r inodes folder; do
    [ -n "$folder" ] || continue
    other=$(at_top "$folder" reserve)
    quote "$other"
    printf 'undo_reserve %s .\n' "$QUOTED" >>"$RUN/undo/reserve"
    without_trace "${other%/*}" allocate "$other" "$((NEED * 2))" ||
      { undo_reserve "$other" && no_room "$folder" "$((NEED * 2))" && return 1; }
  done <<END
$others
END
}

# other_devices: "INODES FOLDER" of each file system but the journal's that files of the run come into: for the reserve, a
# temporary file, and what INODES counts.
other_devices() {
  {
    stat -c '%d %n' -- "$D"
    printf '%s' "$FOLDERS" | tr '\n' '\0' | xargs -0 -r stat -c '%d %n' --
    printf '\n%s' "$INODES"
  } 2>/dev/null | awk '
    NF == 0 { counts = 1; next }
    { word = $1; path = $0; sub(/^[^ ]+ /, "", path) }
    counts { inodes[device[path]] += word; next }
    NR == 1 { journal = word }
    { device[path] = word }
    !(word in first) { first[word] = path; order[++count] = word }
    END { for (each = 1; each <= count; each++) if (order[each] != journal) print 2 + inodes[order[each]], first[order[each]] }'
}

# allocate FILE BYTES: really taken; not every file system knows fallocate(2).
allocate() {
  fallocate -l "$2" "$1" 2>/dev/null || head -c "$2" /dev/zero 2>/dev/null >"$1"
}

undo_reserve() { ! is_rooted "$1" || without_trace "${1%/*}" rm -f -- "$1"; }

# without_trace FOLDER COMMAND…: runs what makes or removes a file of the run's own there, and writes down for collectors which
# time of the folder's last change that has replaced: "DEVICE:INODE TIME REPLACED", a line a folder. A service that reads the
# folder has missed nothing.
without_trace() {
  local folder before after status
  folder=${1:-/}
  shift
  # A busybox sh prefers its own stat, which tells whole seconds.
  before=$(/usr/bin/stat -c '%d:%i %.9Z' -- "$folder")
  status=0
  "$@" || status=$?
  after=$(/usr/bin/stat -c '%d:%i %.9Z' -- "$folder")
  # No more durable than that: a reset makes all services read their folders.
  [ "$before" = "$after" ] || { true >>"$D/own-changes" && awk -v before="$before" -v after="$after" '
    $1 " " $2 == before { before = $1 " " $3 }
    index(before, $1 " ") != 1
    END { split(before, was, " "); print after, was[2] }' "$D/own-changes" >"$D/own-changes.new" &&
    mv -fT "$D/own-changes.new" "$D/own-changes"; }
  return "$status"
} 2>/dev/null

release_reserve() {
  rm -f "$RUN/reserve"
  each_line "$RUN/undo/reserve"
}

# keep_spare PATH: on another file system than the journal's, which has no inode or block when somebody has taken the
# last, the undo is a rename of one more copy there. Backup $BACKUP has been made.
keep_spare() {
  local devices
  folder_of "$1"
  devices=$(stat -c %d -- "$RUN" "$FOLDER") || return 1
  [ "${devices%%"$NL"*}" != "${devices#*"$NL"}" ] || return 0
  spare_of "$1" "$BACKUP"
  quote "$SPARE"
  printf 'undo_reserve %s .\n' "$QUOTED" >>"$RUN/undo/spares" && without_trace "${SPARE%/*}" cp -a -- "$RUN/backup/$BACKUP" "$SPARE"
}

# spare_of TARGET NUMBER: sets SPARE to the name of that copy.
spare_of() {
  folder_of "$1"
  SPARE=$(at_top "$FOLDER" "$2.undo")
}

# at_top FOLDER NAME: prints the path of a file of the run's own at the top of the mount that the folder lies on, which no daemon
# reads: one that comes and goes beside its files looks like a change of them. In the folder itself where one can't rename
# between the two (a btrfs subvolume).
at_top() {
  local top
  top=$(findmnt -n -o TARGET -T "$1" 2>/dev/null)
  [ -n "$top" ] && [ "$(stat -c %d -- "$top" 2>/dev/null)" = "$(stat -c %d -- "$1")" ] || top=$1
  printf '%s/.harden.%s.%s' "${top%/}" "$ID" "$2"
}

# take_spare TARGET NUMBER: makes it $TEMPORARY.
take_spare() {
  local was
  look "$RUN/backup/$2"
  was=$SEEN
  spare_of "$1" "$2"
  look "$SPARE"
  [ "$SEEN" = "$was" ] && mv -fT -- "$SPARE" "$TEMPORARY"
}
