# shellcheck shell=sh disable=SC2154 # what collect.sh sets
# Where log messages go: the journal's own files, and what rsyslog sends on.

# journals UNIT: the system's journals that journald has open, on the disk or in memory: one that lies there may be left over.
collect_journals() {
  need_root || return
  units_show || return
  log_pid=$(unit_pid "$1")
  case $log_pid in '' | 0) return "$ABSENT" ;; esac
  find "/proc/$log_pid/fd" -lname '*/log/journal/*/system.journal' -printf '%l\n'
}

# journal_disk: the blocks of 512 bytes that the closed files of this host's journal take on the disk; then the blocks that are free
# there, and the bytes of one. Two forks.
collect_journal_disk() {
  need_root || return
  read -r log_machine 2>/dev/null </etc/machine-id
  case $log_machine in
  '' | *[!0-9a-f]*)
    printf '/etc/machine-id has no id'
    return "$UNKNOWN"
    ;;
  esac
  [ -d "/var/log/journal/$log_machine" ] || return "$ABSENT"
  log_blocks=$(find "/var/log/journal/$log_machine/" -maxdepth 1 -ignore_readdir_race -type f \
    \( -name '*@*.journal' -o -name '*.journal~' \) -printf '%b\n' 2>/dev/null) || {
    printf '/var/log/journal/%s could not be read' "$log_machine"
    return "$UNKNOWN"
  }
  printf '%s\n' "$log_blocks" | awk '{ sum += $1 } END { printf "%.0f\n", sum }'
  stat -f -c '%a %S' "/var/log/journal/$log_machine"
}

# changed_since UNIT PATH...: "SECONDS PATH" of those of the paths, and of what lies in them, that were changed since the unit was
# started, of which systemd's own link tells, with the time of that change.
collect_changed_since() {
  log_start=/run/systemd/units/invocation:$1
  [ -L "$log_start" ] || return "$ABSENT"
  shift
  find "$@" -maxdepth 1 -cnewer "$log_start" -printf '%D:%i %C@ %p\n' 2>/dev/null | own_changes |
    awk -v started="$(stat -c %.9Y "$log_start")" '$1 > started'
  return 0
}

# rsyslog_stops FILE: see forwarder. What the files before it include themselves is read, too.
rsyslog_stops() {
  set -- "$1" /etc/rsyslog.conf
  for path in "${1%/*}"/*.conf; do
    [ "$path" = "$1" ] && break
    set -- "$@" "$path"
  done
  shift
  for path in "$@"; do
    [ -f "$path" ] || continue
    awk '
      function text_of(line) { sub(/^[ \t]*#.*/, "", line); sub(/[ \t]#.*$/, "", line); return line }
      function ends(line) { return line ~ /(^|[ \t;&{}"])(stop|~|discard)[ \t;}]*$/ || line ~ /[{][^}]*[ \t;{](stop|discard)[ \t;}]/ }
      # What is stopped stands before it.
      function tell(path, at, line) {
        if (ends(line)) print path ":" at " " substr((line ~ /^[ \t]*&/ ? before " " : "") line, 1, 200)
        if (line !~ /^[ \t]*&/) before = line
      }
      {
        line = text_of($0)
        if (FILENAME == "/etc/rsyslog.conf" && line ~ /^[ \t]*([$]IncludeConfig|include[(]).*rsyslog[.]d/) exit
        tell(FILENAME, FNR, line)
        if (match(line, /^[ \t]*([$]IncludeConfig[ \t]+|include[(][^)]*file="?)/)) {
          file = substr(line, RLENGTH + 1)
          sub(/[" \t)].*$/, "", file)
          if (file !~ /[*?[]/) { at = 0; while ((getline other < file) > 0) tell(file, ++at, text_of(other)); close(file) }
        }
      }' "$path"
  done | head -n 8
}

# forwarder UNIT PORT QUEUE FILE: its connections to PORT, see connections_of; after "@NONCE queue" the files of
# that name in rsyslog's own folder with their sizes; after "@NONCE stops" the rules "PATH:LINE TEXT" that are read before FILE,
# where rsyslog.conf includes it, and that end what becomes of a message; after "@NONCE said" what it has logged since its start, the
# last lines.
collect_forwarder() {
  need_root || return
  have perl || { printf 'perl is missing' && return "$UNKNOWN"; }
  log_connected=$(cat "/sys/fs/cgroup/system.slice/$1/cgroup.procs" "/sys/fs/cgroup/systemd/system.slice/$1/cgroup.procs" 2>/dev/null |
    while read -r log_pid; do connections_of "$log_pid" "$2" </dev/null || exit; done) || {
    printf '%s' "$log_connected"
    return "$UNKNOWN"
  }
  printf '\n@%s connected\n%s\n' "$nonce" "$log_connected"
  printf '\n@%s queue\n' "$nonce"
  for path in /var/spool/rsyslog/"$3".[0-9]*; do
    [ -f "$path" ] && stat -c '%s %n' -- "$path"
  done
  printf '\n@%s stops\n' "$nonce"
  [ ! -f "$4" ] || rsyslog_stops "$4"
  printf '\n@%s said\n' "$nonce"
  log_start=$(readlink "/run/systemd/units/invocation:$1") || return 0
  timeout 5 journalctl -q -a -o cat -n 80 "_SYSTEMD_INVOCATION_ID=$log_start" | head -c 32768
  return 0
}
