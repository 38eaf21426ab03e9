# shellcheck shell=sh
# Modes and owners of files and folders that exist already.

# mode_words KIND SHA256 MODE OWNER GROUP: what a mode step depends on; the content may be anything.
mode_words() { printf '%s' "${3-} ${4-} ${5-}"; }

# see_mode PATH: sets SEEN to `file - MODE OWNER GROUP`, or `absent`.
see_mode() {
  SEEN=$(stat -c 'file - %04a %U %G' -- "$1" 2>/dev/null) || SEEN=absent
}

# set_mode PATH MODE OWNER GROUP: five digits, or a folder would keep its setgid.
set_mode() { chown "$3:$4" -- "$1" && chmod "0$2" -- "$1" && sync "$1"; }

preflight_mode() { # PATH MODE OWNER GROUP BEFORE…
  local path
  path=$1
  preflight_account "$1" "$3" "$4"
  shift 4
  only_root "$path" || return 0
  resolve "$path" || { refuse dangling-link "$path" "it is a link to nothing" && return; }
  see_mode "$TARGET"
  if first_touch "$TARGET" && [ "$(mode_words $SEEN)" != "$(mode_words "$@")" ]; then
    refuse stale "$path" "planned: $*; found: $SEEN"
  fi
  preflight_writable "$path" 0
}

snapshot_mode() { # PATH MODE OWNER GROUP BEFORE…
  local numbers saved
  only_root "$1" || return 0
  resolve "$1" && quote "$TARGET" && numbers=$(stat -c '%04a %u %g' -- "$TARGET") ||
    { fail backup "$1" "its mode could not be read" && return; }
  grep -q -F -e "undo_mode $QUOTED " "$RUN/undo/mode" 2>/dev/null && return
  saved="$QUOTED $numbers"
  quote "$2" "$3" "$4"
  undo_line mode "$saved $QUOTED"
}

apply_mode() {
  local before
  only_root "$1" || return 0
  resolve "$1" || { fail stale "$1" "it became a link to nothing" && return; }
  see_mode "$TARGET"
  before=$SEEN
  if set_mode "$TARGET" "$2" "$3" "$4"; then
    see_mode "$TARGET"
    journal mode "$1" "$before" "$SEEN"
    own mode "$1" $before
  else
    fail write "$1" "its mode could not be set"
  fi
}

hindered_mode() { each_saved mode_away mode; }

mode_away() { away "${1%/*}/." || :; } # PATH MODE OWNER GROUP WANTED… .

third_mode() { each_saved mode_third mode; }

mode_third() { # PATH MODE OWNER GROUP WANTED-MODE WANTED-OWNER WANTED-GROUP .
  local now
  still_held "$1" - && now=$(stat -c '%04a %u %g/%04a %U %G' -- "$1" 2>/dev/null) || return 0
  [ "${now%%/*}" = "$2 $3 $4" ] || third_state "$1" "${now#*/}" "$5 $6 $7"
}

# undo_mode PATH MODE OWNER GROUP WANTED… .: by number, so that removed accounts don't matter.
undo_mode() {
  still_held "$1" "mode $2, owner $3:$4" || return 0
  [ -e "$1" ] || return 0
  [ "$(stat -c '%04a %u %g' -- "$1")" != "$2 $3 $4" ] || return 0
  set_mode "$@" 2>/dev/null || :
}

# remains_mode: after the undo, what is not as it was.
remains_mode() { each_saved mode_remains mode; }

mode_remains() { # PATH MODE OWNER GROUP WANTED… .
  still_held "$1" "mode $2, owner $3:$4" || return 0
  [ ! -e "$1" ] || [ "$(stat -c '%04a %u %g' -- "$1")" = "$2 $3 $4" ] ||
    amiss mode not-restored "$1" "mode $2, owner $3:$4"
}
