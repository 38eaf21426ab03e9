# The collectors: fixed shell functions that read a host and change nothing. POSIX sh.
# The lines after this text are data only: begin, one `probe` line a call, and words that are quoted.
#
# A collector prints its value and returns 0, or returns 3 (absent), or prints a reason and returns
# 4 (could not be read) or 5 (this host can't have it). Anything else counts as 4.
LC_ALL=C
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
umask 077

nonce='' # the generated lines set it
uid='' # whose rights this process has
while read -r word _ uid _; do [ "$word" != Uid: ] || break; done </proc/self/status
ABSENT=3 UNKNOWN=4 UNSUPPORTED=5
MAX_CONTENT=1048576

# A lane is a process that runs probes one after the other. It says on descriptor 4 what it begins, and watch_lanes reads that.
lane=''
begin_lane() { read -r lane _ </proc/self/stat; }
end_lane() { printf 'end %s\n' "$lane" >&4; }

# probe INDEX SECONDS COLLECTOR [WORD...]: one frame. The nonce keeps a value from looking like a frame.
probe() {
  probe_index=$1
  probe_collector=$3
  printf 'begin %s %s %s\n' "$lane" "$1" "$2" >&4
  shift 3
  printf '\n@%s %s begin\n' "$nonce" "$probe_index"
  "collect_$probe_collector" "$@"
  printf '\n@%s %s %s\n' "$nonce" "$probe_index" "$?"
}

# watch_lanes: kills the programs of a probe whose seconds are over, as often as it starts others, until its lane goes on; the
# others keep their answers. Then, for each of these, "@NONCE INDEX late SECONDS": what it printed is cut off. Input: "nonce
# NONCE", what lanes say, and "done". Without perl nothing is watched, and most collectors say that they need it.
watch_lanes() {
  have perl || exec cat >/dev/null
  # shellcheck disable=SC2016 # perl
  exec perl -e '
    my (%lanes, %late);
    my ($text, $nonce) = ("", "");
    sub now { open my $in, "<", "/proc/uptime" or exit 4; return (split " ", <$in>)[0] }
    sub below {
      open my $in, "<", "/proc/$_[0]/task/$_[0]/children" or return;
      return map { ($_, below($_)) } split " ", <$in> // "";
    }
    while ($text !~ /^done$/m) {
      while ($text =~ s/^(nonce|begin|end) (\S+)(?: (\d+) (\d+))?\n//) {
        if ($1 eq "nonce") { $nonce = $2 }
        elsif ($1 eq "end") { delete $lanes{$2} }
        else { $lanes{$2} = { index => $3, seconds => $4, until => now() + $4 } }
      }
      my $now = %lanes ? now() : 0;
      for my $pid (keys %lanes) {
        my $lane = $lanes{$pid};
        next if $now < $lane->{until};
        $late{$lane->{index}} = $lane->{seconds};
        kill "KILL", below($pid);
        $lane->{until} = $now + 0.1;
      }
      my ($next) = sort { $a <=> $b } map { $_->{until} - $now } values %lanes;
      vec(my $ready = "", 0, 1) = 1;
      next if select($ready, undef, undef, $next) == 0;
      sysread STDIN, $text, 65536, length $text or exit 4;
    }
    print "\n\@$nonce $_ late $late{$_}\n" for keys %late;
  '
}

have() { command -v "$1" >/dev/null 2>&1; }

# need COMMAND: for collectors whose value is absent where the program is.
need() { have "$1" || return "$ABSENT"; }

need_root() {
  [ "$uid" = 0 ] && return 0
  printf 'needs root'
  return "$UNKNOWN"
}

