# shellcheck shell=sh
# The undo of files: each as it was before the run, and what others made of it meanwhile kept.

# hindered_file: before an undo begins.
hindered_file() { each_saved in_the_way; }

# in_the_way NUMBER PATH KIND… .: sets IN_THE_WAY where a folder that must be written to is not mounted, or mounted read-only.
in_the_way() {
  local path was
  [ -z "$IN_THE_WAY" ] && [ -f "$RUN/wrote/$1" ] || return 0
  ! away "${2%/*}/." && [ -d "${2%/*}" ] || return 0
  path=$2
  shift 2
  was=$*
  was=${was% .}
  look "$path"
  if [ "$SEEN" != unheld ] && [ "$SEEN" != "$was" ] && read_only "${path%/*}"; then IN_THE_WAY="${path%/*} is mounted read-only"; fi
}

undoing_file() {
  UNDO_UP_TO=
  PACKAGES_BACK=
}

# undo_file NUMBER PATH KIND… .: the file as it was before the run; what somebody else made of it is kept.
undo_file() {
  local number path kind was lost part
  number=$1
  path=$2
  kind=${3%% *}
  shift 2
  was=$*
  was=${was% .}
  still_held "$path" "$(put_by_hand)" || return 0
  temporary "$path" "$number"
  rm -f -- "$TEMPORARY"
  look "$path"
  if [ "$SEEN" = "$was" ]; then
    # The power may have gone between the folder and the file in it.
    [ "$was" != absent ] || leave_folder "$path"
    return 0
  fi
  ! gone_with_package || return 0
  if [ ! -f "$RUN/wrote/$number" ]; then
    # The run never came as far as this file.
    note changed-by-others "$path" "not touched by the run, and left as it is"
    return 0
  fi
  third_version
  lost=$(lost_in "$number" "$path")
  part=
  if { [ -z "$lost" ] || without_lost; } && put_back "$number$part" "$path" "$kind"; then
    case $path in "$UNITS"/*) RELOAD_SYSTEMD=1 ;; esac
  elif [ -z "$IN_THE_WAY" ]; then
    note not-restored "$path" "$(flagged "$path")$(put_by_hand)"
  fi
}

is_sudoers() { case $1 in "$R"/etc/sudoers | "$R"/etc/sudoers.d/*) ;; *) return 1 ;; esac; }

# strangers_in PATH FILE: prints the accounts that have lines in FILE, as a file of sudo's at PATH, and are others than those
# that a run made under these names.
strangers_in() {
  local name
  is_sudoers "$1" || return 0
  awk '/^[^#]/ { print $1 }' "$2" | while read -r name; do
    ! getent passwd "$name" >/dev/null || ! account_then "$name" "$D/runs" || [ "$WHO" = "$name" ] || printf '%s ' "$name"
  done
} 2>/dev/null

# lost_in NUMBER PATH: prints the accounts that names_lost has and that have lines in that backup of a file of sudo's: whoever
# has such a name by now would become root by them.
lost_in() {
  local name
  is_sudoers "$2" || return 0
  for name in $(names_lost); do
    ! name=$name awk '$1 == ENVIRON["name"] { found = 1 } END { exit !found }' "$RUN/backup/$1" || printf '%s ' "$name"
  done
} 2>/dev/null

# without_lost: sets part to what makes the caller's $number the name of a backup without the lines of $lost. They come back
# with the accounts, as mend looks at the file again.
without_lost() {
  part=.part
  rm -f -- "$RUN/backup/$number.part"
  if lost=" $lost" awk 'NF == 0 || !index(ENVIRON["lost"], " " $1 " ")' "$RUN/backup/$number" >"$RUN/backup/$number.part" &&
    cp -a --attributes-only -- "$RUN/backup/$number" "$RUN/backup/$number.part" && look "$RUN/backup/$number.part" &&
    sha_of $SEEN && wrote "$number" "$SHA"; then return; fi
  IN_THE_WAY="no room: $(space_of "$RUN")"
  false
} 2>/dev/null

# put_by_hand: a clause about the caller's file before the run.
put_by_hand() {
  if [ "$was" = absent ]; then
    printf 'it was not there before the run: remove it'
  else
    printf 'the backup is %s' "$RUN/backup/$number"
  fi
}

# flagged PATH: a clause where chattr(1) keeps root from changing it, with what takes that away.
flagged() {
  local flags
  flags=$(lsattr -d -- "$1" 2>/dev/null)
  case ${flags%% *} in
  *[ia]*) printf 'it is immutable or append-only (chattr -ia %s); ' "$1" ;;
  esac
}

release_file() { each_line "$1/undo/spares"; }

# gone_with_package: a file that a package of this run brought has been purged with it. One that was there before the
# package, and that the purge took all the same, comes back. Of the caller's $number and $path.
gone_with_package() {
  [ "$SEEN" = absent ] && [ "$number" -gt "${UNDO_UP_TO:-$number}" ] &&
    ! grep -q -x -F -e "$path" "$RUN/undo/there" 2>/dev/null
}

# third_version: keeps the content of the caller's $path when it is neither the original, $was, nor what we wrote.
third_version() {
  local ours
  sha_of $SEEN
  # The purge took it along.
  [ "$SHA" != absent ] || [ -z "${PACKAGES_BACK-}" ] || return 0
  # Only its mode or owner differs.
  case $was in "file $SHA "*) return 0 ;; esac
  while read -r ours; do
    case $ours in "$SHA" | any) return 0 ;; esac
  done <"$RUN/wrote/$number"
  if [ "$SHA" = absent ]; then
    note third-version "$path" "somebody removed it during the run; restored"
  elif mkdir -p "$RUN/third" && cp -a -- "$path" "$RUN/third/$number"; then
    note third-version "$path" "somebody changed it during the run; restored, and that version is kept: $RUN/third/$number"
  else
    note third-version "$path" "somebody changed it during the run; there was no room to keep that version"
  fi
}

# remains_file: after the undo, what is not as it was.
remains_file() { each_saved remains_of; }

remains_of() { # NUMBER PATH KIND… .
  local number path was lost
  number=$1
  path=$2
  shift 2
  was=$*
  was=${was% .}
  look "$path"
  [ "$SEEN" != "$was" ] && [ "$SEEN" != unheld ] && [ -f "$RUN/wrote/$number" ] && ! gone_with_package || return 0
  lost=$(lost_in "$number" "$path")
  if [ -n "$lost" ]; then
    amiss file not-restored "$path" \
      "it is back without the lines of ${lost% }: the account that had them is not back, and another one of its name would become root by them. Look whose it is; the whole file: $RUN/backup/$number"
  else
    amiss file differs "$path" "was: $was; is: $SEEN"
  fi
}
