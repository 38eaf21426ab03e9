# shellcheck shell=sh disable=SC2154 # nonce, uid and the statuses are collect.sh's
# The collectors of sshd: its files, what it makes of them for several connections, its host keys. See collect.sh.
SSHD_CONFIG=/etc/ssh/sshd_config
sshd_found='' sshd_asked='' sshd_read='' sshd_global='' sshd_now='' sshd_planned='' sshd_matches=''
sshd_main=$SSHD_CONFIG # what sshd reads; -f names another

# What Include lines name: a pattern a line; of PidFile "pidfile PATH". The keyword may stand in double quotes; what follows is split as argv_split() of
# OpenSSH's misc.c does it: blanks, both kinds of quotes, a backslash before a quote, a blank or another one, `#` at a word's start.
# shellcheck disable=SC2016 # awk
sshd_includes='
function add(word) {
  if (word == "") return
  if (!pid) print (word ~ /^\// ? "" : "/etc/ssh/") word
  else if (word ~ /^\//) print "pidfile " word
}
BEGIN { single = sprintf("%c", 39) }
{
  sub(/\r$/, ""); sub(/^[ \t]*"?/, "")
  pid = tolower($0) ~ /^pidfile["= \t]/
  if (!pid && tolower($0) !~ /^include["= \t]/) next
  sub(/^[^ \t="]+"?[ \t]*=?[ \t]*/, "")
  word = quote = ""
  for (i = 1; i <= length($0); i++) {
    char = substr($0, i, 1); after = substr($0, i + 1, 1)
    if (char == "\\" && (after == "\"" || after == single || after == "\\" || (after == " " && quote == ""))) { word = word after; i++ }
    else if (quote != "") { if (char == quote) quote = ""; else word = word char }
    else if (char == "\"" || char == single) quote = char
    else if (char == " " || char == "\t") { add(word); word = "" }
    else if (char == "#" && word == "") break
    else word = word char
  }
  add(word)
}'

# sshd_list MAIN: every file that sshd reads from that one on, once each, into $sshd_found, a line each. Unknown where one of them
# is not held: then it says which.
sshd_list() {
  case $sshd_found in "$1" | "$1$NL"*) return 0 ;; esac
  need_held "$1" || return
  sshd_found=$1 sshd_asked=$1 sshd_level=$1 sshd_depth=0
  sshd_ifs=$IFS
  IFS=$NL
  while [ -n "$sshd_level" ] && [ "$sshd_depth" -lt 16 ]; do
    sshd_depth=$((sshd_depth + 1)) sshd_next=''
    # shellcheck disable=SC2086 # a word a line
    sshd_patterns=$(awk "$sshd_includes" $sshd_level)
    sshd_asked=$sshd_asked$NL$sshd_patterns
    for path in $sshd_patterns; do
      [ -f "$path" ] || continue
      case $NL$sshd_found$NL in *"$NL$path$NL"*) continue ;; esac
      need_held "$path" || { sshd_found='' IFS=$sshd_ifs && return "$UNKNOWN"; }
      sshd_found=$sshd_found$NL$path sshd_next=$sshd_next${sshd_next:+$NL}$path
    done
    sshd_level=$sshd_next
  done
  IFS=$sshd_ifs
}

# sshd_places: what decides which files sshd reads and is none of them, into $sshd_places and $sshd_links: of each Include the
# folder that its pattern looks in, or the last one that is there, and each link on the way; and the pid files.
sshd_places() {
  sshd_places='' sshd_links=''
  set -f
  for pattern in $sshd_asked; do
    place='' rest=$pattern
    case $pattern in pidfile\ *) sshd_places=$sshd_places$NL${pattern#pidfile } && continue ;; esac
    while [ -n "$rest" ]; do
      rest=${rest#/} word=${rest%%/*}
      rest=${rest#"$word"}
      case $word in *[]*?[]*) break ;; esac
      [ ! -L "$place/$word" ] || sshd_links=$sshd_links$NL$place/$word
      [ -d "$place/$word" ] || break
      place=$place/$word
    done
    [ -f "$pattern" ] || sshd_places=$sshd_places$NL${place:-/}
  done
  set +f
}

# sshd_files: sshd_config and all that it includes, each after "@NONCE file PATH"; "@NONCE list PATH" of each with an access list; then what stat(1) says of them, of what
# decides which they are, and of pid files, which sshd writes anew whenever it reads them, with the time of their last change; of
# host keys, which are read as often, with that of their content.
collect_sshd_files() {
  [ -f "$SSHD_CONFIG" ] || return "$ABSENT"
  if [ ! -r "$SSHD_CONFIG" ]; then
    printf '%s: permission denied' "$SSHD_CONFIG"
    return "$UNKNOWN"
  fi
  sshd_list "$SSHD_CONFIG" || return
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
  # shellcheck disable=SC2086 # a word a line
  for path in $(access_lists $sshd_found); do printf '\n@%s %s\n' "$nonce" "$path"; done
  printf '\n@%s stats -\n' "$nonce"
  sshd_places
  # shellcheck disable=SC2086 # a word a line
  sshd_stats=$(
    {
      stat -L -c '%d:%i %.9Z %a %U %G %.9Y %n/' -- $sshd_found $sshd_places /run/sshd.pid /etc/ssh/ssh_host_*_key
      [ -z "$sshd_links" ] || stat -c '%d:%i %.9Z %a %U %G %.9Y %n/' -- $sshd_links
    } | own_changes
  )
  IFS=$sshd_ifs
  while read -r changed mode owner group written path; do
    case $path in /etc/ssh/ssh_host_*_key/) changed=$written ;; esac
    printf '%s %s %s %s %s\n' "$mode" "$owner" "$group" "$changed" "${path%/}"
  done <<END
$sshd_stats
END
  return 0
}

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
  sshd_process
  sshd_known=yes
  [ -z "$sshd_text" ] || sshd_words "$sshd_text" || sshd_known='' sshd_args='' sshd_main=$SSHD_CONFIG
  sshd_list "$sshd_main" || return
  sshd_ifs=$IFS
  IFS=$NL
  # shellcheck disable=SC2086 # a word a line
  sshd_matches=$(awk -v here="${4:-127.0.0.1}" -v port="${5:-22}" "$sshd_samples" /etc/group /etc/passwd $sshd_found)
  IFS=$sshd_ifs
  sshd_stranger=user=harden-probe,host=203.0.113.1,addr=203.0.113.1,laddr=${4:-127.0.0.1},lport=${5:-22}
  sshd_global=$(sshd_as_started -T -C "$sshd_stranger" 2>/dev/null) || {
    # Neither root nor sshd's run-time folder: 9.3 and later print it all the same, but apply no Match block.
    if [ -n "$sshd_matches" ] || ! sshd_plain=$(sshd_as_started -G 2>/dev/null); then
      { sshd_as_started -T -C "$sshd_stranger" >/dev/null; } 2>&1
      return "$UNKNOWN"
    fi
    sshd_global=$sshd_plain
  }
  sshd_now=$sshd_global sshd_planned=$sshd_global
  if [ -n "$sshd_matches" ]; then
    sshd_tail=host=${3:-203.0.113.1},addr=${3:-203.0.113.1},laddr=${4:-127.0.0.1},lport=${5:-22}
    sshd_now=$(sshd_as_started -T -C "user=$1,$sshd_tail" 2>/dev/null)
    sshd_planned=$sshd_now
    [ "$1" = "$2" ] || sshd_planned=$(sshd_as_started -T -C "user=$2,$sshd_tail" 2>/dev/null)
  fi
  sshd_read=yes
}

# sshd_effective LOGIN PLANNED ADDRESS SERVER PORT: "@NONCE process PID" and its command line, where sshd runs; then
# "@NONCE words" and those of them that sshd -T was given, where they could be told apart; then each configuration after
# "@NONCE spec WHICH SPEC", WHICH being global, now, planned or FILE:LINE of a Match block.
collect_sshd_effective() {
  need sshd || return
  [ -f "$SSHD_CONFIG" ] || return "$ABSENT"
  sshd_read "$@" || return
  if [ -n "$sshd_pid" ]; then
    printf '\n@%s process %s\n%s' "$nonce" "$sshd_pid" "$sshd_text"
    [ -z "$sshd_known" ] || printf '\n@%s words -\n%s' "$nonce" "${sshd_args#"$NL"}"
  fi
  printf '\n@%s spec global\n%s' "$nonce" "$sshd_global"
  [ -n "$sshd_matches" ] || return 0
  printf '\n@%s spec now\n%s' "$nonce" "$sshd_now"
  printf '\n@%s spec planned\n%s' "$nonce" "$sshd_planned"
  sshd_count=0
  printf '%s\n' "$sshd_matches" | while IFS='	' read -r place spec criteria; do
    printf '\n@%s spec %s %s %s\n' "$nonce" "$place" "$spec" "$criteria"
    sshd_count=$((sshd_count + 1))
    [ "$sshd_count" -gt 24 ] || sshd_as_started -T -C "$spec" 2>/dev/null </dev/null
  done
  return 0
}

# host_keys LOGIN PLANNED ADDRESS SERVER PORT: stat(1) of sshd's host keys and their public parts, never a content, and "unheld PATH<TAB>WHY" of
# each that somebody else than root could put another key in place of.
collect_host_keys() {
  need sshd || return
  sshd_read "$@" || return
  sshd_ifs=$IFS
  IFS=$NL
  set --
  for line in $sshd_global; do
    case $line in "hostkey /"*) set -- "$@" "${line#hostkey }" ;; esac
  done
  IFS=$sshd_ifs
  for path; do
    is_rooted "$path" || printf 'unheld %s\t%s\n' "$path" "$WALK_WHY"
    set -- "$@" "$path.pub"
  done
  [ $# -eq 0 ] || stat -L -c '%a %U %G %n' -- "$@"
  return 0
}
