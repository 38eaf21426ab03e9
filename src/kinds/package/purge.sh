# shellcheck shell=sh
# A purge waits for the confirm. Until then the packages' services are stopped, and an undo has no more to do than to start
# them: it needs no mirror, and no script of a package's runs.

preflight_purge() { # RUN PACKAGE…
  local run name path
  run=$1
  shift
  ALONG="$ALONG $(auto_of "$run")"
  PURGED="$PURGED $*"
  PURGED_OF=$PURGED_OF$(dpkg-query -W -f "$run \${Package} \${Version}\n" "$@" 2>/dev/null)$NL
  SLACK=$((SLACK + 33554432))
  while read -r name path; do
    [ -z "$name" ] || refuse stale "$path" "it has been changed since the run, and would go with the package $name"
  done <<END
$(loses "$D/runs/$run" "$@")
END
}

snapshot_purge() { :; }

# auto_of RUN: prints the packages that came along with what the run was asked for.
auto_of() { tr '\n' ' ' 2>/dev/null <"$D/runs/$1/undo/auto"; }

# preflight_purged: what the host has come to need since the plan was made is not purged.
preflight_purged() {
  local kept name why
  [ -n "$PURGED" ] || return 0
  kept=$(wanted "$ALONG" $PURGED && sudo_used $PURGED)
  while read -r name why; do
    [ -z "$name" ] || refuse stale "$name" "$why"
  done <<END
$kept
END
}

# units_of NAME…: prints the units that these packages have.
units_of() {
  dpkg-query -L "$@" 2>/dev/null |
    sed -n 's#^\(/usr\)\{0,1\}/lib/systemd/system/\([^/@]*\.\(service\|socket\|timer\|path\)\)$#\2#p' | sort -u
}

# to_purge FIELD: prints RUN, NAME or VERSION of each package that goes.
to_purge() { cut -d ' ' -f "$1" "$RUN/purged" | tr '\n' ' '; }

# is_up: of the unit that unit_state was asked for.
is_up() { case $ACTIVE in active | activating | reloading) ;; *) return 1 ;; esac }

# was_up UNIT: before the run.
was_up() {
  grep -s -m 1 -e "^undo_service '${1%.service}\(\.service\)\{0,1\}' " "$RUN/undo/service" |
    grep -q -e "^[^ ]* '[^']*' '[^']*' '[^']*' '\(active\|activating\|reloading\)' "
}

# settle_package: what the confirm purges runs no more, so that what is proven is what stays.
settle_package() {
  local names all unit units said
  [ -f "$RUN/purged" ] || return 0
  names=$(to_purge 2)
  all=$(units_of $names)
  units=
  printf '%s' "$all${all:+$NL}" >"$RUN/units" && sync "$RUN/units" "$RUN" || { fail no-space "$RUN" "it could not be written" && return; }
  for unit in $all; do
    known_unit "$unit" || return 0
    is_up || continue
    quote "$unit" "$LOADED" "$ENABLED" "$ACTIVE" stop
    undo_line service "$QUOTED" || return
    units="$units $unit"
  done
  [ -n "$units" ] || return 0
  sync "$RUN/undo/service" "$RUN/undo" && said=$(timeout "$APPLY_TIMEOUT" systemctl stop -- $units 2>&1) ||
    fail unit "${units# }" "stop:" "$said"
}

confirm_package() { PURGE_TRIED=; }

# apply_purge RUN PACKAGE…: repeatable, wherever power was lost in it. The first step purges for all of them, as what one brought
# may need what came with another.
apply_purge() {
  local name gone
  shift
  [ -n "$PURGE_TRIED" ] || purge_all || return
  gone=
  for name in "$@"; do
    in_dpkg "$name"
    [ "$STATUS" != none ] || gone="$gone $name"
  done
  [ -n "$gone" ] || return 0
  cut -f 3,4 "$RUN/journal" | grep -q -x -F -e "$ADDRESS	purge" || journal purge "${gone# }" \
    "$(awk -v names="$gone " 'index(names, " " $2 " ") { printf "%s=%s ", $2, $3 }' "$RUN/purged")" absent
  own package $gone
}

purge_all() {
  local status
  PURGE_TRIED=1
  PURGE=$(to_purge 2)
  REMOVE=
  purge_unneeded
  status=$?
  settle_units
  return "$status"
}