# searchable PATH: whether a missing PATH can be told from one that we may not see.
searchable() {
  dir=${1%/*}
  while [ -n "$dir" ] && [ ! -d "$dir" ]; do dir=${dir%/*}; done
  [ -x "${dir:-/}" ]
}

# absence PATH: sets ABSENCE to what a missing PATH is: absent, orphan (its folder is missing as well), or blocked
# (something else stands where the folder would).
absence() {
  dir=${1%/*} ABSENCE=absent
  while [ -n "$dir" ] && [ ! -d "$dir" ]; do
    ABSENCE=orphan
    if [ -e "$dir" ] || [ -L "$dir" ]; then
      ABSENCE=blocked
      return
    fi
    dir=${dir%/*}
  done
}

# host: os-release(5), then lines "harden_KEY=VALUE". One awk: a fork costs more than all that it reads.
collect_host() {
  set --
  for path in /etc/os-release /usr/lib/os-release; do
    [ -r "$path" ] && set -- "$path" && break
  done
  for path in /proc/sys/kernel/hostname /etc/machine-id /proc/sys/kernel/random/boot_id /proc/sys/kernel/osrelease; do
    [ -r "$path" ] && set -- "$@" "$path"
  done
  awk '
    BEGIN { name["machine-id"] = "machine_id"; name["osrelease"] = "kernel" }
    FILENAME ~ /\/os-release$/ { print; next }
    FNR == 1 { file = FILENAME; sub(/.*\//, "", file); print "harden_" (file in name ? name[file] : file) "=" $0 }
  ' "$@"
  have dpkg && printf 'harden_architecture=%s\n' "$(dpkg --print-architecture)"
  [ -d /run/systemd/system ] && printf 'harden_systemd=yes\n'
  # systemd itself writes down there what it was told of its container.
  if [ -r /run/systemd/container ]; then
    read -r container </run/systemd/container || :
    printf 'harden_container=%s\n' "$container"
  elif have systemd-detect-virt; then
    printf 'harden_container=%s\n' "$(systemd-detect-virt --container)"
  fi
  printf 'harden_uid=%s\n' "$uid"
  return 0
}

# folders: what was walked, as walk.sh has it.
collect_folders() { printf '%s' "$WALKED"; }

# need_held PATH...: for collectors that read as root what nobody else may choose.
need_held() {
  local each
  for each; do
    is_rooted "$each" && continue
    printf 'unheld %s' "$WALK_WHY"
    return "$UNKNOWN"
  done
}

# stats PATH...: a line of ls(1) each for the paths that exist and are held, which also tells of access lists; then what chattr(1)
# set, where that can be read. A busybox sh prefers its own ls, which knows of none.
collect_stats() {
  stats_count=$#
  for path; do ! is_rooted "$path" || set -- "$@" "$path"; done
  shift "$stats_count"
  [ $# -gt 0 ] || return 0
  /usr/bin/ls -dilU --time=ctime --time-style=+%s.%N --quoting-style=shell-escape-always -- "$@" 2>/dev/null
  printf '\n'
  have lsattr && lsattr -d -- "$@" 2>/dev/null
  return 0
}

# file PATH...: a line "STATE PATH" each, STATE being ok, empty (nothing to read), denied, or one of absence(), or unheld with a
# line "why PATH<TAB>WHY" behind it; a line
# "SIZE PATH" for each that is ok; then their contents, at most MAX_CONTENT and a byte of each. Two forks, however many there are.
collect_file() {
  file_count=$#
  for path; do
    if ! is_rooted "$path"; then
      say_unheld "$path"
    elif [ -f "$path" ]; then
      if [ -r "$path" ]; then
        printf 'ok %s\n' "$path"
        set -- "$@" "$path"
      else
        printf 'denied %s\n' "$path"
      fi
    elif [ -e "$path" ] || [ -L "$path" ]; then
      printf 'empty %s\n' "$path"
    elif searchable "$path"; then
      absence "$path"
      printf '%s %s\n' "$ABSENCE" "$path"
    else
      printf 'denied %s\n' "$path"
    fi
  done
  shift "$file_count"
  [ $# -eq 0 ] || stat -L -c '%s %n' -- "$@"
  printf '\n'
  [ $# -eq 0 ] || head -q -c $((MAX_CONTENT + 1)) -- "$@" || return "$UNKNOWN"
  return 0
}

# glob FOLDER PATTERN: names and contents of the files of a drop-in folder, each after a line "@NONCE file PATH".
collect_glob() {
  need_held "$1/." || return
  if [ ! -d "$1" ]; then
    searchable "$1" && return "$ABSENT"
    printf 'permission denied'
    return "$UNKNOWN"
  fi
  if [ ! -r "$1" ] || [ ! -x "$1" ]; then
    printf 'permission denied'
    return "$UNKNOWN"
  fi
  for path in "$1"/$2; do
    [ ! -L "$path" ] || need_held "$path" || return
  done
  for path in "$1"/$2; do
    [ -f "$path" ] || continue
    printf '\n@%s file %s\n' "$nonce" "$path"
    head -c $((MAX_CONTENT + 1)) -- "$path" || return "$UNKNOWN"
  done
  return 0
}

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

# pending: a line "Inst …" for each upgrade that waits, also of what is on hold or brings new packages; "now SECONDS" and
# "fetched SECONDS", when the daily job last had new lists; "restart PACKAGE" for what waits for one, "restart" alone where
# nobody says for what; "broken STATUS PACKAGE"; "held PACKAGE" for what is on hold.
collect_pending() {
  need apt-get || return
  printf 'now %s\n' "$(date +%s)"
  [ ! -e /var/lib/apt/periodic/update-stamp ] || printf 'fetched %s\n' "$(stat -c %Y /var/lib/apt/periodic/update-stamp)"
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

collect_sysctl() {
  need sysctl || return
  sysctl -e -- "$@" 2>/dev/null
  for key in "$@"; do
    kernel_path /proc/sys "$key"
    [ -e "$KERNEL_PATH" ] || printf 'absent %s\n' "$key"
  done
}

# kernel_path FOLDER KEY: sets KERNEL_PATH to the file of a key in sysctl(8)'s dotted form, where a slash stands for a dot.
kernel_path() {
  KERNEL_PATH=$1/
  key_rest=$2
  while :; do
    case $key_rest in
    *[./]*) ;;
    *) break ;;
    esac
    key_part=${key_rest%%[./]*}
    key_rest=${key_rest#"$key_part"}
    case $key_rest in .*) KERNEL_PATH=$KERNEL_PATH$key_part/ ;; *) KERNEL_PATH=$KERNEL_PATH$key_part. ;; esac
    key_rest=${key_rest#?}
  done
  KERNEL_PATH=$KERNEL_PATH$key_rest
}

# exists PATH...: a line "yes PATH" or "no PATH" each, or "unknown PATH" where a folder above may not be searched.
collect_exists() {
  for path in "$@"; do
    if [ -e "$path" ] || [ -L "$path" ]; then
      printf 'yes %s\n' "$path"
    elif searchable "$path"; then
      printf 'no %s\n' "$path"
    else
      printf 'unknown %s\n' "$path"
    fi
  done
}

# stat PATH...: what exists says of them, or unheld as file says it.
collect_stat() {
  for path; do
    if is_rooted "$path"; then collect_exists "$path"; else say_unheld "$path"; fi
  done
}

say_unheld() { printf 'unheld %s\nwhy %s\t%s\n' "$1" "$1" "$WALK_WHY"; }

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

# The heads of the package lists that apt has: "F FILE", then the lines up to the checksums.
collect_apt_releases() {
  [ -d /var/lib/apt/lists ] || return "$ABSENT"
  [ -r /var/lib/apt/lists ] || return "$UNKNOWN"
  set -- /var/lib/apt/lists/*Release
  [ -f "$1" ] || return 0
  awk '
    FNR == 1 { print "F " FILENAME }
    /^(MD5Sum|SHA1|SHA256|SHA512):/ { nextfile }
    /^(Origin|Label|Suite|Codename|Components): / { print "L " substr($0, 1, 1024) }
  ' "$@"
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

# audit: the kernel's status, then its rules, then its command line, and whether auditd has read its file as it is now, each
# after a line "@NONCE PART". A file from the future would be newer for ever.
collect_audit() {
  need auditctl || return
  need_root || return
  status=$(auditctl -s 2>/dev/null)
  case $status in
  enabled*) ;;
  *)
    status=$(auditctl -s 2>&1)
    case $status in
    *'Protocol not supported'*)
      printf 'this kernel has no auditing'
      return "$UNSUPPORTED"
      ;;
    esac
    printf '%s' "$status"
    return "$UNKNOWN"
    ;;
  esac
  printf '\n@%s status\n%s\n@%s rules\n' "$nonce" "$status" "$nonce"
  auditctl -l || return "$UNKNOWN"
  printf '\n@%s auditd\n' "$nonce"
  set -- /etc/audit/auditd.conf /run/auditd.pid
  [ ! -f "$2" ] || [ ! "$1" -nt "$2" ] || [ "$1" -nt /proc/$$ ] || printf 'older than its file\n'
  printf '\n@%s command-line\n' "$nonce"
  cat /proc/cmdline
}
