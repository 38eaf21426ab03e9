# shellcheck shell=sh disable=SC2154 # what collect.sh and sshd.sh set
# The collectors of accounts: who they are, their keys, what sudo allows them. See collect.sh.
accounts='' account_names='' accounts_left=0
ACCOUNTS_MOST=256

# read_accounts NAME...: passwd(5) lines of those, and of at most ACCOUNTS_MOST local accounts with a login shell, into
# $accounts; how many more there are, into $accounts_left. Once, unless others are named.
# shellcheck disable=SC2016,SC2086 # awk; names hold no blanks
read_accounts() {
  for name; do
    case $NL$account_names$NL in *"$NL$name$NL"*) ;; *) accounts='' ;; esac
  done
  [ -z "$accounts" ] || return 0
  account_names=$(NAMES="$*" awk -F: -v most="$ACCOUNTS_MOST" 'BEGIN { count = split(ENVIRON["NAMES"], name, " ")
    for (i = 1; i <= count; i++) if (!(name[i] in seen)) { seen[name[i]] = 1; print name[i] } }
    !($1 in seen) && $1 ~ /^[^ \t]+$/ && $7 !~ /\/(nologin|false|sync)$/ { seen[$1] = 1; if (n++ < most) print $1 }
    END { if (n > most) print ":" (n - most) }' /etc/passwd)
  case $account_names in *"$NL":*) accounts_left=${account_names##*:} account_names=${account_names%"$NL":*} ;; esac
  set -f
  accounts=$(getent passwd $account_names)
  set +f
}

# What leaves the host of a line of shadow(5): never the hash, only what kind of one it is; then the first days, since 1970, on
# which the account has ended, and on which its password must be changed. To chage(1), too, 10000 days are never. A hash
# that passwd(5) has in place of its x is the one that counts.
# shellcheck disable=SC2016 # awk
shadow_flags='function kind(hash) { return hash ~ /^!/ ? "locked" : hash == "" ? "empty" : hash ~ /^\*/ ? "none" : "set" }
{ state = kind($1 in own ? own[$1] : $2)
  delete own[$1]
  due = $3 == "" || $5 == "" || $5 < 0 || $5 >= 10000 ? "-" : $3 + $5 + 1
  print "shadow:" $1 ":" state ":" ($8 < 0 ? "-" : $8) ":" ($3 == "0" ? 0 : due) }'

# Of passwd(5), where the first line of a name counts, then of the lines of shadow(5) that are asked for, then, behind a line "groups", what groups(1) prints.
accounts_told='FNR == NR { if (!($1 in there) && $2 != "x") own[$1] = $2; there[$1] = 1; if ($3 in first) print "called:" $3 ":" first[$3]; else first[$3] = $1; next }
  $0 == "groups" { behind = 1; for (name in own) print "shadow:" name ":" kind(own[name]) ":-:-"; next }
  behind { gsub(/ +:? */, " "); sub(/ /, ":"); gsub(/ /, ","); print "groups:" $0; next }
'"$shadow_flags"

# accounts NAME...: passwd(5) without password and GECOS, groups, kind of password, and whether the shell can be run;
# "called:UID:NAME" with the first name of each number that has several.
# shellcheck disable=SC2086 # names hold no blanks
collect_accounts() {
  need getent || return
  read_accounts "$@"
  printf 'now:%s\nleft:%s\n' "$(date +%s)" "$accounts_left"
  [ -e /etc/nologin ] || [ -e /run/nologin ] && printf 'nologin:\n'
  set -f
  {
    [ "$uid" != 0 ] || getent shadow $account_names
    echo groups
    groups $account_names
  } | awk -F: "$accounts_told" /etc/passwd -
  set +f
  printf '%s\n' "$accounts" | while IFS=: read -r name _ number group _ home shell; do
    runs=no
    [ -x "${shell:-/bin/sh}" ] && runs=yes
    printf 'account:%s:%s:%s:%s:%s:%s\n' "$name" "$number" "$group" "$home" "$shell" "$runs"
  done
}