purge_unneeded() {
  local said run left
  await_dpkg 1800 || { fail dpkg-locked "${PURGE% }" "held by $HOLDER" && return 1; }
  close_locks
  [ -z "$(dpkg --audit 2>/dev/null)" ] || configure_rest
  keep_changed
  keep_wanted "$(for run in $(to_purge 1); do auto_of "$run"; done)"
  keep_packages "$(sudo_used $PURGE)"
  [ -n "${PURGE% }" ] || return 0
  save_earlier || { fail_backup "${PURGE% }" && return 1; }
  stop_again
  for run in $(to_purge 1); do set_aside "$run" $PURGE; done
  [ -z "${PURGE% }" ] || dpkg_twice --purge "$PURGE"
  left=$(still_there $PURGE)
  for run in $(to_purge 1); do places_back "$run"; done
  earlier_back
  [ -z "$left" ] ||
    { fail package "$left" "not purged. Once nothing needs it: dpkg --purge $left" "$(printf '%s' "$said" | tail -n 15)" && return 1; }
}

# stop_again: what was started since the run has stopped it; no package's script stops all of its own.
stop_again() {
  local unit units
  units=
  for unit in $(units_of $PURGE); do
    unit_state "$unit"
    ! is_up || units="$units $unit"
  done
  [ -z "$units" ] || patient stop -- $units 2>/dev/null
}

# settle_units: of packages that stay, units run as they did before the run; of those that are gone, systemd knows none.
settle_units() {
  local names stay gone unit
  names=$(to_purge 2)
  names=$(still_there $names)
  selections_back $names
  stay=" $(units_of $names | tr '\n' ' ')"
  gone=
  while IFS= read -r unit; do
    listed "$unit" "$stay" || gone="$gone $unit"
  done <"$RUN/units"
  # A purge finds only links that the postinst's notes tell of.
  for unit in $gone; do find "$UNITS" -maxdepth 2 -xtype l -lname "*/$unit" -exec rm -f {} +; done
  sync "$UNITS" "$UNITS"/*.wants 2>/dev/null
  let_start "$RUN/units"
  [ -z "$gone" ] || ask reset-failed -- $gone 2>/dev/null
  for unit in $stay; do ! was_up "$unit" || start_again "$unit"; done
}

start_again() { # UNIT
  local AT_BOOT
  AT_BOOT=
  [ -e "$MARK" ] || AT_BOOT=1
  unit_state "$1"
  ! is_up || return 0
  patient start -- "$1" 2>/dev/null
  unit_state "$1"
  is_up || note not-restored "$1" "its package stays, and it does not run as it did before. See why: systemctl status $1"
}

# keep_changed: what somebody has changed since the proof, as while dpkg was waited for, stays with its package.
keep_changed() {
  local run name path names
  cut -d ' ' -f 1 "$RUN/purged" | sort -u | while read -r run; do
    names=$(awk -v run="$run" '$1 == run { print $2 }' "$RUN/purged")
    loses "$D/runs/$run" $names
  done | sort -u -k 1,1 >"$RUN/scratch/changed"
  while read -r name path; do
    keep "$name" "$path was changed since the run"
  done <"$RUN/scratch/changed"
}

still_there() { # PACKAGE…
  local name there
  there=
  for name in "$@"; do
    in_dpkg "$name"
    [ "$STATUS" = none ] || there="$there $name"
  done
  printf '%s' "${there# }"
}

# save_earlier: what was there before the packages, and goes with them, is kept as it is by now.
save_earlier() {
  local path number
  [ ! -e "$RUN/earlier" ] || return 0
  list_folders
  while read -r run name _; do
    [ ! -f "$D/runs/$run/undo/there" ] || risked "$name" | grep -x -F -f "$D/runs/$run/undo/there"
  done <"$RUN/purged" | sort -u >"$RUN/earlier.new"
  number=0
  while IFS= read -r path; do
    number=$((number + 1))
    cp -a -- "$path" "$RUN/backup/earlier-$number" && { [ -L "$path" ] || sync "$RUN/backup/earlier-$number"; } || return 1
  done <"$RUN/earlier.new"
  sync "$RUN/undo/folders" "$RUN/earlier.new" "$RUN/backup" && mv -fT "$RUN/earlier.new" "$RUN/earlier" && sync "$RUN"
}

earlier_back() {
  local path number
  number=0
  while IFS= read -r path; do
    number=$((number + 1))
    if [ -e "$path" ] || [ -L "$path" ]; then continue; fi
    put_back "earlier-$number" "$path" file || fail write "$path" "it was there before the packages, and could not be put back"
  done <"$RUN/earlier"
}
