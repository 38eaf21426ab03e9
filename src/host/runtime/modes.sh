# shellcheck shell=sh
# Modes and owners of what exists already.

# mode_words KIND SHA256 MODE OWNER GROUP: what a mode step depends on; the content may be anything.
mode_words() { printf '%s' "${3-} ${4-} ${5-}"; }

preflight_mode() { # PATH MODE OWNER GROUP BEFORE…
  getent passwd "$3" >/dev/null || refuse no-account "$1" "there is no user $3"
  getent group "$4" >/dev/null || refuse no-account "$1" "there is no group $4"
  mode_path=$1
  shift 4
  resolve "$mode_path" || { refuse dangling-link "$mode_path" "it is a link to nothing" && return; }
  look "$TARGET"
  if first_touch "$TARGET" && [ "$(mode_words $SEEN)" != "$(mode_words "$@")" ]; then
    refuse stale "$mode_path" "planned: $*; found: $SEEN"
  fi
  preflight_writable "$mode_path"
}

snapshot_mode() {
  resolve "$1" && quote "$TARGET" && numbers=$(stat -c '%04a %u %g' -- "$TARGET") ||
    { fail backup "$1" "its mode could not be read" && return; }
  grep -q -F -e "undo_mode $QUOTED " "$RUN/undo/modes" 2>/dev/null ||
    printf 'undo_mode %s %s .\n' "$QUOTED" "$numbers" >>"$RUN/undo/modes"
}

apply_mode() {
  resolve "$1" || { fail stale "$1" "it became a link to nothing" && return; }
  look "$TARGET"
  before=$SEEN
  if chown "$3:$4" -- "$TARGET" && chmod "$2" -- "$TARGET" && sync "$TARGET"; then
    look "$TARGET"
    journal mode "$1" "$before" "$SEEN"
    own mode "$1" $before
  else
    fail write "$1" "its mode could not be set"
  fi
}
