# shellcheck shell=sh disable=SC2154 # what collect.sh and sshd.sh set
# The collectors of accounts: who they are, their keys, what sudo allows them. See collect.sh.
accounts='' account_names=''

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
  real=$1 dir=$1
  case $1 in *//* | */./* | */../*) dir='' real='' ;; esac
  while [ -n "$dir" ]; do
    [ ! -L "$dir" ] || real=''
    dir=${dir%/*}
  done
  [ -n "$real" ] || real=$(readlink -f -- "$1") || return 0 # a fork only where there is a link
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

# key_patterns TEXT: AuthorizedKeysFile of what sshd printed, into $patterns. Line by line: cutting so long a text by a
# pattern takes dash 20 ms.
key_patterns() {
  patterns='' patterns_ifs=$IFS
  IFS=$NL
  for line in $1; do
    case $line in "authorizedkeysfile "*) patterns=${line#* } ;; esac
  done
  IFS=$patterns_ifs
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
    key_patterns "$text"
    for pattern in $patterns; do
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
