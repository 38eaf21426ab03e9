# shellcheck shell=sh
# What was there before a package in the places of /var that its purge takes: it steps aside for the purge, by a rename, which
# needs no room, follows no link, and is as quick for a large log.

# places_of NAME: prints a pattern for each place, by what the scripts of Debian's packages remove.
places_of() {
  printf '%s\n' "$R/var/log/$1*" "$R/var/lib/$1"
  [ "$1" != auditd ] || printf '%s\n' "$R/var/log/audit"
}

# in_place FUNCTION PATTERN: calls it with each path there. Empty folders dpkg takes by itself.
in_place() {
  local path
  for path in $2; do
    if [ -L "$path" ] || { [ -e "$path" ] && [ ! -d "$path" ]; } || [ -n "$(find "$path/." -mindepth 1 -print -quit 2>/dev/null)" ]; then
      "$1" "$path" || return 1
    fi
  done
}

# list_folders: those of /etc, and those of /var in which packages keep what they make, as folder_back reads them.
list_folders() {
  find "$R/etc" -type d -printf '%m %U %G %p\n' >"$RUN/undo/folders" 2>/dev/null || return
  find "$R/var/lib" "$R/var/log" "$R/var/spool" -maxdepth 1 -type d -printf '%m %U %G %p\n' >>"$RUN/undo/folders" 2>/dev/null || :
}

# save_places DEB…: notes, before they are installed, in which of their places something is, which of their folders are there, and
# whose these are.
save_places() {
  local deb name place
  for deb in "$@"; do
    name=$(dpkg-deb -f "$deb" Package 2>/dev/null)
    places_of "$name" | while IFS= read -r place; do
      in_place false "$place" || { printf '%s place %s\n' "$name" "$place" && in_place save_modes "$place"; }
    done
    dpkg-deb -c "$deb" 2>/dev/null | sed -n 's#^d.* \.\(/\(etc\|var/lib\|var/log\|var/spool\)/.*\)/$#\1#p' | while IFS= read -r place; do
      if [ -L "$R$place" ] || [ ! -d "$R$place" ]; then continue; fi
      printf '%s folder %s\n' "$name" "$R$place"
      case $place in /var/*) save_modes "$R$place" -maxdepth 0 ;; esac
    done
  done >"$RUN/undo/places"
}

# save_modes PATH [OPTION…]: lines MODE OWNER GROUP PATH; no name of a user's makes two lines.
save_modes() {
  find "$@" ! -path "*$NL*" \( -type f -o -type d \) -printf '%m %U %G %p\n' 2>/dev/null | head -n 4096 >>"$RUN/undo/modes"
}

# set_aside RUN NAME…: of what that run brought. A package whose place can't be renamed stays.
set_aside() {
  local origin name places place
  origin=$D/runs/$1
  shift
  for name in "$@"; do
    places=$(sed -n "s/^$name place //p" "$origin/undo/places" 2>/dev/null)
    [ -n "$places" ] || continue
    stop_again
    while IFS= read -r place; do
      in_place step_aside "$place" || { keep "$name" "its purge would take $BESIDE, which was there before: $WALK_WHY" && break; }
    done <<END
$places
END
  done
}

step_aside() { # PATH
  BESIDE=$1
  is_rooted "$1" || return 1
  WALK_WHY="it can't be renamed, as where something is mounted"
  folder_of "$1"
  { [ -d "$FOLDER/.harden.$ID" ] || mkdir -m 700 -- "$FOLDER/.harden.$ID"; } &&
    mv -nT -- "$1" "$FOLDER/.harden.$ID/${1##*/}" && sync "$FOLDER" "$FOLDER/.harden.$ID"
} 2>/dev/null

# places_back RUN: what has stepped aside, and folders that dpkg took, since they were empty.
places_back() {
  local folder path name kind
  for folder in "$R/var/log" "$R/var/lib"; do
    for path in "$folder/.harden.$ID"/*; do
      if [ -e "$path" ] || [ -L "$path" ]; then put_beside "$folder/${path##*/}" "$path"; fi
    done
    rmdir -- "$folder/.harden.$ID" 2>/dev/null && sync "$folder"
  done
  [ ! -f "$D/runs/$1/undo/places" ] || while read -r name kind path; do
    [ "$kind" = folder ] || continue
    folder_back "$path"
    [ -d "$path" ] || note not-restored "$path" "it was there before the package $name, and went with it"
  done <"$D/runs/$1/undo/places"
  [ ! -f "$D/runs/$1/undo/modes" ] || modes_back "$D/runs/$1/undo/modes"
}

# modes_back LIST: a package's script has given what was there before to whom it likes.
modes_back() {
  local mode owner group path
  while read -r mode owner group path; do
    if [ -e "$path" ] && [ ! -L "$path" ] && is_rooted "$path"; then
      chown "$owner:$group" -- "$path"
      chmod "00$mode" -- "$path"
    fi
  done <"$1"
} 2>/dev/null

put_beside() { # PATH WHERE-IT-IS
  rmdir -- "$1" 2>/dev/null
  [ ! -e "$1" ] && [ ! -L "$1" ] && mv -nT -- "$2" "$1" 2>/dev/null && sync_folder "$1" ||
    note not-restored "$1" "it was there before the package, and could not be put back; it is kept as $2"
}
