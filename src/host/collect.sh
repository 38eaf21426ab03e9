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
uid=$(id -u)
ABSENT=3 UNKNOWN=4 UNSUPPORTED=5
MAX_CONTENT=1048576

# probe INDEX COLLECTOR [WORD...]: one frame. The nonce keeps a value from looking like a frame.
probe() {
  probe_index=$1
  probe_collector=$2
  shift 2
  printf '\n@%s %s begin\n' "$nonce" "$probe_index"
  "collect_$probe_collector" "$@"
  printf '\n@%s %s %s\n' "$nonce" "$probe_index" "$?"
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

# stats PATH...: a line each for the paths that exist, in one fork; then what chattr(1) set, where that can be read.
collect_stats() {
  stat -c '%f %a %U %G %s %N' -- "$@" 2>/dev/null
  printf '\n'
  have lsattr && lsattr -d -- "$@" 2>/dev/null
  return 0
}

# file PATH...: a line "STATE PATH" each, STATE being ok, empty (nothing to read), absent or denied; a line "SIZE PATH"
# for each that is ok; then their contents, at most MAX_CONTENT and a byte of each. Two forks, however many there are.
collect_file() {
  file_count=$#
  for path; do
    if [ -f "$path" ]; then
      if [ -r "$path" ]; then
        printf 'ok %s\n' "$path"
        set -- "$@" "$path"
      else
        printf 'denied %s\n' "$path"
      fi
    elif [ -e "$path" ] || [ -L "$path" ]; then
      printf 'empty %s\n' "$path"
    elif searchable "$path"; then
      printf 'absent %s\n' "$path"
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
    [ -f "$path" ] || continue
    printf '\n@%s file %s\n' "$nonce" "$path"
    head -c $((MAX_CONTENT + 1)) -- "$path" || return "$UNKNOWN"
  done
  return 0
}

collect_package() {
  need dpkg-query || return
  dpkg-query -W -f '${Package} ${Version} ${db:Status-Abbrev}\n' -- "$@" 2>/dev/null
  return 0
}

collect_unit() {
  if [ ! -d /run/systemd/system ]; then
    printf 'systemd does not run here'
    return "$UNSUPPORTED"
  fi
  systemctl show -p Id,LoadState,ActiveState,SubState,UnitFileState,MainPID,NeedDaemonReload,Listen,ExecStart -- "$@" 2>/dev/null
}

collect_sysctl() {
  need sysctl || return
  sysctl -e -- "$@" 2>/dev/null
  return 0
}

collect_owned() {
  need_root || return
  [ -f /var/lib/harden/manifest ] || return "$ABSENT"
  cat /var/lib/harden/manifest
}

# unsettled: "STATE RUN TIME WHO" for each run that is neither confirmed nor rolled back.
collect_unsettled() {
  need_root || return
  for path in /var/lib/harden/pending/* /var/lib/harden/rolling/*; do
    [ -e "$path" ] || continue
    state=${path%/*}
    printf '%s %s ' "${state##*/}" "${path##*/}"
    awk '$1 == "time" { time = $2 } $1 == "who" { who = substr($0, 5) } END { print time, who }' \
      "/var/lib/harden/runs/${path##*/}/header" || return "$UNKNOWN"
  done
  return 0
}

# backups RUN: the contents of a run's backups, each after a line "@NONCE backup NUMBER".
collect_backups() {
  need_root || return
  for path in "/var/lib/harden/runs/$1/backup"/*; do
    [ -f "$path" ] || continue
    printf '\n@%s backup %s\n' "$nonce" "${path##*/}"
    head -c $((MAX_CONTENT + 1)) -- "$path" || return "$UNKNOWN"
  done
  return 0
}

# runs: each run's state, header, result, journal and notes, each after a line "@NONCE PART RUN".
collect_runs() {
  need_root || return
  [ -d /var/lib/harden/runs ] || return "$ABSENT"
  for run in /var/lib/harden/runs/*; do
    [ -f "$run/header" ] || continue
    id=${run##*/}
    state=preparing
    for settled in pending rolling confirmed rolled-back; do
      [ ! -e "/var/lib/harden/$settled/$id" ] || state=$settled
    done
    printf '\n@%s run %s %s\n' "$nonce" "$id" "$state"
    cat "$run/header" || return "$UNKNOWN"
    printf '\n@%s result %s\n' "$nonce" "$id"
    cat "$run/result" 2>/dev/null
    printf '\n@%s journal %s\n' "$nonce" "$id"
    cat "$run/journal" 2>/dev/null
    printf '\n@%s notes %s\n' "$nonce" "$id"
    # Of a run that was rolled back only what its rollback says.
    awk '$3 == "rolling" { notes = "" } $3 == "note" { notes = notes $4 " " $5 " " $6 "\n" }
      END { printf "%s", notes }' "$run/events" 2>/dev/null
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

