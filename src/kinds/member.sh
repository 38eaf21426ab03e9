# shellcheck shell=sh
# Members of groups.

preflight_member() { # USER GROUP
  getent passwd "$1" >/dev/null || listed "$1" "$COMING_ACCOUNTS" || refuse no-account "$2" "there is no user $1"
  getent group "$2" >/dev/null || listed "$2" "$COMING_GROUPS" || refuse no-account "$1" "there is no group $2"
  command -v gpasswd >/dev/null || refuse no-tool gpasswd "the host lacks this program"
  preflight_writable "$R/etc/group"
}

snapshot_member() { saved_member "$1" "$2" "$1" "$2"; }

# saved_member USER GROUP ACCOUNT NOW: how it was, once a run; ACCOUNT and NOW are what the two are called now.
saved_member() {
  local gid
  quote "$1" "$2"
  ! grep -q -F -e "undo_member $QUOTED " "$RUN/undo/member" 2>/dev/null || return 0
  know_user "$1" "$3"
  gid=$(getent group "$4" | cut -d : -f 3)
  # One that the run makes has it there.
  [ -n "$gid" ] || gid=$(sed -n "s/^undo_group '$2' '\([0-9]*\)' \.$/\1/p" "$RUN/undo/group" 2>/dev/null)
  printf 'undo_member %s %s %s .\n' "$QUOTED" "$(membership "$3" "$4")" "${gid:--}" >>"$RUN/undo/member" ||
    no_undo
}

apply_member() { set_member "$1" "$2" in member "$1 $2"; }

# As RUN found it.
preflight_member_restore() { preflight_writable "$R/etc/group"; } # USER GROUP RUN

snapshot_member_restore() { # USER GROUP RUN
  ! member_then "$1" "$2" "$3" "$D/runs" || saved_member "$1" "$2" "$WHO" "$GROUP"
}

apply_member_restore() { # USER GROUP RUN
  if member_then "$1" "$2" "$3" "$D/runs"; then
    set_member "$WHO" "$GROUP" "$WAS" member-restore "$1 $2"
  else
    [ -z "$SEEN" ] || note not-restored "$1 in $2" "$SEEN"
    [ -z "$RELEASE" ] || released
  fi
}

# set_member USER GROUP in|out VERB OBJECT
set_member() {
  local before said
  before=$(membership "$1" "$2")
  if [ "$before" = "$3" ] || said=$(member_to "$1" "$2" "$3" 2>&1); then
    journal "$4" "$5" "$before" "$3"
    # shellcheck disable=SC2086 # two words
    own member $5
  else
    fail write "$1 in $2" gpasswd: "$said"
  fi
}

member_to() { # USER GROUP in|out
  case $3 in
  in) gpasswd -a "$1" "$2" ;;
  *) gpasswd -d "$1" "$2" ;;
  esac
}

undoing_member() { accounts_back; }

undo_member() { # USER GROUP in|out GID .
  if member_then "$1" "$2" "$ID" "$D/runs"; then
    [ "$(membership "$WHO" "$GROUP")" = "$WAS" ] || member_to "$WHO" "$GROUP" "$WAS" >/dev/null 2>&1 ||
      SEEN="it could not be taken back"
  fi
  [ -z "$SEEN" ] || note not-restored "$1 in $2" "$SEEN"
}

# collect_member USER GROUP: whether there is such a group, and one is in the other.
collect_member() {
  need getent || return
  getent group "$2" >/dev/null && echo group
  [ "$(membership "$1" "$2")" = out ] || echo in
  return 0
}

# collect_member_then USER GROUP RUN: in or out, with what the two are called now; or left, with why nothing is touched.
collect_member_then() {
  need_root || return
  if member_then "$1" "$2" "$3" /var/lib/harden/runs; then
    printf '%s %s %s\n' "$(membership "$WHO" "$GROUP")" "$WHO" "$GROUP"
  else
    printf 'left %s\n' "$SEEN"
  fi
}
