# shellcheck shell=sh
# What a run needs of packages is downloaded, and judged, before the dead-man is armed.

begin_package() {
  PACKAGES=  # to install
  ANNOUNCED= # all that may come with them; empty: the plan could not tell
  PURGED=
  PURGED_OF= # lines RUN NAME VERSION
  ALONG=     # of those that are purged: what came unasked
  NEW=
  DEBS=
  DOWNLOADED=
}

preflight_install() { # PACKAGES ANNOUNCED
  PACKAGES="$PACKAGES $1"
  [ "$2" = - ] || ANNOUNCED="$ANNOUNCED $2"
  SLACK=$((SLACK + 33554432))
}

# prepare_package: sets NEW to what will be new, DEBS to the files.
prepare_package() {
  local said name version deb archives there said_download _
  NEW=
  DEBS=
  [ -n "$PACKAGES$PURGED" ] || return 0
  ADDRESS=
  await_dpkg "$PACKAGE_LOCK" || { refuse dpkg-locked "$R/var/lib/dpkg/lock-frontend" "held by $HOLDER; waited $PACKAGE_LOCK s for it" && return; }
  # What it warns of on the other stream is no package.
  said=$(dpkg --audit 2>/dev/null) || said=$(dpkg --audit 2>&1)
  [ -z "$said" ] || { refuse dpkg-half-configured dpkg "run: dpkg --configure -a." "$said" && return; }
  preflight_purged
  [ -n "$PACKAGES" ] || return 0
  simulate || update_lists_and simulate || { no_way && return; }
  as_announced || return
  printf '%s\n' "$said" | grep '^Inst [^ ]* \[' | while read -r _ name version _; do
    note upgrade "$name" "upgraded from $version on the way; the rollback does not undo that"
  done
  [ -n "$NEW" ] || return 0
  archives=$R/var/cache/apt/archives
  # A repository on the host's own disk is read where it is.
  for deb in $(apt --print-uris install $PACKAGES 2>/dev/null | sed -n "s/^'file:\/*\([^']*\)'.*/\/\1/p" |
    sed 's/%2b/+/gi; s/%7e/~/gi; s/%3a/:/gi; s/%25/%/g'); do
    # What is only upgraded keeps its services, and stays.
    ! listed "$(dpkg-deb -f "$deb" Package 2>/dev/null)" "$NEW" || DEBS="$DEBS $deb"
  done
  there=" $(find "$archives" -name '*.deb' -printf '%f ' 2>/dev/null)"
  emit progress downloading "$(b64 "$NEW")"
  if ! said_download=$(apt --download-only install $PACKAGES 2>&1); then
    update_lists_and simulate || { no_way && return; }
    as_announced || return
    said_download=$(apt --download-only install $PACKAGES 2>&1) ||
      { refuse download "$PACKAGES" "" "$(printf '%s' "$said_download" | tail -n 8)" && return; }
  fi
  for deb in $(printf '%s\n' "$said" | sed -n 's/^Inst \([^ ]*\) (\([^ ]*\) .*\[\([a-z0-9]*\)\]).*/\1_\2_\3.deb/p' | sed 's/:/%3a/g'); do
    [ -f "$archives/$deb" ] || continue
    DEBS="$DEBS $archives/$deb"
    case $there in *" $deb "*) ;; *) DOWNLOADED="$DOWNLOADED $archives/$deb" ;; esac
  done
}

# simulate: sets `said` to what apt would do; false when it has no way to install.
simulate() { said=$(apt --simulate install $PACKAGES 2>/dev/null); }

no_way() { refuse no-package "$PACKAGES" "" "$(apt --simulate install $PACKAGES 2>&1 >/dev/null)"; }

# as_announced: sets NEW from `said`; false, and refused, where it is not what the plan says.
as_announced() {
  local beyond name
  NEW=$(printf '%s\n' "$said" | sed -n 's/^Inst \([^ ]*\) (.*/\1/p' | tr '\n' ' ')
  case $said in
  *"
Remv "*) refuse would-remove "$PACKAGES" "$(printf '%s\n' "$said" | grep '^Remv ')" && return 1 ;;
  esac
  beyond=
  for name in $(printf '%s\n' "$said" | sed -n 's/^Inst \([^ ]*\) .*/\1/p'); do
    [ -z "$ANNOUNCED" ] || listed "$name" "$ANNOUNCED" || beyond="$beyond $name"
  done
  [ -z "$beyond" ] ||
    { refuse more-packages "$PACKAGES" "apt would bring$beyond as well, which the plan doesn't name; plan again" && return 1; }
}

update_lists_and() { # COMMAND…
  emit progress updating-lists -
  apt update >/dev/null 2>&1
  "$@"
}

# lay_out_package: what the apply and the undo need to know of the download.
lay_out_package() {
  local deb
  printf '%s\n' "$NEW" >"$RUN/new" && printf '%s\n' "$PACKAGES" >"$RUN/asked" && printf '%s\n' "$DEBS" >"$RUN/debs" || return 1
  [ -z "$PURGED" ] || printf '%s' "$PURGED_OF" >"$RUN/purged" || return 1
  for deb in $DOWNLOADED; do
    quote "$deb"
    printf 'undo_reserve %s .\n' "$QUOTED" >>"$RUN/undo/downloads" || return 1
  done
}

# release_package FOLDER: what was downloaded for the run of that folder, and debconf's modes; the undo of packages may still
# need both.
release_package() {
  each_line "$1/undo/downloads"
  each_line "$1/undo/debconf"
}
