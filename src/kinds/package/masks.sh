# shellcheck shell=sh
# Services of new packages don't start before their configuration is there, nor at a boot that rolls them back.

# What holds a unit back. Not a mask: a postinst's `systemctl enable` fails on a masked unit, and the service would
# stay off for good. A start of a held unit succeeds and does nothing, and systemd remembers that it was asked.
held() { HELD="$R/run/systemd/system/$1.d/zz-harden-held.conf"; }

# mask_new: a postinst must not start a service with the distribution's configuration before ours is there.
mask_new() {
  local debs deb
  read -r debs <"$RUN/debs"
  for deb in $debs; do
    dpkg-deb --fsys-tarfile "$deb" | tar -t
  done 2>/dev/null | sed -n 's#^\./\(usr/\)\{0,1\}lib/systemd/system/\([^/]*\.\(service\|socket\|timer\|path\)\)$#\2#p' |
    sort -u >"$RUN/undo/masked" && sync "$RUN/undo/masked" "$RUN/undo" || return 1
  hold_back "$RUN/undo/masked" && daemon_reload
}

hold_back() { # FILE
  local unit
  while IFS= read -r unit; do
    held "$unit"
    mkdir -p "${HELD%/*}" && printf '[Unit]\nConditionPathExists=!/\n' >"$HELD" || return 1
  done <"$1"
}

let_start() { # FILE
  local unit
  while IFS= read -r unit; do
    held "$unit"
    rm -f "$HELD"
    rmdir "${HELD%/*}" 2>/dev/null
  done <"$1"
  daemon_reload || RELOAD_SYSTEMD=1
}

unmask_new() { [ ! -f "$RUN/undo/masked" ] || let_start "$RUN/undo/masked"; }

# unlink_gone: a postinst's enablement is two writes, the link and the note by which a purge finds it; power that was
# lost soon after may have kept only the link.
unlink_gone() {
  local link target
  { [ -f "$RUN/undo/masked" ] && [ -f "$RUN/undo/there" ]; } || return 0
  find "$UNITS" -xtype l -print 2>/dev/null | while IFS= read -r link; do
    target=$(readlink "$link")
    ! grep -q -x -F -e "${target##*/}" "$RUN/undo/masked" || grep -q -x -F -e "$link" "$RUN/undo/there" || rm -f "$link"
  done
}

# early_package: early at boot, services of packages that are to be purged do not start.
early_package() {
  [ -s "$RUN/undo/masked" ] || return 0
  hold_back "$RUN/undo/masked"
  RELOAD_SYSTEMD=1
}

# due_package: the same for a confirmed run whose purge is not through.
due_package() {
  [ -s "$RUN/units" ] || return 0
  hold_back "$RUN/units"
  RELOAD_SYSTEMD=1
}

# start_package: what the packages' own scripts enabled and asked to start runs, where the plan has nothing to say.
start_package() {
  local unit
  [ -s "$RUN/undo/masked" ] || return 0
  while IFS= read -r unit; do
    case $unit in *@.*) continue ;; esac
    grep -q -e "undo_service '${unit%.service}\(.service\)\{0,1\}' " "$RUN/undo/service" 2>/dev/null && continue
    unit_state "$unit"
    [ "$ENABLED" = enabled ] && [ "$ACTIVE" = inactive ] || continue
    case $(patient show -p ConditionTimestampMonotonic -- "$unit" 2>/dev/null) in *=0 | '') continue ;; esac
    ask start --no-block -- "$unit" 2>/dev/null
  done <"$RUN/undo/masked"
}
