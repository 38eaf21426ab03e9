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

# apt_cache_words: sets the words under which apt takes its cache where that is new, and otherwise none. apt writes signatures
# of lists apart for a moment: in a folder that no user can fill, where that is ours.
apt_cache_words() {
  apt_words=
  [ ! -w /run ] || export TMPDIR=/run
  for path in /var/lib/dpkg/status /var/lib/apt/lists /etc/apt/sources.list /etc/apt/sources.list.d; do
    [ ! -e "$path" ] || [ /var/cache/apt/pkgcache.bin -nt "$path" ] ||
      { apt_words="$apt_words -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=" && break; }
  done
}

# installation PACKAGE...: what apt would do to install them, its lines Inst and Remv; unknown while an earlier installation
# has not ended, as a run then refuses.
collect_installation() {
  need apt-get || return
  # What it warns of on the other stream is no package.
  said=$(dpkg --audit 2>/dev/null) || said=$(dpkg --audit 2>&1)
  [ -z "$said" ] || {
    said=$(printf '%s\n' "$said" | sed -n 's/^ \([a-z0-9][^ ]*\) .*/\1/p' | head -n 9 | tr '\n' ' ')
    printf 'an earlier installation%s has not ended' "${said:+ of ${said% }}"
    return "$UNKNOWN"
  }
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
