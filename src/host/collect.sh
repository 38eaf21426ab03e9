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
  printf 'harden_uid=%s\nharden_clock=%s\n' "$uid" "$(date +%s)"
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

# own_changes: of lines "DEVICE:INODE TIME REST", "TIME REST"; for a folder that was changed last by a run's own temporary file,
# TIME is that of the change before.
OWN_CHANGES=/var/lib/harden/own-changes
own_changes() {
  awk -v file="$OWN_CHANGES" '
    BEGIN { while ((getline line <file) > 0) { split(line, word, " "); was[word[1] " " word[2]] = word[3] } }
    {
      match($2, /\./)
      at = $1 " " substr($2, 1, RSTART + 9)
      sub(/^[^ ]+ /, "")
      if (at in was) sub(/^[^ ]+/, was[at])
      print
    }'
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
