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

collect_host() {
  cat /etc/os-release 2>/dev/null || cat /usr/lib/os-release 2>/dev/null
  printf '\nharden_hostname=%s\n' "$(cat /proc/sys/kernel/hostname)"
  printf 'harden_machine_id=%s\n' "$(cat /etc/machine-id 2>/dev/null)"
  printf 'harden_boot_id=%s\n' "$(cat /proc/sys/kernel/random/boot_id)"
  printf 'harden_kernel=%s\n' "$(uname -r)"
  have dpkg && printf 'harden_architecture=%s\n' "$(dpkg --print-architecture)"
  [ -d /run/systemd/system ] && printf 'harden_systemd=yes\n'
  if have systemd-detect-virt; then
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

# file PATH: the content, at most MAX_CONTENT and a byte.
collect_file() {
  if [ -f "$1" ]; then
    if [ -r "$1" ]; then
      head -c $((MAX_CONTENT + 1)) -- "$1" || return "$UNKNOWN"
      return 0
    fi
    printf 'permission denied'
    return "$UNKNOWN"
  fi
  if [ -e "$1" ] || [ -L "$1" ]; then
    return 0
  fi
  searchable "$1" && return "$ABSENT"
  printf 'permission denied'
  return "$UNKNOWN"
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

# --- ssh ---------------------------------------------------------------------------------------------
NL='
'
SSHD_CONFIG=/etc/ssh/sshd_config
sshd_found='' sshd_read='' sshd_global='' sshd_now='' sshd_planned='' sshd_matches='' accounts='' account_names=''

# What Include lines name: a pattern a line.
# shellcheck disable=SC2016 # awk
sshd_includes='{
  sub(/\r$/, ""); sub(/^[ \t]+/, "")
  if (tolower($0) !~ /^include[ \t=]/) next
  sub(/^[^ \t=]+[ \t]*=?[ \t]*/, "")
  while ($0 != "" && substr($0, 1, 1) != "#") {
    if (substr($0, 1, 1) == "\"") { sub(/^"/, ""); end = index($0, "\"") } else end = match($0, /[ \t]/)
    word = end ? substr($0, 1, end - 1) : $0
    $0 = end ? substr($0, end + 1) : ""
    sub(/^[ \t]+/, "")
    print (word ~ /^\// ? "" : "/etc/ssh/") word
  }
}'

# sshd_list: every file that sshd reads, once each, into $sshd_found, a line each.
sshd_list() {
  [ -z "$sshd_found" ] || return 0
  sshd_found=$SSHD_CONFIG sshd_level=$SSHD_CONFIG sshd_depth=0
  sshd_ifs=$IFS
  IFS=$NL
  while [ -n "$sshd_level" ] && [ "$sshd_depth" -lt 16 ]; do
    sshd_depth=$((sshd_depth + 1)) sshd_next=''
    # shellcheck disable=SC2086 # a word a line
    sshd_patterns=$(awk "$sshd_includes" $sshd_level)
    for path in $sshd_patterns; do
      [ -f "$path" ] || continue
      case $NL$sshd_found$NL in *"$NL$path$NL"*) continue ;; esac
      sshd_found=$sshd_found$NL$path sshd_next=$sshd_next${sshd_next:+$NL}$path
    done
    sshd_level=$sshd_next
  done
  IFS=$sshd_ifs
}

# sshd_files: sshd_config and all that it includes, each after "@NONCE file PATH"; then what stat(1) says of them,
# of their folder and of the pid file, which sshd writes anew whenever it reads them.
collect_sshd_files() {
  [ -f "$SSHD_CONFIG" ] || return "$ABSENT"
  if [ ! -r "$SSHD_CONFIG" ]; then
    printf '%s: permission denied' "$SSHD_CONFIG"
    return "$UNKNOWN"
  fi
  sshd_list
  sshd_ifs=$IFS
  IFS=$NL
  for path in $sshd_found; do
    if [ ! -r "$path" ]; then
      printf '%s: permission denied' "$path"
      IFS=$sshd_ifs
      return "$UNKNOWN"
    fi
    printf '\n@%s file %s\n' "$nonce" "$path"
    head -c $((MAX_CONTENT + 1)) -- "$path"
  done
  printf '\n@%s stats -\n' "$nonce"
  # shellcheck disable=SC2086 # a word a line
  stat -L -c '%a %U %G %.9Z %n' -- $sshd_found /etc/ssh/sshd_config.d /run/sshd.pid
  IFS=$sshd_ifs
  return 0
}

# For each Match line a connection that should satisfy it: FILE:LINE TAB SPEC TAB CRITERIA. Input: group, passwd, configs.
# shellcheck disable=SC2016 # awk
sshd_samples='
function sample(list, star,   part, count, i, word) {
  count = split(list, part, ",")
  for (i = 1; i <= count; i++) if (part[i] !~ /^!/ && part[i] != "*") {
    word = part[i]
    sub(/\/[0-9]+$/, "", word); gsub(/[*?]/, star, word)
    return word
  }
  return ""
}
function member(list,   part, count, i, name, pattern) {
  count = split(list, part, ",")
  for (i = 1; i <= count; i++) {
    if (part[i] ~ /^!/) continue
    pattern = part[i]; gsub(/[.+()|^$\\{}\[\]]/, "", pattern); gsub(/\*/, ".*", pattern); gsub(/\?/, ".", pattern)
    for (name in first) if (name ~ ("^" pattern "$")) return first[name]
  }
  return ""
}
FILENAME == "/etc/group" { split($0, f, ":"); gid[f[3]] = f[1]; sub(/,.*/, "", f[4]); if (f[4] != "") first[f[1]] = f[4]; next }
FILENAME == "/etc/passwd" { split($0, f, ":"); if ((f[4] in gid) && !(gid[f[4]] in first)) first[gid[f[4]]] = f[1]; next }
{
  sub(/\r$/, ""); sub(/^[ \t]+/, "")
  if (tolower($0) !~ /^match[ \t=]/) next
  text = $0
  sub(/^[^ \t=]+[ \t]*=?[ \t]*/, ""); gsub(/"/, "")
  user = "harden-probe"; address = "203.0.113.1"; host = ""; laddr = here; lport = port; rdomain = ""
  for (i = 1; i <= NF; i++) {
    key = tolower($i); value = $(i + 1)
    if (key ~ /=/) { value = key; sub(/^[^=]*=/, "", value); sub(/=.*/, "", key); value = substr($i, length(key) + 2); i-- }
    if (key == "user") { s = sample(value, "x"); if (s != "") user = s }
    else if (key == "group") { s = member(value); if (s != "") user = s }
    else if (key == "address") { s = sample(value, "1"); if (s != "") address = s }
    else if (key == "host") { s = sample(value, "x"); if (s != "") host = s }
    else if (key == "localaddress") { s = sample(value, "1"); if (s != "") laddr = s }
    else if (key == "localport") { s = sample(value, "1"); if (s != "") lport = s }
    else if (key == "rdomain") { s = sample(value, "x"); if (s != "") rdomain = s }
    else continue
    i++
  }
  spec = "user=" user ",host=" (host == "" ? address : host) ",addr=" address ",laddr=" laddr ",lport=" lport
  if (rdomain != "") spec = spec ",rdomain=" rdomain
  print FILENAME ":" FNR "\t" spec "\t" text
}'

# sshd_read LOGIN PLANNED ADDRESS SERVER PORT: the effective configuration of a stranger, of both logins and of a
# connection for each Match block; without one, they are all the same.
sshd_read() {
  [ -z "$sshd_read" ] || return 0
  case $1$2$3$4$5 in
  *[,\ ]*)
    printf 'a login with a comma or a blank'
    return "$UNKNOWN"
    ;;
  esac
  sshd_list
  sshd_ifs=$IFS
  IFS=$NL
  # shellcheck disable=SC2086 # a word a line
  sshd_matches=$(awk -v here="${4:-127.0.0.1}" -v port="${5:-22}" "$sshd_samples" /etc/group /etc/passwd $sshd_found)
  IFS=$sshd_ifs
  sshd_global=$(sshd -T -C "user=harden-probe,host=203.0.113.1,addr=203.0.113.1,laddr=${4:-127.0.0.1},lport=${5:-22}" 2>&1) || {
    # Neither root nor sshd's run-time folder: 9.3 and later print it all the same, but apply no Match block.
    if [ -n "$sshd_matches" ] || ! sshd_plain=$(sshd -G 2>&1); then
      printf '%s' "$sshd_global"
      return "$UNKNOWN"
    fi
    sshd_global=$sshd_plain
  }
  sshd_now=$sshd_global sshd_planned=$sshd_global
  if [ -n "$sshd_matches" ]; then
    sshd_tail=host=${3:-203.0.113.1},addr=${3:-203.0.113.1},laddr=${4:-127.0.0.1},lport=${5:-22}
    sshd_now=$(sshd -T -C "user=$1,$sshd_tail" 2>&1)
    sshd_planned=$sshd_now
    [ "$1" = "$2" ] || sshd_planned=$(sshd -T -C "user=$2,$sshd_tail" 2>&1)
  fi
  sshd_read=yes
}

# sshd_effective LOGIN PLANNED ADDRESS SERVER PORT: each configuration after "@NONCE spec WHICH SPEC", WHICH being
# global, now, planned or FILE:LINE of a Match block.
collect_sshd_effective() {
  need sshd || return
  [ -f "$SSHD_CONFIG" ] || return "$ABSENT"
  sshd_read "$@" || return
  printf '\n@%s spec global\n%s' "$nonce" "$sshd_global"
  [ -n "$sshd_matches" ] || return 0
  printf '\n@%s spec now\n%s' "$nonce" "$sshd_now"
  printf '\n@%s spec planned\n%s' "$nonce" "$sshd_planned"
  sshd_count=0
  printf '%s\n' "$sshd_matches" | while IFS='	' read -r place spec criteria; do
    printf '\n@%s spec %s %s %s\n' "$nonce" "$place" "$spec" "$criteria"
    sshd_count=$((sshd_count + 1))
    [ "$sshd_count" -gt 24 ] || sshd -T -C "$spec" 2>&1 </dev/null
  done
  return 0
}

# host_keys LOGIN PLANNED ADDRESS SERVER PORT: stat(1) of sshd's host keys and their public parts; never a content.
collect_host_keys() {
  need sshd || return
  sshd_read "$@" || return
  sshd_ifs=$IFS
  IFS=$NL
  for line in $sshd_global; do
    case $line in "hostkey "*) stat -L -c '%a %U %G %n' -- "${line#hostkey }" "${line#hostkey }.pub" ;; esac
  done
  IFS=$sshd_ifs
  return 0
}

