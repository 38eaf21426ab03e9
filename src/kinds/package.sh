# shellcheck shell=sh
# Packages: installed in one transaction, with their services held back.

# patient_package COMMAND: true for what is waited for, and never killed in its middle.
patient_package() {
  case $1 in apt-get | dpkg | dpkg-*) return 0 ;; esac
  return 1
}

export DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l NEEDRESTART_SUSPEND=1 APT_LISTCHANGES_FRONTEND=none
export APT_LISTBUGS_FRONTEND=none UCF_FORCE_CONFFOLD=1

# Each call writes the lists' signatures apart: in a folder that no user can fill.
apt() {
  local folder
  folder=$RUN/scratch
  [ -d "$folder" ] || folder=$R/run
  env --default-signal=PIPE TMPDIR="$folder" apt-get -q -y --no-install-recommends -o Dpkg::Use-Pty=0 -o APT::Get::Assume-Yes=true \
    -o Dpkg::Options::=--force-confold -o Dpkg::Options::=--force-confdef -o DPkg::Lock::Timeout=120 "$@" </dev/null
}

# await_dpkg SECONDS: true when nobody has dpkg locked.
await_dpkg() { await_lock "$1" waiting-for-dpkg "$R/var/lib/dpkg/lock-frontend" "$R/var/lib/dpkg/lock"; }

# close_locks: what a package's script waits for, or fails without, is debconf's database and ufw's lock, and users may read
# both. DEBCONF_SYSTEMRC keeps closed what debconf writes meanwhile; the modes come back when the run is settled.
close_locks() {
  local file
  close_lock "$R/run/ufw.lock"
  # shellcheck disable=SC2013 # paths without blanks
  for file in $(sed -n 's/^[Ff]ilename:[[:space:]]*//p' "$R/etc/debconf.conf" 2>/dev/null); do
    [ -f "$R$file" ] || continue
    quote "$R$file"
    grep -q -s -F -e " $QUOTED ." "$RUN/undo/debconf" ||
      { printf 'undo_debconf %s %s .\n' "$(stat -c %a -- "$R$file")" "$QUOTED" >>"$RUN/undo/debconf" && sync "$RUN/undo/debconf" "$RUN/undo"; } ||
      return 0
    # One that was left is opened again as it is.
    close_lock "$R$file" && rm -f -- "$R$file-new"
  done
  sed 's/^\([Mm]ode:\).*/\1 600/' "$R/etc/debconf.conf" 2>/dev/null >"$RUN/scratch/debconf.conf" && export DEBCONF_SYSTEMRC="$RUN/scratch/debconf.conf"
}

