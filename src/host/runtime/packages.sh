# shellcheck shell=sh
# Packages: downloaded before the dead-man is armed, installed with their services masked, purged again by the undo.

export DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l NEEDRESTART_SUSPEND=1 APT_LISTCHANGES_FRONTEND=none
export APT_LISTBUGS_FRONTEND=none UCF_FORCE_CONFFOLD=1

apt() {
  env --default-signal=PIPE apt-get -q -y --no-install-recommends -o Dpkg::Use-Pty=0 -o APT::Get::Assume-Yes=true \
    -o Dpkg::Options::=--force-confold -o Dpkg::Options::=--force-confdef -o DPkg::Lock::Timeout=120 "$@" </dev/null
}

# lock_holder: sets HOLDER to who has dpkg locked; false when nobody has.
lock_holder() {
  for file in "$R/var/lib/dpkg/lock-frontend" "$R/var/lib/dpkg/lock"; do
    inode=$(stat -c %i "$file" 2>/dev/null) || continue
    pid=$(awk -v inode=":$inode\$" '$6 ~ inode { print $5; exit }' /proc/locks)
    [ -n "$pid" ] || continue
    HOLDER="process $pid ($(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | cut -c 1-120))"
    return 0
  done
  return 1
}

# await_dpkg SECONDS: true when nobody has dpkg locked.
await_dpkg() {
  uptime
  dpkg_until=$((UPTIME + $1))
  told=
  while lock_holder; do
    [ -n "$told" ] || emit progress waiting-for-dpkg "$(b64 "$HOLDER")"
    told=1
    uptime
    [ "$UPTIME" -lt "$dpkg_until" ] || return 1
    sleep 0.5
  done
}

# in_dpkg PACKAGE: sets STATUS to installed, config (removed, its configuration is there), half or none.
in_dpkg() {
  case $(dpkg-query -W -f '${db:Status-Abbrev}' -- "$1" 2>/dev/null) in
  ?i*) STATUS=installed ;;
  ?c*) STATUS=config ;;
  '' | ?n*) STATUS=none ;;
  *) STATUS=half ;;
  esac
}

preflight_install() { # PACKAGE…
  PACKAGES="$PACKAGES $*"
  SLACK=$((SLACK + 33554432))
}

preflight_purge() { # PACKAGE…
  PURGED="$PURGED $*"
  SLACK=$((SLACK + 33554432))
}

# download_packages: the last part of preflight. Sets NEW to what will be new, DEBS to the files.
download_packages() {
  NEW=
  DEBS=
  [ -n "$PACKAGES$PURGED" ] || return 0
  ADDRESS=
  await_dpkg "$PACKAGE_LOCK" || { refuse dpkg-locked "$R/var/lib/dpkg/lock-frontend" "held by $HOLDER; waited $PACKAGE_LOCK s for it" && return; }
  said=$(dpkg --audit 2>&1)
  [ -z "$said" ] || { refuse dpkg-half-configured dpkg "run: dpkg --configure -a. $said" && return; }
  preflight_purged
  [ -n "$PACKAGES" ] || return 0
  if ! simulate; then
    update_lists
    simulate || { refuse no-package "$PACKAGES" "$said" && return; }
  fi
  case $said in
  *"
Remv "*) refuse would-remove "$PACKAGES" "$(printf '%s\n' "$said" | grep '^Remv ')" && return ;;
  esac
  NEW=$(printf '%s\n' "$said" | sed -n 's/^Inst \([^ ]*\) (.*/\1/p' | tr '\n' ' ')
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
    update_lists
    said_download=$(apt --download-only install $PACKAGES 2>&1) ||
      { refuse download "$PACKAGES" "$(printf '%s' "$said_download" | tail -n 8)" && return; }
  fi
  for deb in $(printf '%s\n' "$said" | sed -n 's/^Inst \([^ ]*\) (\([^ ]*\) .*\[\([a-z0-9]*\)\]).*/\1_\2_\3.deb/p' | sed 's/:/%3a/g'); do
    [ -f "$archives/$deb" ] || continue
    DEBS="$DEBS $archives/$deb"
    case $there in *" $deb "*) ;; *) DOWNLOADED="$DOWNLOADED $archives/$deb" ;; esac
  done
}

