# shellcheck shell=sh disable=SC2154 # what keys/reader.sh sets
# ~/.ssh/authorized_keys of a user: everything below the home is theirs, and may be anything at any moment.

# keys_now USER FILE: sets SEEN to `STATE HOMEMODE …` with the sum of what is there, and FILE to its content, which a preflight
# leaves out; else SEEN says why not. A file system of a user's may never answer.
keys_now() {
  keys_home "$1" || { SEEN='there is no such account, or no home' && return 1; }
  SEEN=$(keys_look | keys_read "${2-}")
  case $SEEN in
  there* | absent* | no-folder*) return 0 ;;
  '') SEEN='it did not answer' ;;
  esac
  return 1
}

keys_read() { # FILE
  local line sha
  IFS= read -r line || return 0
  if [ -n "$1" ]; then
    cat >"$1"
    sha=$(sha256sum <"$1")
  else
    sha=$(sha256sum)
  fi
  case $line in there*) line="$line ${sha%% *}" ;; esac
  printf '%s' "$line"
}

# keys_write USER FILE FOLDERMODE BEFORE NEW: as the user; SEEN says why not.
keys_write() {
  SEEN=$(timeout -s KILL 10 perl -e "$PERL_BESIDE$KEYS" -- "$KEYS_HOME" "$KEYS_UID" "$KEYS_GID" write "$ID" "$2" "$3" "$4" "$5" 2>/dev/null) && return
  SEEN=${SEEN:-it did not answer}
  return 1
}

preflight_keys() { # USER CONTENT BEFORE…
  local user
  user=$1
  command -v perl >/dev/null || refuse no-tool perl "the host lacks this program"
  NEED=$((NEED + ${#2} + 8192))
  shift 2
  if [ "$*" = coming ]; then return; fi
  keys_now "$user" || { refuse stale "~$user/.ssh/authorized_keys" "$SEEN" && return; }
  [ "$SEEN" = "$*" ] || refuse stale "~$user/.ssh/authorized_keys" "planned: $*; found: $SEEN"
}

# What it was like is known to the run alone: its owner could change any copy in the home.
snapshot_keys() { # USER CONTENT BEFORE…
  local user
  user=$1
  shift 2
  mkdir -p "$RUN/keys" || { fail_backup "$user" && return; }
  know_user "$user" "$user"
  [ ! -f "$RUN/keys/$user.before" ] || return 0
  if [ "$*" = coming ]; then
    true >"$RUN/keys/$user.before"
    set -- no-folder
  else
    keys_now "$user" "$RUN/keys/$user.before" && [ "$SEEN" = "$*" ] || { fail stale "$user" "$SEEN" && return; }
  fi
  quote "$user" "$@"
  sync "$RUN/keys/$user.before" "$RUN/keys" && printf 'undo_keys %s .\n' "$QUOTED" >>"$RUN/undo/keys" ||
    no_undo
}

# Whether a user lets it be is no part of a run: what is in the way is told, and the proof says whether the login works.
apply_keys() { # USER CONTENT BEFORE…
  local user before new
  user=$1
  new=$RUN/keys/$user.after
  printf '%s' "$2" | base64 -d >"$new" && sync "$new" || { no_undo; return; }
  shift 2
  before=$*
  if keys_now "$user" "$RUN/scratch/keys"; then
    # Another step of the run may have set modes by now: what the undo knows is from before them all.
    [ "$before" != coming ] || before=$SEEN
    case $SEEN in there*) set -- "$RUN/scratch/keys" ;; *) set -- - ;; esac
    if cmp -s "$RUN/scratch/keys" "$RUN/keys/$user.before" && keys_write "$user" 0600 0700 "$1" "$new"; then
      keys_now "$user" "$RUN/scratch/keys" || :
      journal keys "$user" "$before" "$SEEN"
      own keys "$user" "$ID" $before
      return
    fi
  fi
  note not-set "~$user/.ssh/authorized_keys" "left as it is: $SEEN"
}

preflight_keys_restore() { # USER RUN
  [ -f "$D/runs/$2/keys/$1.before" ] || refuse no-backup "$1" "run $2 has no backup of the keys of $1"
}

snapshot_keys_restore() { # USER RUN
  mkdir -p "$RUN/keys" || { fail_backup "$1" && return; }
  if user_then "$1" "$2" "$D/runs"; then
    know_user "$1" "$WHO"
    keys_now "$WHO" "$RUN/keys/$1.before" || { note not-restored "~$WHO/.ssh/authorized_keys" "left as it is: $SEEN" && return; }
  else
    [ -z "$SEEN" ] || return 0
    # The account may come back in the same run.
    true >"$RUN/keys/$1.before" || no_undo || return
    SEEN=no-folder
  fi
  quote "$1" $SEEN
  undo_line keys "$QUOTED"
}

apply_keys_restore() { # USER RUN
  local before
  before=
  if keys_whose "$1" "$2"; then
    keys_now "$WHO" "$RUN/scratch/keys" && before=$SEEN
    if keys_back "$1" "$2"; then
      keys_now "$WHO" "$RUN/keys/$1.after" || :
      journal keys-restore "$1" "$before" "$SEEN"
    else
      note not-restored "~$WHO/.ssh/authorized_keys" "left as it is: $SEEN"
    fi
  fi
  own keys "$1" "$ID" $before
}

# keys_whose USER RUN: sets WHO to what the user of that run is called now; else it is noted why the keys stay as they are.
keys_whose() {
  user_then "$1" "$2" "$D/runs" && return
  if [ -z "$SEEN" ]; then
    case $(keys_words "$1" "$2") in "undo_keys '$1' 'there' "*) SEEN="there is no account of $1 any more" ;; esac
  fi
  [ -z "$SEEN" ] || note not-restored "~$1/.ssh/authorized_keys" "$SEEN"
  return 1
}