undo_debconf() { # MODE FILE .
  [ ! -f "$2" ] || chmod "$1" -- "$2"
  [ ! -f "$2-old" ] || chmod "$1" -- "$2-old"
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

snapshot_install() {
  local new name debs deb taken
  read -r new <"$RUN/new"
  for name in $new; do
    grep -q -F -e "undo_package '$name' " "$RUN/undo/package" 2>/dev/null && continue
    in_dpkg "$name"
    if [ "$STATUS" = config ]; then save_conffiles "$name"; fi
    undo_line package "'$name' '$STATUS'" || return
  done
  [ ! -e "$RUN/undo/before-packages" ] || return 0
  read -r debs <"$RUN/debs"
  for deb in $debs; do
    taken=$(dpkg-deb -I "$deb" conffiles 2>/dev/null | awk 'NF == 1')
    save_files conffiles $taken
    taken=$(dpkg-deb -I "$deb" postrm 2>/dev/null | named_in_etc)
    save_files written $taken
  done
  find "$R/etc" \( -type f -o -type l \) -print >"$RUN/undo/there" 2>/dev/null &&
    list_folders && save_places $debs && wc -l <"$RUN/undo/file" >"$RUN/undo/before-packages" || no_undo
}

save_conffiles() { # PACKAGE
  local taken
  taken=$(dpkg-query -W -f '${Conffiles}\n' "$1" 2>/dev/null | awk 'NF { print $1 }')
  save_files conffiles $taken
}

# save_files LIST PATH…: a purge takes them away, and they were there before. LIST: `conffiles`, which dpkg leaves as they are or
# brings anew, or `written`, by what the package's scripts like.
save_files() {
  local list path
  list=$RUN/scratch/$1
  shift
  for path in "$@"; do
    [ ! -f "$R$path" ] || { resolve "$R$path" && backup "$TARGET" && printf '%s\n' "$TARGET" >>"$list"; } ||
      { fail_backup "$path" && return; }
  done
}

# ready_install: what apt is about to write, or a purge to take away; false, and told, where somebody else has written it.
ready_install() {
  local path
  { true >>"$RUN/scratch/written" && true >>"$RUN/scratch/conffiles"; } || no_undo || return
  while IFS= read -r path; do begin_rewrite "$path" || return; done <"$RUN/scratch/written"
  while IFS= read -r path; do
    backup "$path" && wrote "$BACKUP" absent || { fail_backup "$path" && return 1; }
  done <"$RUN/scratch/conffiles"
}

# end_install: a conffile with any other content than before, or than the package's own, is somebody else's.
end_install() {
  local path md5
  end_rewrites
  while IFS= read -r path; do
    md5=$(md5sum <"$path") 2>/dev/null || continue
    dpkg-query -W -f '${Conffiles}\n' $new 2>/dev/null | grep -qxF -e " ${path#"$R"} ${md5%% *}" || continue
    backup "$path" && look "$path" && sha_of $SEEN && wrote "$BACKUP" "$SHA"
  done <"$RUN/scratch/conffiles"
}

# apply_install PACKAGES ANNOUNCED: the batch's first step installs all that any step asks for, in one transaction. Each step
# then owns its own packages; what they depend on is undone with the first.
apply_install() {
  local new asked mine name ours
  read -r new <"$RUN/new"
  read -r asked <"$RUN/asked"
  mine=
  for name in $new; do
    if listed "$name" "$1" || { [ -z "$INSTALLED" ] && ! listed "$name" "$asked"; }; then mine="$mine $name"; fi
  done
  if [ -z "$INSTALLED" ]; then install_all "$asked" || return; fi
  INSTALLED=1
  journal install "$1" "${mine:--}" "$(dpkg-query -W -f '${Package}=${Version} ' $mine 2>/dev/null)"
  ours=
  for name in $mine; do if listed "$name" "$1"; then ours="$ours $name"; fi; done
  [ -z "$ours" ] || own package $ours
}

install_all() { # PACKAGES
  local said installed name
  ready_install || return
  [ "$APPLY_TIMEOUT" -ge 1800 ] || renew 1800
  if [ -n "$new" ]; then
    mask_new || { fail mask "$R/run/systemd/system" "the new services could not be masked" && return 1; }
  fi
  close_locks
  said=$(apt install $1 2>&1)
  installed=$?
  end_install
  unmask_new
  [ "$installed" = 0 ] || { fail package "$1" "" "$(printf '%s' "$said" | tail -n 15)" && return 1; }
  for name in $new; do risked "$name"; done | tr '\n' '\0' | xargs -0 -r sha256sum >"$RUN/undo/brought" 2>/dev/null
  sync "$RUN/undo/brought" "$RUN/undo"
  # dpkg syncs its own files and not what the packages' scripts write.
  sync -f "$R/etc" "$R/var/lib"
  apt-mark showauto $new >"$RUN/undo/auto" 2>/dev/null
  return 0
}

# collect_wanted own:NAME… along:NAME…: `NAME WHY` for each of these packages that has to stay when they are purged.
collect_wanted() {
  need apt-get || return
  apt_simulation
  names=
  along=
  for word in "$@"; do
    names="$names ${word#*:}"
    case $word in along:*) along="$along ${word#*:}" ;; esac
  done
  # shellcheck disable=SC2086 # words
  wanted "$along" $names && R='' sudo_used $names
}

# collect_purge_loses RUN NAME…: `NAME PATH` for each file of somebody's that a purge of these packages would take.
collect_purge_loses() {
  need dpkg-query && need_root || return
  R='' D=/var/lib/harden
  run=$1
  shift
  found=$(loses "$D/runs/$run" "$@")
  [ -n "$found" ] || return 3
  printf '%s\n' "$found"
}

# state_package: names and versions.
state_package() {
  dpkg-query -W -f '${db:Status-Abbrev} ${Package} ${Version}\n' 2>/dev/null | sed -n 's/^\(ii\|rc\|iU\|iF\|iH\) /package \1 /p' | sort
}