# read_accounts NAME...: passwd(5) lines of those, and of at most 16 local accounts with a login shell, into $accounts.
# shellcheck disable=SC2016,SC2086 # awk; names hold no blanks
read_accounts() {
  [ -z "$accounts" ] || return 0
  account_names=$(NAMES="$*" awk -F: 'BEGIN { count = split(ENVIRON["NAMES"], name, " ")
    for (i = 1; i <= count; i++) if (!(name[i] in seen)) { seen[name[i]] = 1; print name[i] } }
    !($1 in seen) && ($3 == 0 || $3 >= 1000 && $3 < 60000) && $7 !~ /\/(nologin|false|sync)$/ && n++ < 16 { print $1 }' /etc/passwd)
  set -f
  accounts=$(getent passwd $account_names)
  set +f
}

# What leaves the host of a line of shadow(5): never the hash, only what kind of one it is.
# shellcheck disable=SC2016 # awk
shadow_flags='{ state = $2 ~ /^!/ ? "locked" : $2 == "" ? "empty" : $2 ~ /^\*/ ? "none" : "set"
  expired = $8 != "" && $8 >= 0 && $8 <= today ? "expired" : "-"
  change = $3 == "0" || ($3 != "" && $5 != "" && $5 >= 0 && $3 + $5 < today) ? "change" : "-"
  print "shadow:" $1 ":" state ":" expired ":" change }'

