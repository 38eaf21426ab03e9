# shellcheck shell=sh
# The undo of packages: exactly what the run brought, also where dpkg was cut off.

undoing_package() {
  read -r UNDO_UP_TO <"$RUN/undo/before-packages" || UNDO_UP_TO=0
  PURGE=
  REMOVE=
  HALF=
}

# undone_package: dpkg is waited for, never killed.
undone_package() {
  local path names
  names="$PURGE $REMOVE"
  if [ -n "$PURGE$REMOVE" ]; then
    await_dpkg 1800 || note dpkg-locked dpkg "held by $HOLDER"
    close_locks
    [ -z "$HALF" ] || unpack_again
    [ -n "$HALF" ] || keep_wanted "$(auto_of "$ID")"
    set_aside "$ID" $PURGE
    [ -z "${PURGE% }" ] || dpkg_undo --purge "$PURGE"
    [ -z "$REMOVE" ] || dpkg_undo --remove "$REMOVE"
    # Power that was lost half-way leaves triggers of other packages waiting.
    [ -z "$(dpkg --audit 2>/dev/null)" ] || configure_rest
    selections_back $names
  fi
  places_back "$ID"
  unlink_gone
  unmask_new
  # What the purge took along and was there before.
  PACKAGES_BACK=1
  each_line "$RUN/undo/file"
  [ ! -f "$RUN/undo/there" ] || while IFS= read -r path; do
    [ -e "$path" ] || [ -L "$path" ] || note not-restored "$path" "it was there before the package, and went with it"
  done <"$RUN/undo/there"
}

# keep_wanted ALONG: what the host has come to need meanwhile stays; see wanted.
keep_wanted() { keep_packages "$(wanted "$1" $PURGE $REMOVE)"; }

keep_packages() { # LINES of `PACKAGE WHY`
  local name why
  while read -r name why; do
    [ -z "$name" ] || keep "$name" "$why"
  done <<END
$1
END
}

keep() { # PACKAGE WHY
  PURGE=$(without "$1" $PURGE)
  REMOVE=$(without "$1" $REMOVE)
  note package-kept "$1" "installed by the run, and left: $2"
}

without() { # WORD LIST…
  local word
  for word in "$@"; do [ "$word" = "$1" ] || printf '%s ' "$word"; done
}

undo_package() { # NAME STATUS .
  in_dpkg "$1"
  [ "$STATUS" != "$2" ] || return 0
  case $(dpkg-query -W -f '${db:Status-Abbrev}' -- "$1" 2>/dev/null) in ?H*) HALF="$HALF $1" ;; esac
  case $2 in
  none) PURGE="$PURGE $1" ;;
  config) REMOVE="$REMOVE $1" ;;
  esac
}

# unpack_again: an unpacking that was cut off left files that no list names; unpacked whole, they can be removed.
unpack_again() {
  local debs deb said
  read -r debs <"$RUN/debs"
  for deb in $debs; do
    listed "$(dpkg-deb -f "$deb" Package 2>/dev/null)" "$HALF" || continue
    said=$(env --default-signal=PIPE dpkg --force-confold --unpack "$deb" 2>&1 </dev/null) ||
      note not-restored "$deb" "dpkg --unpack:" "$(printf '%s' "$said" | tail -n 8)"
  done
}

dpkg_undo() { # OPERATION NAMES
  local said
  dpkg_twice "$@" || note not-restored "${2# }" "dpkg $1:" "$(printf '%s' "$said" | tail -n 8)"
}

# dpkg_twice OPERATION NAMES: sets the caller's $said. Cut off in the middle of an installation: what can be finished is, and
# then once more.
dpkg_twice() {
  save_selections $2
  dpkg_once "$@" || { configure_rest && await_dpkg 600; dpkg_once "$@"; }
}

configure_rest() { env --default-signal=PIPE dpkg --force-confold --configure -a >/dev/null 2>&1 </dev/null; }

dpkg_once() {
  said=$(env --default-signal=PIPE dpkg --force-remove-reinstreq "$1" $2 2>&1 </dev/null)
}

# save_selections NAME…: what dpkg was to do with them, before it is told to remove them.
save_selections() {
  dpkg-query -W -f '${Package} ${db:Status-Want}\n' -- "$@" 2>/dev/null | grep -v -e ' purge$' -e ' deinstall$' >>"$RUN/selections"
  sync "$RUN/selections"
}

# selections_back NAME…: dpkg is no longer to remove those that are still installed, which `apt-get dselect-upgrade` would do.
selections_back() {
  local name want
  for name in "$@"; do
    in_dpkg "$name"
    case $STATUS in none | config) continue ;; esac
    case $(dpkg-query -W -f '${db:Status-Want}' -- "$name" 2>/dev/null) in purge | deinstall) ;; *) continue ;; esac
    want=install
    ! field "$RUN/selections" "$name" || want=$VALUE
    printf '%s %s\n' "$name" "$want" | dpkg --set-selections 2>/dev/null
  done
}