# keys_words USER RUN: prints how that run found them.
keys_words() { grep -F -e "undo_keys '$1' " "$D/runs/$2/undo/keys" 2>/dev/null | head -n 1; }

# keys_back USER RUN: those of the account WHO, as that run found USER's. What somebody else has made of it since stays; what
# runs have added since goes, and what they took away comes back.
keys_back() {
  local user run words state file foldermode
  user=$1
  run=$2
  words=$(keys_words "$user" "$run")
  [ -n "$words" ] || { SEEN="run $run has no backup of it" && return 1; }
  eval "set -- ${words#undo_keys }"
  state=$2
  foldermode=${4:--}
  file=${5:--}
  [ "$state" != no-folder ] || foldermode=remove
  [ "$state" = there ] || file=0600
  [ "$foldermode" != . ] || foldermode=-
  keys_now "$WHO" "$RUN/scratch/keys" || return 1
  case $SEEN in no-folder*) [ "$state" != no-folder ] || return 0 ;; esac
  keys_then "$user" "$run" "$D/runs" >"$RUN/scratch/keys.back" || return 1
  case $SEEN in there*) set -- "$RUN/scratch/keys" ;; *) set -- - ;; esac
  if [ "$state" != there ] && [ ! -s "$RUN/scratch/keys.back" ]; then
    keys_write "$user" "$file" "$foldermode" "$1" -
  else
    [ "$foldermode" != remove ] || foldermode=-
    keys_write "$user" "$file" "$foldermode" "$1" "$RUN/scratch/keys.back"
  fi || return 1
  [ "$state" != no-folder ] || return 0
  eval "set -- ${words#undo_keys }"
  keys_now "$WHO" "$RUN/scratch/keys.now" && keys_as "$@" ||
    amiss keys not-restored "~$WHO/.ssh/authorized_keys" \
      "its lines are back; its mode, group, flags or access list, or the mode of its folder, is not. Before: $(keys_said $4 $5); now: $(keys_said ${SEEN#* * })"
}

# keys_said FOLDERMODE FILE …: prints them for a person, without the attributes.
keys_said() {
  case ${2-.} in
  *:*) printf 'folder %s, file %s (mode, group, flags)' "$1" "${2%:*}" ;;
  *) printf 'folder %s' "$1" ;;
  esac
}

# keys_as USER STATE HOMEMODE FOLDERMODE FILE SHA256 .: whether what SEEN says has these modes, and what is beside them.
keys_as() {
  local state folder file
  state=$2
  folder=${4-.}
  file=${5-.}
  set -- $SEEN
  [ "$1 ${3-.}" = "$state $folder" ] || return 1
  case ${4-.} in "$file" | "$file":*) ;; *) return 1 ;; esac
}

# keys_there USER: as it was looked at last.
keys_there() { cat "$RUN/scratch/keys"; }

undoing_keys() { accounts_back; }

# An account that the run made goes after its keys, with what is amiss there: what is told is left of that.
undo_keys() { # USER STATE… .
  local changed
  # The run never came as far.
  [ -f "$RUN/keys/$1.after" ] || return 0
  keys_whose "$1" "$ID" || return 0
  keys_now "$WHO" "$RUN/scratch/keys" || { amiss keys not-restored "~$WHO/.ssh/authorized_keys" "$SEEN" && return; }
  if cmp -s "$RUN/scratch/keys" "$RUN/keys/$1.before" && keys_as "$@"; then return 0; fi
  changed=
  cmp -s "$RUN/scratch/keys" "$RUN/keys/$1.after" || changed=1
  if ! keys_back "$1" "$ID"; then
    amiss keys not-restored "~$WHO/.ssh/authorized_keys" "$SEEN"
  elif [ -n "$changed" ] && [ -s "$RUN/scratch/keys.back" ]; then
    note changed-by-others "~$WHO/.ssh/authorized_keys" "somebody changed it during the run: what the run had added went, and the rest stayed"
  fi
}

# collect_keys USER: what keys_now says, without the sum, and the content; or why it is nothing to write to.
collect_keys() {
  need_root || return
  have perl || { printf 'perl is missing' && return "$UNKNOWN"; }
  keys_home "$1" || return "$ABSENT"
  keys_look || [ "$?" = 1 ] || echo 'it did not answer'
  return 0
}

# collect_keys_then USER RUN: what the user of that run is called now, and what collect_keys says; or why they stay as they are.
collect_keys_then() {
  need_root || return
  if user_then "$1" "$2" /var/lib/harden/runs; then
    echo "$WHO"
    collect_keys "$WHO"
  else
    [ -n "$SEEN" ] || return "$ABSENT"
    printf '\n%s\n' "$SEEN"
  fi
}

# collect_keys_back USER RUN: what the file will be when that run is undone.
collect_keys_back() {
  need_root || return
  [ -f "/var/lib/harden/runs/$2/keys/$1.before" ] || return "$ABSENT"
  if user_then "$1" "$2" /var/lib/harden/runs && keys_home "$WHO"; then
    keys_then "$1" "$2" /var/lib/harden/runs
  else
    cat "/var/lib/harden/runs/$2/keys/$1.before"
  fi
}

keys_there() { keys_look | tail -n +2; }
