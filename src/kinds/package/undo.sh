# shellcheck shell=sh
# The undo of packages: exactly what the run brought, also where dpkg was cut off.

undoing_package() {
  read -r UNDO_UP_TO <"$RUN/undo/before-packages" || UNDO_UP_TO=0
  PURGE=
  REMOVE=
  AGAIN=
  HALF=
}

# undone_package: dpkg is waited for, never killed.
undone_package() {
  local path
  if [ -n "$PURGE$REMOVE$AGAIN" ]; then
    await_dpkg 1800 || note dpkg-locked dpkg "held by $HOLDER"
    close_locks
    [ -z "$HALF" ] || unpack_again
    [ -n "$HALF" ] || keep_wanted
    [ -z "$PURGE" ] || dpkg_undo --purge "$PURGE"
    [ -z "$REMOVE" ] || dpkg_undo --remove "$REMOVE"
    [ -z "$AGAIN" ] || install_again
    # Power that was lost half-way leaves triggers of other packages waiting.
    [ -z "$(dpkg --audit 2>/dev/null)" ] || configure_rest
  fi
  unlink_gone "$RUN/undo"
  unmask_new
  # What the purge took along and was there before.
  PACKAGES_BACK=1
  each_line "$RUN/undo/file"
  [ ! -f "$RUN/undo/there" ] || while IFS= read -r path; do
    [ -e "$path" ] || [ -L "$path" ] || note not-restored "$path" "it was there before the package, and went with it"
  done <"$RUN/undo/there"
}

# install_again: what came along with others once is still nothing that somebody asked for.
install_again() {
  local said
  said=$(apt install $AGAIN 2>&1) || note not-restored "$AGAIN" "" "$(printf '%s' "$said" | tail -n 8)"
  xargs -r apt-mark auto >/dev/null 2>&1 <"$RUN/undo/along"
}

# keep_wanted: what the host has come to need meanwhile stays.
keep_wanted() {
  local kept name why
  kept=$(wanted "$(tr '\n' ' ' 2>/dev/null <"$RUN/undo/auto")" $PURGE $REMOVE)
  while read -r name why; do
    [ -z "$name" ] || keep "$name" "$why"
  done <<END
$kept
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

undo_purged() { # NAME VERSION .
  in_dpkg "$1"
  [ "$STATUS" = installed ] || AGAIN="$AGAIN $1=$2"
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
  dpkg_once "$@" && return
  # Cut off in the middle of an installation: finish what can be finished, then once more.
  configure_rest
  await_dpkg 600
  dpkg_once "$@" || note not-restored "${2# }" "dpkg $1:" "$(printf '%s' "$said" | tail -n 8)"
}

configure_rest() { env --default-signal=PIPE dpkg --force-confold --configure -a >/dev/null 2>&1 </dev/null; }

dpkg_once() {
  said=$(env --default-signal=PIPE dpkg --force-remove-reinstreq "$1" $2 2>&1 </dev/null)
}
