# shellcheck shell=sh disable=SC2154 # what collect.sh sets
# Packages and what APT would do, which are told without a write.

collect_package() {
  need dpkg-query || return
  package_lines=$NL$(dpkg-query -W -f '${Package} ${Version} ${db:Status-Abbrev}\n' -- "$@" 2>/dev/null)
  printf '%s\n' "${package_lines#?}"
  for name in "$@"; do
    case $package_lines in *"$NL$name "*) ;; *) printf '%s -\n' "$name" ;; esac
  done
}

# apt_simulation WORD...: sets the words of an apt-get that only says what it would do. It writes nothing: a cache of apt's
# that is not there, or old, is left so.
apt_simulation() {
  apt_cache_words
  apt_words="$apt_words -q -q --simulate -o Debug::NoLocking=true"
}

# apt_cache_words: sets the words under which apt takes its cache where that is new, and otherwise none.
apt_cache_words() {
  apt_words=
  for path in /var/lib/dpkg/status /var/lib/apt/lists /etc/apt/sources.list /etc/apt/sources.list.d; do
    [ ! -e "$path" ] || [ /var/cache/apt/pkgcache.bin -nt "$path" ] ||
      { apt_words="$apt_words -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=" && break; }
  done
}

# pending: a line "Inst …" for each upgrade that waits, also of what is on hold or brings new packages; "now SECONDS",
# what daily_jobs, left_out, apt_hooks and pinned_updates print; "restart PACKAGE" for what waits for one, "restart" alone where nobody says for
# what; "broken STATUS PACKAGE"; "held PACKAGE" for what is on hold.
collect_pending() {
  need apt-get || return
  printf 'now %s\n' "$(date +%s)"
  daily_jobs
  left_out
  apt_hooks
  pinned_updates
  if [ -e /run/reboot-required ]; then
    printf 'restart\n'
    [ ! -f /run/reboot-required.pkgs ] || head -c 4096 /run/reboot-required.pkgs | sed 's/^/restart /'
  fi
  dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' 2>/dev/null | sed -n '/^[^ ][inc] /!s/^/broken /p; s/^h[inc] /held /p'
  apt_simulation
  apt_words="$apt_words --ignore-hold --allow-change-held-packages --with-new-pkgs"
  # shellcheck disable=SC2086 # words
  if said=$(apt-get $apt_words upgrade 2>/dev/null </dev/null); then
    printf '%s\n' "$said" | grep -e '^Inst '
  else
    printf 'unknown '
    # shellcheck disable=SC2086
    apt-get $apt_words upgrade 2>&1 >/dev/null </dev/null | sed -n 's/^E: //p' | head -n 1
  fi
  return 0
}

