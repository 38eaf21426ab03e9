# shellcheck shell=sh
# Members of groups.

preflight_member() { # USER GROUP
  getent passwd "$1" >/dev/null || listed "$1" "$COMING_ACCOUNTS" || refuse no-account "$2" "there is no user $1"
  getent group "$2" >/dev/null || listed "$2" "$COMING_GROUPS" || refuse no-account "$1" "there is no group $2"
  command -v gpasswd >/dev/null || refuse no-tool gpasswd "the host lacks this program"
  preflight_writable "$R/etc/group"
}

snapshot_member() { saved_member "$1" "$2"; }

# saved_member USER GROUP: how it was, once a run.
saved_member() {
  quote "$1" "$2"
  grep -q -F -e "undo_member $QUOTED " "$RUN/undo/member" 2>/dev/null ||
    printf 'undo_member %s %s .\n' "$QUOTED" "$(membership "$1" "$2")" >>"$RUN/undo/member" ||
    fail no-space "$RUN" "the undo could not be written"
}

apply_member() { set_member "$1" "$2" in member; }

preflight_member_remove() { preflight_writable "$R/etc/group"; }
snapshot_member_remove() { saved_member "$1" "$2"; }
apply_member_remove() { set_member "$1" "$2" out member-remove; }

# set_member USER GROUP in|out VERB
set_member() {
  local before said
  before=$(membership "$1" "$2")
  if [ "$before" = "$3" ] || said=$(member_to "$1" "$2" "$3" 2>&1); then
    journal "$4" "$1 $2" "$before" "$3"
    own member "$1" "$2"
  else
    fail write "$1 in $2" "gpasswd: $said"
  fi
}

member_to() { # USER GROUP in|out
  case $3 in
  in) gpasswd -a "$1" "$2" ;;
  *) gpasswd -d "$1" "$2" ;;
  esac
}

membership() { # USER GROUP
  local in
  in=$(id -nG -- "$1" 2>/dev/null) || in=
  if listed "$2" "$in"; then echo in; else echo out; fi
}

undo_member() { # USER GROUP in|out .
  getent passwd "$1" >/dev/null && getent group "$2" >/dev/null || return 0
  [ "$(membership "$1" "$2")" = "$3" ] || member_to "$1" "$2" "$3" >/dev/null 2>&1 ||
    note not-restored "$1 in $2" "it could not be taken back"
}

# collect_member USER GROUP: which of them there is, and whether one is in the other.
collect_member() {
  need getent || return
  getent passwd "$1" >/dev/null && echo user
  getent group "$2" >/dev/null && echo group
  case " $(id -nG -- "$1" 2>/dev/null) " in *" $2 "*) echo in ;; esac
  return 0
}
