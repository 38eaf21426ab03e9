# shellcheck shell=sh
# Whole files: written, removed, restored from a backup, and put back as they were before the run.

preflight_path() { # PATH BEFORE…
  local path
  path=$1
  shift
  only_root "$path" || return 0
  if ! resolve "$path"; then
    refuse dangling-link "$path" "it is a link to nothing"
    return
  fi
  folder_of "$TARGET"
  if [ "$*" = no-folder ]; then
    set -- absent
    [ ! -d "$FOLDER" ] || { refuse stale "$path" "planned: a new folder; found: $FOLDER is there" && return; }
  elif [ ! -d "$FOLDER" ] && ! { own_folder "$FOLDER" && [ ! -e "$FOLDER" ]; }; then
    refuse missing-folder "$path" "$FOLDER does not exist"
    return
  fi
  if first_touch "$TARGET" && ! fresh "$TARGET" "$@"; then
    case $SEEN in
    other | dir*) refuse not-a-file "$path" "it is not a regular file" ;;
    *) refuse stale "$path" "planned: $*; found: $SEEN" ;;
    esac
  fi
  preflight_writable "$path"
}

preflight_file() { # PATH CONTENT MODE OWNER GROUP BEFORE…
  local path
  path=$1
  preflight_account "$1" "$4" "$5"
  # The content is counted as base64: a third too much, which is the safe side.
  NEED=$((NEED + ${#2} + 8192))
  shift 5
  preflight_path "$path" "$@"
}

snapshot_file() {
  only_root "$1" || return 0
  resolve "$1" && backup "$TARGET" || fail backup "$1" "the backup could not be made"
}

apply_file() {
  local path content mode owner group target before after sha
  path=$1
  content=$2
  mode=$3
  owner=$4
  group=$5
  shift 5
  only_root "$path" || return 0
  resolve "$path" || { fail stale "$path" "it became a link to nothing" && return; }
  target=$TARGET
  if [ "$*" = no-folder ]; then
    set -- absent
    new_folder "${target%/*}" || { fail no-space "$RUN" "the undo could not be written" && return; }
  fi
  look "$target"
  if first_touch "$target" && [ "$SEEN" != "$*" ]; then
    fail stale "$path" "planned: $*; found: $SEEN"
    return
  fi
  before=$SEEN
  backup "$target" || { fail backup "$path" "the backup could not be made" && return; }
  temporary "$target" "$BACKUP"
  rm -f -- "$TEMPORARY"
  # An existing file's xattrs and ACL stay; only content, owner and mode are the plan's.
  if make_folder "$target" && { [ ! -f "$target" ] || cp -a --attributes-only -- "$target" "$TEMPORARY"; } &&
    printf '%s' "$content" | base64 -d >"$TEMPORARY" &&
    chown "$owner:$group" -- "$TEMPORARY" && chmod "$mode" -- "$TEMPORARY" &&
    look "$TEMPORARY" && after=$SEEN && sha=${SEEN#file } && wrote "$BACKUP" "${sha%% *}" &&
    swap "$TEMPORARY" "$target"; then
    journal file "$path" "$before" "$after" "$BACKUP"
    changed_file "$path" "$target" "$before"
  else
    rm -f -- "$TEMPORARY"
    fail write "$path" "it could not be written; $(space_of "$target")"
  fi
}

# changed_file PATH TARGET BEFORE: ours from now on, as backup $BACKUP has it.
changed_file() {
  own file "$1" "$ID" "$BACKUP" $3
  case $2 in "$UNITS"/*) daemon_reload ;; esac
}

preflight_remove() { # PATH BEFORE…
  local path
  path=$1
  shift
  only_root "$path" || return 0
  resolve "$path" || TARGET=$path
  if first_touch "$path" && ! fresh "$TARGET" "$@"; then
    refuse stale "$path" "planned: $*; found: $SEEN"
  fi
  TARGET=$path
  folder_of "$path"
  [ ! -d "$FOLDER" ] || preflight_writable "$path"
}

# Removing a link removes the link, not what it points to.
snapshot_remove() {
  only_root "$1" || return 0
  backup "$1" || fail backup "$1" "the backup could not be made"
}

apply_remove() {
  local path before
  path=$1
  shift
  only_root "$path" || return 0
  resolve "$path" || TARGET=$path
  if first_touch "$path" && ! fresh "$TARGET" "$@"; then
    fail stale "$path" "planned: $*; found: $SEEN"
    return
  fi
  before=$SEEN
  backup "$path" || { fail backup "$path" "the backup could not be made" && return; }
  if wrote "$BACKUP" absent && rm -f -- "$path" && sync_folder "$path" && leave_folder "$path"; then
    journal remove "$path" "$before" absent "$BACKUP"
    changed_file "$path" "$path" "$before"
  else
    fail write "$path" "it could not be removed"
  fi
}

preflight_restore() { # PATH RUN BACKUP BEFORE…
  local path
  path=$1
  original "$2" "$3" || refuse no-backup "$1" "run $2 has no backup $3"
  NEED=$((NEED + $(stat -c %s -- "$D/runs/$2/backup/$3" 2>/dev/null || echo 0) + 8192))
  shift 3
  preflight_path "$path" "$@"
}

snapshot_restore() { snapshot_file "$1"; }

apply_restore() {
  local path from number kind target before ours
  path=$1
  from=$2
  number=$3
  shift 3
  original "$from" "$number" || { fail no-backup "$path" "run $from has no backup $number" && return; }
  kind=$KIND
  only_root "$path" || return 0
  resolve "$path" || { fail stale "$path" "it became a link to nothing" && return; }
  target=$TARGET
  [ "$kind" = file ] || target=$path
  if first_touch "$TARGET" && ! fresh "$TARGET" "$@"; then
    fail stale "$path" "planned: $*; found: $SEEN"
    return
  fi
  look "$target"
  before=$SEEN
  backup "$target" || { fail backup "$path" "the backup could not be made" && return; }
  ours=absent
  if [ "$kind" = file ]; then
    look "$D/runs/$from/backup/$number"
    ours=${SEEN#file }
  fi
  temporary "$target" "$BACKUP"
  rm -f -- "$TEMPORARY"
  if wrote "$BACKUP" "${ours%% *}" && if [ "$kind" = absent ]; then
    rm -f -- "$target" && sync_folder "$target" && leave_folder "$target"
  else
    make_folder "$target" && cp -a -- "$D/runs/$from/backup/$number" "$TEMPORARY" &&
      { [ "$kind" = link ] || sync "$TEMPORARY"; } &&
      mv -fT -- "$TEMPORARY" "$target" && sync_folder "$target"
  fi; then
    look "$target"
    journal restore "$path" "$before" "$SEEN" "$BACKUP"
    changed_file "$path" "$target" "$before"
  else
    rm -f -- "$TEMPORARY"
    fail write "$path" "it could not be restored; $(space_of "$target")"
  fi
}

# settle_file: the programs have done their work: from here on any other content is somebody else's.
settle_file() {
  local unsettled
  unsettled=$(grep -l -x any "$RUN"/wrote/* 2>/dev/null) || return 0
  each_saved settle_written
}

# settle_written NUMBER PATH KIND… .: of the caller's $unsettled.
settle_written() {
  case "$unsettled
" in *"/wrote/$1
"*) ;; *) return 0 ;; esac
  look "$2"
  sha_of $SEEN
  { grep -v -x any "$RUN/wrote/$1"; printf '%s\n' "$SHA"; } >"$RUN/scratch/wrote" && sync "$RUN/scratch/wrote" &&
    mv -fT "$RUN/scratch/wrote" "$RUN/wrote/$1"
}

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
  local number path kind was
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
  # The folder of a package that was purged comes back with it, and then this is done once more.
  [ -d "${path%/*}" ] || [ -n "${PACKAGES_BACK-}" ] || [ ! -s "$RUN/undo/package" ] || return 0
  if [ ! -f "$RUN/wrote/$number" ]; then
    # The run never came as far as this file.
    note changed-by-others "$path" "not touched by the run, and left as it is"
    return 0
  fi
  third_version
  if put_back "$number" "$path" "$kind"; then
    case $path in "$UNITS"/*) RELOAD_SYSTEMD=1 ;; esac
  elif [ -z "$IN_THE_WAY" ]; then
    note not-restored "$path" "$(flagged "$path")$(put_by_hand)"
  fi
}

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
  local number path was
  number=$1
  path=$2
  shift 2
  was=$*
  was=${was% .}
  look "$path"
  [ "$SEEN" = "$was" ] || [ "$SEEN" = unheld ] || [ ! -f "$RUN/wrote/$number" ] || gone_with_package ||
    amiss file differs "$path" "was: $was; is: $SEEN"
}

# state_file: files with mode, owner, link target, content, extended attributes and ACLs; left out is what changes by itself.
state_file() {
  listed_files -printf 'file %p %y %#m %u %g %l\n' | sort
  listed_files -type f -print0 | xargs -0 -r sha256sum | sed 's/^\([0-9a-f]*\)  \(.*\)$/content \2 \1/' | sort
  if command -v getfattr >/dev/null; then
    listed_files \( -type f -o -type d \) -print0 | xargs -0 -r getfattr -h -d -m - -e hex --absolute-names 2>/dev/null |
      awk '/^# file: / { file = substr($0, 9); next } NF { print "xattr " file " " $0 }' | sort
  fi
}

listed_files() {
  local folder
  for folder in /etc /usr/local /root /home /var/lib /var/spool/cron; do
    [ ! -d "$folder" ] || find "$folder" \
      \( -path /var/lib/harden -o -path /var/lib/dpkg -o -path /var/lib/apt -o -path /var/lib/ucf \
      -o -path /var/lib/docker -o -path /var/lib/containerd -o -path /var/lib/fail2ban \
      -o -path /var/lib/systemd/random-seed -o -path /var/lib/systemd/timers -o -path /var/lib/systemd/timesync \
      -o -path /var/lib/systemd/coredump -o -path /var/lib/systemd/catalog -o -path /var/lib/systemd/deb-systemd-helper-enabled \
      -o -path /var/lib/logrotate -o -path /var/lib/dhcp -o -path /var/lib/private -o -path /var/lib/dbus \
      -o -path /var/lib/update-notifier -o -path /var/lib/apt-xapian-index -o -path /var/lib/sudo \
      -o -name __pycache__ -o -path '/root/.*history' -o -path '/home/*/.*history' -o -path '*/.cache' -o -path '*/.ansible' -o -name .sudo_as_admin_successful \
      -o -path /etc/ld.so.cache -o -path /etc/.pwd.lock -o -path '/etc/*-' -prune \) -prune \
      -o "$@"
  done
}
