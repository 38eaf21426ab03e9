# shellcheck shell=sh
# The folders of a run's files: which ones they were when it began, and whether they still are.

SWAPPED= # a line of each that is another one by now
# What an undo does not write for want of an answer is lost: a run has more patience than a plan.
WALK_LIMIT=60

# keep_folders: writes down the lines of WALKED that the run has not yet.
keep_folders() {
  local line known
  known=$NL
  [ ! -f "$RUN/folders" ] || known=$NL$(cat "$RUN/folders")$NL
  set --
  while IFS= read -r line; do
    case $line in *"	ok	"*) ;; *) continue ;; esac
    case $known in *"$NL${line%%	*}	"*) ;; *) printf '%s\n' "$line" && set -- "$@" "${line%%	*}" ;; esac
  done >>"$RUN/folders" <<END && sync "$RUN/folders" && keep_places "$@"
$WALKED
END
}

# walk_planned LINES: walks all folders of the plan at once, "DEVICE:INODE FOLDER" each, or "- FOLDER" where it wasn't there.
walk_planned() {
  local id folder lines
  lines=$1
  set --
  while read -r id folder; do [ -z "$folder" ] || set -- "$@" "${folder%/}/."; done <<END
$lines
END
  [ $# -gt 0 ] || return 0
  walk "$@"
  while read -r id folder; do
    case $NL$WALKED in
    *"$NL${folder%/}/.	ok	$id$NL"* | *"$NL${folder%/}/.	ok	-$NL"* | *"$NL${folder%/}/.	no	"*) ;;
    *) [ "${id:--}" = - ] || SWAPPED=$SWAPPED$NL${folder%/}/.$NL ;;
    esac
  done <<END
$lines
END
}

# walk_folders: walks them anew, all at once. After a boot a device may have another number.
walk_folders() {
  local folder word id was same_boot
  WALKED=
  SWAPPED=$NL
  [ -s "$RUN/folders" ] || return 0
  was=$NL$(cat "$RUN/folders")$NL
  set --
  while IFS='	' read -r folder word id; do set -- "$@" "$folder"; done <"$RUN/folders"
  walk "$@"
  same_boot=
  ! field "$RUN/header" boot || [ "$VALUE" != "$(boot_id)" ] || same_boot=1
  while IFS='	' read -r folder word id; do
    [ "$word" = ok ] && [ "$id" != - ] || continue
    word=${was#*"$NL$folder	ok	"}
    word=${word%%"$NL"*}
    [ "$word" != - ] || continue
    [ -n "$same_boot" ] || { word=${word#*:} && id=${id#*:}; }
    [ "$word" = "$id" ] || SWAPPED=$SWAPPED$folder$NL
  done <<END
$WALKED
END
}

# swapped PATH: its folder is another one than when the run began. Not so one that comes and goes with the file, or with a
# package of the run.
swapped() {
  case $SWAPPED in *"$NL${1%/*}/.$NL"*) ! own_folder "${1%/*}" && [ ! -s "$RUN/undo/package" ] && return ;; esac
  return 1
}

# only_root PATH: refuses, or fails, where somebody else than root decides which file that is, or where its folder is another
# one than planned, or than when the run began.
only_root() {
  local why
  if ! is_rooted "$1"; then
    why="$WALK_WHY, and so decides which file this is"
    if [ "$PASS" = preflight ]; then refuse others-folder "$1" "$why"; else fail others-folder "$1" "$why"; fi
  elif swapped "$1"; then
    why="${1%/*} is another folder by now: device and inode differ"
    if [ "$PASS" = preflight ]; then refuse stale "$1" "$why"; else fail stale "$1" "$why"; fi
  else
    return 0
  fi
  return 1
}

# still_held PATH ORIGINAL: the same for an undo, which leaves the path alone then and says where the original is.
still_held() {
  if ! is_rooted "$1"; then
    set -- "$1" "$WALK_WHY, and so decides which file this is: nothing was written there; $2"
  elif swapped "$1"; then
    set -- "$1" "${1%/*} is another folder than when the run began, by device and inode: nothing was written there; $2"
  else
    return 0
  fi
  # Early at a boot it may not be mounted yet; the dead-man looks again.
  [ "$PASS" != undo ] || note not-restored "$@"
  return 1
}