# accounts NAME...: passwd(5) without password and GECOS, groups, kind of password, and whether the shell can be run.
# shellcheck disable=SC2086 # names hold no blanks
collect_accounts() {
  need getent || return
  read_accounts "$@"
  today=$(date +%s)
  printf 'now:%s\n' "$today"
  [ -e /etc/nologin ] || [ -e /run/nologin ] && printf 'nologin:\n'
  set -f
  [ "$uid" != 0 ] || getent shadow $account_names | awk -F: -v today="$((today / 86400))" "$shadow_flags"
  groups $account_names | awk '{ name = $1; $1 = $2 = ""; sub(/^ +/, ""); gsub(/ /, ","); print "groups:" name ":" $0 }'
  set +f
  printf '%s\n' "$accounts" | while IFS=: read -r name _ number group _ home shell; do
    runs=no
    [ -x "${shell:-/bin/sh}" ] && runs=yes
    printf 'account:%s:%s:%s:%s:%s:%s\n' "$name" "$number" "$group" "$home" "$shell" "$runs"
  done
}

# expand_keys PATTERN USER UID HOME: sshd's tokens of AuthorizedKeysFile, into $expanded.
expand_keys() {
  expanded='' rest=$1
  while :; do
    case $rest in *%*) ;; *) break ;; esac
    expanded=$expanded${rest%%\%*} rest=${rest#*%}
    case $rest in
    h*) expanded=$expanded$4 ;;
    u*) expanded=$expanded$2 ;;
    U*) expanded=$expanded$3 ;;
    *) expanded=$expanded% ;;
    esac
    rest=${rest#?}
  done
  expanded=$expanded$rest
  case $expanded in /*) ;; *) expanded=$4/$expanded ;; esac
}

# keys_of PATH: where it really is, stat(1) of it and of every folder above, and the lines that look like keys:
# root follows a user's link here, so nothing else may leave the host.
keys_of() {
  real=$(readlink -f -- "$1") || return 0
  set -- "$real"
  dir=$real
  while [ -n "$dir" ]; do
    dir=${dir%/*}
    set -- "$@" "${dir:-/}"
  done
  stat -c '%f %u %g %n' -- "$@"
  printf '\n'
  head -c 262144 -- "$real" | grep -aE '(ssh-|ecdsa-|sk-)[a-z0-9@.-]+[[:blank:]]+AAAA'
}

# authorized_keys LOGIN PLANNED ADDRESS SERVER PORT: the key files of both logins, each where sshd looks for it, and
# of the local accounts; each after "@NONCE keys USER HOME PATH".
collect_authorized_keys() {
  need sshd || return
  need_root || return
  sshd_read "$@" || return
  read_accounts "$1" "$2"
  login=$1 planned=$2
  set -f
  printf '%s\n' "$accounts" | while IFS=: read -r name _ number _ _ home _; do
    case $name in "$login") text=$sshd_now ;; "$planned") text=$sshd_planned ;; *) text=$sshd_global ;; esac
    patterns=${text#*"${NL}authorizedkeysfile "}
    for pattern in ${patterns%%"$NL"*}; do
      expand_keys "$pattern" "$name" "$number" "$home"
      printf '\n@%s keys %s:%s:%s\n' "$nonce" "$name" "$home" "$expanded"
      [ ! -f "$expanded" ] || keys_of "$expanded"
    done
  done
  set +f
  return 0
}

# sudo NAME...: what sudo(8) allows each of them; * stands for the local accounts.
collect_sudo() {
  need sudo || return
  need_root || return
  if [ "$1" = '*' ]; then
    read_accounts
    # shellcheck disable=SC2086 # names hold no blanks
    set -- $account_names
  fi
  for name; do
    printf '\n@%s sudo %s\n' "$nonce" "$name"
    sudo -n -l -U "$name" </dev/null
  done
  return 0
}
