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
  resolve "$1" && backup "$TARGET" || fail_backup "$1"
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
    new_folder "${target%/*}" || { no_undo; return; }
  fi
  look "$target"
  if first_touch "$target" && [ "$SEEN" != "$*" ]; then
    fail stale "$path" "planned: $*; found: $SEEN"
    return
  fi
  before=$SEEN
  backup "$target" || { fail_backup "$path" && return; }
  temporary "$target" "$BACKUP"
  rm -f -- "$TEMPORARY"
  # An existing file's xattrs, ACL and flags stay; only content, owner and mode are the plan's.
  if make_folder "$target" &&
    { [ ! -f "$target" ] || { cp -a --attributes-only -- "$target" "$TEMPORARY" && like "$target" "$TEMPORARY"; }; } &&
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
  backup "$1" || fail_backup "$1"
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
  backup "$path" || { fail_backup "$path" && return; }
  if wrote "$BACKUP" absent && rm -f -- "$path" && sync_folder "$path" && leave_folder "$path"; then
    journal remove "$path" "$before" absent "$BACKUP"
    changed_file "$path" "$path" "$before"
  else
    fail write "$path" "it could not be removed"
  fi
}

preflight_restore() { # PATH RUN BACKUP BEFORE…
  local path strangers
  path=$1
  original "$2" "$3" || refuse no-backup "$1" "run $2 has no backup $3"
  NEED=$((NEED + $(stat -c %s -- "$D/runs/$2/backup/$3" 2>/dev/null || echo 0) + 8192))
  strangers=$(strangers_in "$1" "$D/runs/$2/backup/$3")
  [ -z "$strangers" ] || refuse other-account "$1" \
    "it would make ${strangers% } root, which is another account than the one that a run made. Look whose it is; once it has another name (usermod -l), or is gone, try again"
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
  backup "$target" || { fail_backup "$path" && return; }
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
      { [ "$kind" = link ] || { like "$D/runs/$from/backup/$number" "$TEMPORARY" && sync "$TEMPORARY"; }; } &&
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