# simulate: sets `said`; false when apt has no way to install.
simulate() { said=$(apt --simulate install $PACKAGES 2>&1); }

update_lists() {
  emit progress updating-lists -
  apt update >/dev/null 2>&1
}

# preflight_purged: a purge must not take others' packages with it.
preflight_purged() {
  for name in $PURGED; do
    others=$(apt --simulate purge "$name" 2>/dev/null | sed -n 's/^\(Purg\|Remv\) \([^ ]*\) .*/\2/p')
    for other in $others; do
      case " $PURGED " in *" $other "*) ;; *) refuse would-remove "$name" "$other depends on it" ;; esac
    done
  done
}

# lay_out_packages: what the apply and the undo need to know of the download.
lay_out_packages() {
  printf '%s\n' "$NEW" >"$RUN/new" && printf '%s\n' "$PACKAGES" >"$RUN/asked" && printf '%s\n' "$DEBS" >"$RUN/debs" || return 1
  for deb in $DOWNLOADED; do
    quote "$deb"
    printf 'undo_reserve %s .\n' "$QUOTED" >>"$RUN/undo/downloads" || return 1
  done
}

# release_downloads: what was downloaded for the run; the undo of packages may still need it.
release_downloads() { each_line "$RUN/undo/downloads"; }

snapshot_install() {
  read -r new <"$RUN/new"
  for name in $new; do
    grep -q -F -e "undo_package '$name' " "$RUN/undo/packages" 2>/dev/null && continue
    in_dpkg "$name"
    if [ "$STATUS" = config ]; then save_conffiles "$name"; fi
    printf "undo_package '%s' '%s' .\n" "$name" "$STATUS" >>"$RUN/undo/packages"
  done
  [ ! -e "$RUN/undo/before-packages" ] || return 0
  read -r debs <"$RUN/debs"
  for deb in $debs; do
    taken=$(dpkg-deb -I "$deb" conffiles 2>/dev/null | awk 'NF == 1')
    save_files $taken
    # What its script removes at a purge, as far as it names it.
    taken=$(dpkg-deb -I "$deb" postrm 2>/dev/null | grep -o '/etc/[A-Za-z0-9._/-]*[A-Za-z0-9]')
    save_files $taken
  done
  find "$R/etc" \( -type f -o -type l \) -print >"$RUN/undo/there" 2>/dev/null
  find "$R/etc" -type d -printf '%m %U %G %p\n' >"$RUN/undo/folders" 2>/dev/null
  wc -l <"$RUN/undo/files" >"$RUN/undo/before-packages"
}

save_conffiles() { # PACKAGE
  taken=$(dpkg-query -W -f '${Conffiles}\n' "$1" 2>/dev/null | awk 'NF { print $1 }')
  save_files $taken
}

# save_files PATH…: a purge takes them away, and they were there before.
save_files() {
  for conffile in "$@"; do
    [ ! -f "$R$conffile" ] || { resolve "$R$conffile" && backup "$TARGET" && wrote "$BACKUP" any; } ||
      { fail backup "$conffile" "the backup could not be made" && return; }
  done
}

# listed WORD LIST…: true when the word is one of the list.
listed() {
  case " $2 " in *" $1 "*) return 0 ;; esac
  return 1
}

# apply_install PACKAGE…: the batch's first step installs all that any step asks for, in one transaction. Each step
# then owns its own packages; what they depend on is undone with the first.
apply_install() {
  read -r new <"$RUN/new"
  read -r asked <"$RUN/asked"
  mine=
  for name in $new; do
    if listed "$name" "$*" || { [ -z "$INSTALLED" ] && ! listed "$name" "$asked"; }; then mine="$mine $name"; fi
  done
  if [ -z "$INSTALLED" ]; then install_all "$asked" || return; fi
  INSTALLED=1
  journal install "$*" "${mine:--}" "$(dpkg-query -W -f '${Package}=${Version} ' $mine 2>/dev/null)"
  ours=
  for name in $mine; do if listed "$name" "$*"; then ours="$ours $name"; fi; done
  [ -z "$ours" ] || own packages $ours
}

