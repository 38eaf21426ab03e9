# shellcheck shell=sh
# A data line is `step NUMBER ADDRESS OWN-CONTROL OWN-ADDRESS RELEASE-ADDRESS VERB WORD…`. It is evaluated in
# three passes: preflight reads only, snapshot writes backups and undo, apply changes.

step() {
  [ -z "$FAILED" ] || return 0
  N=$1
  ADDRESS=$2
  OWN_CONTROL=$3
  OWN_ADDRESS=$4
  RELEASE=$5
  verb=$6
  shift 6
  case $PASS in
  preflight | snapshot) "${PASS}_$verb" "$@" ;;
  apply)
    # Stopped between two steps when somebody claimed the rollback.
    [ -e "$D/$WHILE/$ID" ] || exit 0
    renew "$APPLY_TIMEOUT" || fail no-space "$RUN" "the deadline can't be renewed"
    [ -z "$FAILED" ] || return 0
    address=$(b64 "$ADDRESS")
    emit step "$N" start "$address" "$verb"
    "apply_$verb" "$@"
    [ -n "$FAILED" ] || emit step "$N" "done" "$address" "$verb"
    ;;
  esac
}

# fail CODE OBJECT TEXT: the run can't go on.
fail() {
  FAILED=1
  emit failed "$1" "$(b64 "$2")" "$(b64 "$3")" "$N"
}

# refuse CODE OBJECT TEXT: found before anything changed; all reasons are collected.
refuse() {
  REFUSED=$((REFUSED + 1))
  emit refused "$1" "$(b64 "$2")" "$(b64 "$3")" "$(b64 "$ADDRESS")"
}

# own WORD…: the step's thing is ours from now on; WORD… is the data that gives the original back.
own() {
  if [ -n "$RELEASE" ]; then
    quote "$RELEASE"
    printf 'manifest_release %s .\n' "$QUOTED" >>"$RUN/owned" || fail_owned
  fi
  [ -n "$OWN_ADDRESS" ] || return 0
  quote "$@"
  undo=$QUOTED
  quote "$OWN_ADDRESS" "$OWN_CONTROL" "$undo"
  printf 'manifest_own %s .\n' "$QUOTED" >>"$RUN/owned" || fail_owned
}

fail_owned() { fail no-space "$RUN/owned" "it could not be written; $(space_of "$RUN")"; }

# journal VERB OBJECT BEFORE AFTER BACKUP: one tab-separated line a change; see docs of host/script.ts.
journal() {
  printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$(now)" "$N" "$ADDRESS" "$1" "$2" "$3" "$4" "${5--}" >>"$RUN/journal" ||
    fail no-space "$RUN/journal" "it could not be written; $(space_of "$RUN")"
}

# fresh PATH WORD…: true when the path looks as the plan says it did.
fresh() {
  fresh_path=$1
  shift
  look "$fresh_path"
  [ "$SEEN" = "$*" ]
}

# first_touch OBJECT: true once an object; only then does the plan's preimage describe it.
first_touch() {
  case $TOUCHED in
  *"|$1|"*) return 1 ;;
  esac
  TOUCHED="$TOUCHED|$1|"
}

preflight_path() { # PATH BEFORE…
  path=$1
  shift
  if ! resolve "$path"; then
    refuse dangling-link "$path" "it is a link to nothing"
    return
  fi
  folder=$(dirname -- "$TARGET")
  if [ "$*" = no-folder ]; then
    set -- absent
    [ ! -d "$folder" ] || { refuse stale "$path" "planned: a new folder; found: $folder is there" && return; }
  elif [ ! -d "$folder" ] && ! { own_folder "$folder" && [ ! -e "$folder" ]; }; then
    refuse missing-folder "$path" "$folder does not exist"
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
  getent passwd "$4" >/dev/null || refuse no-account "$1" "there is no user $4"
  getent group "$5" >/dev/null || refuse no-account "$1" "there is no group $5"
  file_path=$1
  # The content is counted as base64: a third too much, which is the safe side.
  NEED=$((NEED + ${#2} + 8192))
  shift 5
  preflight_path "$file_path" "$@"
}

snapshot_file() {
  resolve "$1" && backup "$TARGET" || fail backup "$1" "the backup could not be made"
}

apply_file() {
  path=$1
  content=$2
  mode=$3
  owner=$4
  group=$5
  shift 5
  resolve "$path" || { fail stale "$path" "it became a link to nothing" && return; }
  target=$TARGET
  if [ "$*" = no-folder ]; then
    set -- absent
    new_folder "${target%/*}" || { fail no-space "$RUN" "the undo could not be written" && return; }
  fi
  if first_touch "$target" && ! fresh "$target" "$@"; then
    fail stale "$path" "planned: $*; found: $SEEN"
    return
  fi
  look "$target"
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
    own file "$path" "$ID" "$BACKUP" $before
    case $target in "$UNITS"/*) daemon_reload ;; esac
  else
    rm -f -- "$TEMPORARY"
    fail write "$path" "it could not be written; $(space_of "$target")"
  fi
}

preflight_remove() {
  folder=$(dirname -- "$1")
  removed=$1
  shift
  resolve "$removed" || TARGET=$removed
  if first_touch "$removed" && ! fresh "$TARGET" "$@"; then
    refuse stale "$removed" "planned: $*; found: $SEEN"
  fi
  TARGET=$removed
  [ ! -d "$folder" ] || preflight_writable "$removed"
}

# Removing a link removes the link, not what it points to.
snapshot_remove() { backup "$1" || fail backup "$1" "the backup could not be made"; }

apply_remove() {
  path=$1
  shift
  resolve "$path" || TARGET=$path
  if first_touch "$path" && ! fresh "$TARGET" "$@"; then
    fail stale "$path" "planned: $*; found: $SEEN"
    return
  fi
  before=$SEEN
  backup "$path" || { fail backup "$path" "the backup could not be made" && return; }
  if wrote "$BACKUP" absent && rm -f -- "$path" && sync "$(dirname -- "$path")" && leave_folder "$path"; then
    journal remove "$path" "$before" absent "$BACKUP"
    own file "$path" "$ID" "$BACKUP" $before
    case $path in "$UNITS"/*) daemon_reload ;; esac
  else
    fail write "$path" "it could not be removed"
  fi
}

preflight_restore() { # PATH RUN BACKUP BEFORE…
  original "$2" "$3" || refuse no-backup "$1" "run $2 has no backup $3"
  restored=$1
  NEED=$((NEED + $(stat -c %s -- "$D/runs/$2/backup/$3" 2>/dev/null || echo 0) + 8192))
  shift 3
  preflight_path "$restored" "$@"
}

snapshot_restore() { snapshot_file "$1"; }

apply_restore() {
  path=$1
  from=$2
  number=$3
  shift 3
  original "$from" "$number" || { fail no-backup "$path" "run $from has no backup $number" && return; }
  kind=$KIND
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
    rm -f -- "$target" && sync "$(dirname -- "$target")" && leave_folder "$target"
  else
    make_folder "$target" && cp -a -- "$D/runs/$from/backup/$number" "$TEMPORARY" &&
      { [ "$kind" = link ] || sync "$TEMPORARY"; } &&
      mv -fT -- "$TEMPORARY" "$target" && sync "$(dirname -- "$target")"
  fi; then
    look "$target"
    journal restore "$path" "$before" "$SEEN" "$BACKUP"
    own file "$path" "$ID" "$BACKUP" $before
    case $target in "$UNITS"/*) daemon_reload ;; esac
  else
    rm -f -- "$TEMPORARY"
    fail write "$path" "it could not be restored; $(space_of "$target")"
  fi
}