# daily_jobs: "fetched SECONDS" and "installed SECONDS", the last end without an error of apt-get update and of
# unattended-upgrade; "since SECONDS", the newest of what says since when these jobs can have run; "stuck LINE" where the
# program doesn't start, though its package is installed.
daily_jobs() {
  for name in fetched:update-stamp installed:upgrade-stamp; do
    path=/var/lib/apt/periodic/${name#*:}
    [ ! -e "$path" ] || printf '%s %s\n' "${name%%:*}" "$(stat -c %Y "$path")"
  done
  settings_since | sed 's/^/since /'
  [ -e /var/lib/dpkg/info/unattended-upgrades.md5sums ] || return 0
  for path in "$(command -v unattended-upgrade || printf '%s' /usr/bin/unattended-upgrade)" /usr/lib/apt/apt.systemd.daily; do
    [ -x "$path" ] && continue
    printf 'stuck %s is no program that may be run\n' "$path"
    return 0
  done
  said=$(PYTHONDONTWRITEBYTECODE=1 unattended-upgrade --help 2>&1 >/dev/null </dev/null) ||
    printf 'stuck %s\n' "$(printf '%s\n' "$said" | tail -n 1 | head -c 400)"
}

settings_since() {
  {
    stat -c %W /var/lib/systemd/timers/stamp-apt-daily-upgrade.timer
    stat -c %Y /etc/apt/apt.conf.d/zz-harden-unattended-upgrades /etc/machine-id
  } 2>/dev/null | sort -n | tail -n 1
}

# left_out: "listed SECONDS PATH", when the host got each package list as it is; "skipped PACKAGE WHY" for what unattended-upgrade
# has logged within two days, and since the last change of its settings, to leave out; "unpacked PACKAGE" for what was unpacked
# since its last run that ended well.
left_out() {
  stat -c 'listed %Z %n' /var/lib/apt/lists/*_Packages* 2>/dev/null
  path=/var/lib/apt/periodic/upgrade-stamp
  [ ! -e "$path" ] ||
    find /var/lib/dpkg/info -name '*.list' -newer "$path" -printf '%f\n' | sed 's/\.list$//; s/:.*//; s/^/unpacked /'
  path=/var/log/unattended-upgrades/unattended-upgrades.log
  [ -f "$path" ] || return 0
  since=$({
    date -d '2 days ago' +%s
    settings_since
  } | sort -n | tail -n 1)
  tail -c 65536 "$path" | LC_ALL=C awk -v since="$(date -d "@$since" '+%Y-%m-%d %H:%M:%S')" '
    $1 " " $2 > since && $4 == "Package" && $6 ~ /^(has|is)$/ {
      name = $5
      if (name in why && $3 != "WARNING") next
      why[name] = substr($0, index($0, " Package " name " ") + length(name) + 10, 200)
    }
    END { for (name in why) print "skipped", name, why[name] }
  '
}

# pinned_updates: "pinned PACKAGE FROM TO" for each installed package that a pin names and of which a list of security updates
# has a newer version, taken or not.
pinned_updates() {
  grep -qs '^Package:' /etc/apt/preferences /etc/apt/preferences.d/* || return 0
  apt_cache_words
  # shellcheck disable=SC2086 # words
  said=$(apt-cache $apt_words policy 2>/dev/null </dev/null | sed -n '/^Pinned packages:/,$s/^ *\([^ ]*\) -> .*/\1/p')
  [ -n "$said" ] || return 0
  # shellcheck disable=SC2086
  apt-cache $apt_words policy $said 2>/dev/null </dev/null | awk '
    /^[^ ]/ { name = substr($1, 1, length($1) - 1); newer = 0 }
    /^  Installed: / { from = $2; newer = from != "(none)" }
    /^ \*\*\* / { newer = 0 }
    /^     [^ ]/ { to = $1 }
    /^        / && newer && $3 ~ /security/ { print "pinned", name, from, to; newer = 0 }
  '
}

# installation PACKAGE...: what apt would do to install them, its lines Inst and Remv.
collect_installation() {
  need apt-get || return
  apt_simulation
  # shellcheck disable=SC2086 # words
  set -- $apt_words --no-install-recommends install "$@"
  if said=$(apt-get "$@" 2>/dev/null </dev/null); then
    printf '%s\n' "$said" | grep -e '^Inst ' -e '^Remv '
    return 0
  fi
  apt-get "$@" 2>&1 >/dev/null </dev/null | sed -n 's/^E: //p' | head -n 3 | tr '\n' ' '
  return "$UNKNOWN"
}

# The two branches of apt's configuration that unattended-upgrades reads: a line "KEY VALUE" each. No other: they hold
# passwords of proxies. With an architecture given, apt asks dpkg for none, which takes half of its time.
collect_apt_config() {
  need apt-config || return
  apt-config -o APT::Architectures::=none dump --format '%F %v%n' APT::Periodic Unattended-Upgrade APT::Default-Release
}

# The priority that apt gives each package list, "PRIORITY FILE" and its release in the line below, by all pins that are not
# for named packages.
collect_apt_policy() {
  need apt-cache || return
  apt_cache_words
  # shellcheck disable=SC2086 # words
  said=$(apt-cache $apt_words policy 2>&1 </dev/null) || {
    printf '%s\n' "$said" | sed -n 's/^E: //p' | head -n 1
    return "$UNKNOWN"
  }
  printf '%s\n' "$said" | sed '/^Pinned packages:/,$d'
}

# The heads of the package lists that apt has: "F FILE", then the lines up to the checksums; "M SECONDS FILE", the time that
# the file was given by where it came from.
collect_apt_releases() {
  [ -d /var/lib/apt/lists ] || return "$ABSENT"
  [ -r /var/lib/apt/lists ] || return "$UNKNOWN"
  set -- /var/lib/apt/lists/*Release
  [ -f "$1" ] || return 0
  awk '
    FNR == 1 { print "F " FILENAME }
    /^(MD5Sum|SHA1|SHA256|SHA512):/ { nextfile }
    /^(Origin|Label|Suite|Codename|Components|Date|Valid-Until): / { print "L " substr($0, 1, 1024) }
  ' "$@"
  stat -L -c 'M %Y %n' "$@"
}

# The package lists that apt's sources name, fetched or not: "FILE KEY ARCHITECTURE COMPONENT" each, where apt leaves $(WORD)
# for what a list has not; then the host's own architecture. Without what Release files say apt opens no cache.
# shellcheck disable=SC2016 # it is apt's $
collect_apt_targets() {
  need apt-get || return
  apt-get --no-release-info -o APT::Architectures::=none indextargets 'Created-By: Packages' \
    --format '$(FILENAME) $(METAKEY) $(ARCHITECTURE) $(COMPONENT)' </dev/null ||
    { printf 'apt does not read its sources' && return "$UNKNOWN"; }
  dpkg --print-architecture
}