install_all() { # PACKAGES
  [ "$APPLY_TIMEOUT" -ge 1800 ] || renew 1800
  if [ -n "$new" ]; then
    mask_new || { fail mask "$R/run/systemd/system" "the new services could not be masked" && return 1; }
  fi
  said=$(apt install $1 2>&1)
  installed=$?
  unmask_new
  [ "$installed" = 0 ] || { fail package "$1" "$(printf '%s' "$said" | tail -n 15)" && return 1; }
}

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

snapshot_purge() {
  for name in "$@"; do
    version=$(dpkg-query -W -f '${Version}' -- "$name" 2>/dev/null) || continue
    save_conffiles "$name"
    printf "undo_purged '%s' '%s' .\n" "$name" "$version" >>"$RUN/undo/packages"
  done
  [ -e "$RUN/undo/before-packages" ] || wc -l <"$RUN/undo/files" >"$RUN/undo/before-packages"
}

apply_purge() { # PACKAGE…
  renew 1800
  before=$(dpkg-query -W -f '${Package}=${Version} ' "$@" 2>/dev/null)
  if said=$(apt purge "$@" 2>&1); then
    journal purge "$*" "$before" absent
    own purged "$@"
  else
    fail package "$*" "$(printf '%s' "$said" | tail -n 15)"
  fi
}

# undo_packages: exactly what the run brought. dpkg is waited for, never killed.
undo_packages() {
  [ -s "$RUN/undo/packages" ] || return 0
  read -r UNDO_UP_TO <"$RUN/undo/before-packages" || UNDO_UP_TO=0
  PURGE=
  REMOVE=
  AGAIN=
  HALF=
  each_line "$RUN/undo/packages"
  if [ -n "$PURGE$REMOVE$AGAIN" ]; then
    await_dpkg 1800 || note dpkg-locked dpkg "held by $HOLDER"
    [ -z "$HALF" ] || unpack_again
    [ -z "$PURGE" ] || dpkg_undo --purge "$PURGE"
    [ -z "$REMOVE" ] || dpkg_undo --remove "$REMOVE"
    [ -z "$AGAIN" ] || said=$(apt install $AGAIN 2>&1) || note not-restored "$AGAIN" "$(printf '%s' "$said" | tail -n 8)"
    # Power that was lost half-way leaves triggers of other packages waiting.
    [ -z "$(dpkg --audit 2>/dev/null)" ] || configure_rest
  fi
  unmask_new
  # What the purge took along and was there before.
  PACKAGES_BACK=1
  each_line "$RUN/undo/files"
  [ ! -f "$RUN/undo/there" ] || while IFS= read -r path; do
    [ -e "$path" ] || [ -L "$path" ] || note not-restored "$path" "it was there before the package, and went with it"
  done <"$RUN/undo/there"
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
  read -r debs <"$RUN/debs"
  for deb in $debs; do
    listed "$(dpkg-deb -f "$deb" Package 2>/dev/null)" "$HALF" || continue
    said=$(env --default-signal=PIPE dpkg --force-confold --unpack "$deb" 2>&1 </dev/null) ||
      note not-restored "$deb" "dpkg --unpack: $(printf '%s' "$said" | tail -n 8)"
  done
}

dpkg_undo() { # OPERATION NAMES
  dpkg_once "$@" && return
  # Cut off in the middle of an installation: finish what can be finished, then once more.
  configure_rest
  await_dpkg 600
  dpkg_once "$@" || note not-restored "${2# }" "dpkg $1: $(printf '%s' "$said" | tail -n 8)"
}

configure_rest() { env --default-signal=PIPE dpkg --force-confold --configure -a >/dev/null 2>&1 </dev/null; }

dpkg_once() {
  said=$(env --default-signal=PIPE dpkg --force-remove-reinstreq "$1" $2 2>&1 </dev/null)
}