# The running server's own values, a line "QUESTION HEX" each, where HEX is the pickle that it answered with; then
# "rule4 TEXT" and "rule6 TEXT" for what the jail has in the kernel, which is nothing before its first ban.
# fail2ban-client starts Python (110 ms for these questions); perl-base is essential on Debian and takes 10.
# Only what exists is asked for: the server writes each refused question into its log.
collect_fail2ban() {
  need fail2ban-server || return
  need_root || return
  have perl || { printf 'perl is missing' && return "$UNKNOWN"; }
  # shellcheck disable=SC2016
  perl -e '
    use Socket;
    sub fail { print $_[0]; exit 4 }
    $SIG{ALRM} = sub { fail "fail2ban does not answer" };
    alarm 3;
    my $path = "/var/run/fail2ban/fail2ban.sock";
    my $etc = "/etc/fail2ban/fail2ban";
    for my $file ("$etc.conf", sort(glob "$etc.d/*.conf"), "$etc.local", sort(glob "$etc.d/*.local")) {
      open my $in, "<", $file or next;
      while (<$in>) { $path = $1 if /^socket\s*[=:]\s*(\/\S+)/ }
    }
    exit 0 unless -S $path;
    socket(S, AF_UNIX, SOCK_STREAM, 0) && connect(S, sockaddr_un($path)) or exit 0;
    my ($end, $rest, $out) = ("<F2B_END_COMMAND>", "", "");
    sub ask {
      syswrite S, "(l" . join("", map { "S\x27$_\x27\na" } @_) . ".$end";
      my $at;
      while (($at = index $rest, $end) < 0) {
        fail "fail2ban answers with too much" if length $rest > 1048576;
        sysread S, $rest, 65536, length $rest or fail "fail2ban hung up";
      }
      my $answer = substr $rest, 0, $at;
      $rest = substr $rest, $at + length $end;
      $out .= "@_ " . unpack("H*", $answer) . "\n";
      return $answer{"@_"} = $answer;
    }
    sub strings {
      my ($pickle, @found) = @_;
      while ($pickle =~ /\x8c(.)/gs) { push @found, substr $pickle, pos $pickle, ord $1 }
      return @found;
    }
    if (ask("status") =~ /(?:, |\x8c.|X....)sshd(?:, |\x94)/s) {
      ask "get", "sshd", $_ for qw(maxretry findtime bantime ignoreip journalmatch logpath);
      for my $action (grep { /^[A-Za-z0-9_.-]+$/ } strings(ask qw(get sshd actions))) {
        next unless grep { $_ eq "port" } strings(ask qw(get sshd actionproperties), $action);
        ask qw(get sshd action), $action, "port";
      }
      my $actions = join " ", strings($answer{"get sshd actions"});
      my @save = $actions =~ /iptables/ ? ("iptables-save", "ip6tables-save") : ();
      push @save, "nft list chain inet f2b-table f2b-chain" if $actions =~ /nftables/;
      for my $save (@save) {
        for (qx($save 2>/dev/null)) {
          next unless /(-j f2b-sshd|\@addr6?-set-sshd)\s/;
          $out .= ("$save$_" =~ /^ip6|addr6-set/ ? "rule6" : "rule4") . " $_";
        }
      }
    }
    print $out;
  '
}

