# shellcheck shell=sh
# Services of new packages don't start before their configuration is there, nor at a boot that rolls them back.

# mask_new: a postinst must not start a service with the distribution's configuration before ours is there.
mask_new() {
  read -r debs <"$RUN/debs"
  for deb in $debs; do
    dpkg-deb --fsys-tarfile "$deb" | tar -t
  done 2>/dev/null | sed -n 's#^\./\(usr/\)\{0,1\}lib/systemd/system/\([^/]*\.\(service\|socket\|timer\|path\)\)$#\2#p' |
    sort -u >"$RUN/undo/masked" && sync "$RUN/undo/masked" "$RUN/undo" || return 1
  link_masks && daemon_reload
}

link_masks() {
  [ -f "$RUN/undo/masked" ] || return 0
  while IFS= read -r unit; do
    [ -e "$R/run/systemd/system/$unit" ] || [ -L "$R/run/systemd/system/$unit" ] ||
      ln -s /dev/null "$R/run/systemd/system/$unit" || return 1
  done <"$RUN/undo/masked"
}

unmask_new() {
  [ -f "$RUN/undo/masked" ] || return 0
  while IFS= read -r unit; do
    [ "$(readlink "$R/run/systemd/system/$unit")" != /dev/null ] || rm -f "$R/run/systemd/system/$unit"
  done <"$RUN/undo/masked"
  daemon_reload
}

# mask_installed: early at boot, services of packages that are to be purged do not start.
mask_installed() {
  [ -s "$RUN/undo/masked" ] || return 0
  link_masks
  RELOAD_SYSTEMD=1
}

# start_masked: a service that a package enabled and the plan has nothing to say about runs, as it would have.
start_masked() {
  [ -s "$RUN/undo/masked" ] || return 0
  while IFS= read -r unit; do
    case $unit in *@.*) continue ;; esac
    grep -q -e "undo_unit '${unit%.service}\(.service\)\{0,1\}' " "$RUN/undo/units" 2>/dev/null && continue
    unit_state "$unit"
    [ "$ENABLED" = enabled ] && [ "$ACTIVE" = inactive ] || continue
    systemctl start --no-block -- "$unit" 2>/dev/null
  done <"$RUN/undo/masked"
}