# What the configuration says of the sshd jail, in the order in which it is read: "F PATH", then lines "L TEXT".
# Only what is compared: other keys hold passwords and tokens of actions.
collect_fail2ban_files() {
  [ -d /etc/fail2ban ] || return "$ABSENT"
  set --
  for path in /etc/fail2ban/jail.conf /etc/fail2ban/jail.d/*.conf \
    /etc/fail2ban/jail.local /etc/fail2ban/jail.d/*.local; do
    [ -f "$path" ] || continue
    if [ ! -r "$path" ]; then
      printf '%s: permission denied' "$path"
      return "$UNKNOWN"
    fi
    set -- "$@" "$path"
  done
  [ $# -gt 0 ] || return 0
  awk '
    FNR == 1 { print "F " FILENAME; section = wanted = 0 }
    /^[ \t]*([#;]|\r?$)/ { next }
    /^\[/ { section = wanted = $0 ~ /^\[(DEFAULT|sshd)\]/ }
    /^[^ \t[]/ {
      wanted = section && tolower($0) ~ \
        /^(enabled|port|maxretry|findtime|bantime|ignoreip|backend|journalmatch|logpath)[ \t]*[=:]/
    }
    wanted { print "L " substr($0, 1, 4096) }
  ' "$@"
}

# The two branches of apt's configuration that unattended-upgrades reads: a line "KEY VALUE" each. No other: they hold
# passwords of proxies.
collect_apt_config() {
  need apt-config || return
  apt-config dump --format '%F %v%n' APT::Periodic Unattended-Upgrade
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

# rules: netfilter's rules of both families, each after a line "@NONCE NAME"; then whose tables there are besides.
# Saving loads no module: all tables that are there, never one by its name.
collect_rules() {
  need_root || return
  rules4='' rules6='' ipv6=''
  [ -d /proc/sys/net/ipv6 ] && ipv6=yes
  if have iptables-save; then
    rules4=$(iptables-save 2>&1) || { printf '%s' "$rules4" && return "$UNSUPPORTED"; }
    printf '\n@%s v4\n%s\n' "$nonce" "$rules4"
  fi
  if [ "$ipv6" ] && have ip6tables-save; then
    rules6=$(ip6tables-save 2>&1) || rules6=''
    printf '\n@%s v6\n%s\n' "$nonce" "$rules6"
  fi
  [ "$ipv6" ] && printf '\n@%s ipv6\n' "$nonce"
  printf '\n@%s legacy\n' "$nonce"
  for names in /proc/net/ip_tables_names /proc/net/ip6_tables_names; do
    [ -r "$names" ] || continue
    while read -r name; do printf '%s\n' "$name"; done <"$names"
  done
  printf '\n@%s nft\n' "$nonce"
  have nft && nft list tables 2>/dev/null
  return 0
}

# sockets: "PROTOCOL LOCAL PROCESS" a listener; "connected PORT PEER COUNT" for what is connected to one of them.
collect_sockets() {
  need ss || return
  ss -Htunp state listening state unconnected state established 2>/dev/null | awk '
    function port(name) { sub(/.*:/, "", name); return name }
    $2 != "ESTAB" { print $1, $5, $7; listens[port($5)] = 1; next }
    $1 == "tcp" { peer = $6; sub(/:[0-9]*$/, "", peer); seen[port($5) " " peer]++ }
    END {
      for (key in seen) {
        split(key, part, " ")
        if (part[1] in listens && shown++ < 500) print "connected", key, seen[key]
      }
    }'
  return 0
}

# audit: the kernel's status, then its rules, then its command line, each after a line "@NONCE PART".
collect_audit() {
  need auditctl || return
  need_root || return
  status=$(auditctl -s 2>&1)
  case $status in
  *'Protocol not supported'*)
    printf 'this kernel has no auditing'
    return "$UNSUPPORTED"
    ;;
  enabled*) ;;
  *)
    printf '%s' "$status"
    return "$UNKNOWN"
    ;;
  esac
  printf '%s\n@%s rules\n' "$status" "$nonce"
  auditctl -l || return "$UNKNOWN"
  printf '\n@%s command-line\n' "$nonce"
  cat /proc/cmdline
}

# sysctl_net: "/proc/sys/PATH:VALUE" a line, of all interfaces that there are; "read-only" where root can't change them.
collect_sysctl_net() {
  [ -d /proc/sys/net/ipv4 ] || return "$ABSENT"
  if [ "$uid" = 0 ] && [ ! -w /proc/sys/net/ipv4/conf/all/rp_filter ]; then printf 'read-only\n'; fi
  grep -H '' /proc/sys/net/ipv4/tcp_syncookies \
    /proc/sys/net/ipv4/conf/*/rp_filter /proc/sys/net/ipv4/conf/*/log_martians \
    /proc/sys/net/ipv[46]/conf/*/accept_redirects /proc/sys/net/ipv[46]/conf/*/accept_source_route 2>/dev/null
  return 0
}

# sysctl_boot: "N PATH" for each file of the sysctl.d folders, "E VALUE" for ENABLED of ufw.conf, "P PATH" for the file
# that ufw sets values from; then, of those that are files, "F PATH" and a line "L TEXT" for each that isn't a comment.
collect_sysctl_boot() {
  set --
  for path in /etc/sysctl.d/*.conf /run/sysctl.d/*.conf /usr/local/lib/sysctl.d/*.conf /usr/lib/sysctl.d/*.conf; do
    if [ ! -e "$path" ] && [ ! -L "$path" ]; then continue; fi
    printf 'N %s\n' "$path"
    [ -f "$path" ] && set -- "$@" "$path"
  done
  if [ -r /etc/ufw/ufw.conf ]; then
    while IFS= read -r line; do
      case $line in ENABLED=*) printf 'E %s\n' "${line#*=}" ;; esac
    done </etc/ufw/ufw.conf
  fi
  if [ -r /etc/default/ufw ]; then
    ufw_file=''
    while IFS= read -r line; do
      case $line in
      IPT_SYSCTL=*)
        ufw_file=${line#*=}
        ufw_file=${ufw_file#[\"\']}
        ufw_file=${ufw_file%[\"\']}
        ;;
      esac
    done </etc/default/ufw
    if [ -n "$ufw_file" ] && [ -f "$ufw_file" ]; then
      printf 'P %s\n' "$ufw_file"
      set -- "$@" "$ufw_file"
    fi
  fi
  [ $# -gt 0 ] || return 0
  for path in "$@"; do
    [ -r "$path" ] && continue
    printf '%s: permission denied' "$path"
    return "$UNKNOWN"
  done
  awk 'FNR == 1 { print "F " FILENAME } /^[ \t]*([#;]|\r?$)/ { next } { print "L " substr($0, 1, 4096) }' "$@"
}
