# shellcheck shell=sh disable=SC2154 # what collect.sh sets
# What ufw would load at the next boot, tried out in a network namespace of its own.

# next_rules: after "@NONCE other" a line for each thing that decides besides ufw's own files; where there is none and
# ufw is enabled: after "@NONCE failed" what could not be loaded, as "PATH: MESSAGE", and then the sections of `rules`.
collect_next_rules() {
  need_root || return
  [ -f /etc/ufw/ufw.conf ] && [ -f /etc/default/ufw ] || return "$ABSENT"
  next_other='' next_enabled='' next_words=''
  for next_path in /etc/ufw/before.init /etc/ufw/after.init; do
    [ -x "$next_path" ] && next_other="$next_other$next_path is executable, and ufw runs it
"
  done
  (cd / && grep 'lib/ufw/ufw-init' /var/lib/dpkg/info/ufw.md5sums | md5sum -c >/dev/null 2>&1) ||
    next_other="${next_other}/usr/lib/ufw/ufw-init or ufw-init-functions is not what the package brings
"
  while read -r next_word next_rest; do
    case $next_word in
    enabled) next_enabled=$next_rest ;;
    words) next_words=$next_rest ;;
    other) next_other="$next_other$next_rest
" ;;
    esac
  done <<END
$(next_settings)
END
  if [ -n "$next_other" ] || [ -z "$next_enabled" ]; then
    printf '\n@%s other\n%s' "$nonce" "$next_other"
    return 0
  fi
  if ! have unshare; then
    printf 'there is no unshare(1) to try it out with'
    return "$UNKNOWN"
  fi
  # shellcheck disable=SC2086 # yes or no, and three policies
  next_tried=$(next_start $next_words 2>/dev/null) || {
    printf 'what ufw loads could not be tried out in a network namespace: '
    # shellcheck disable=SC2069,SC2086 # why, and nothing else
    next_start $next_words 2>&1 >/dev/null | head -c 500
    return "$UNKNOWN"
  }
  printf '\n@%s other\n%s\n' "$nonce" "$next_tried"
}

# next_settings: "enabled yes" where ufw is, "words IPV6 INPUT OUTPUT FORWARD", and "other TEXT" for each line of the two
# files, which ufw's start script runs as shell, that is more than one of ufw's own settings.
next_settings() {
  awk '
    { sub(/^[ \t]+/, "") }
    /^(#|$)/ { next }
    {
      key = $0; sub(/=.*/, "", key)
      value = $0; sub(/^[^=]*=?/, "", value); sub(/[ \t]+(#.*)?$/, "", value)
      if (value ~ /^".*"$/ || value ~ /^\047.*\047$/) value = substr(value, 2, length(value) - 2)
      else if (value ~ /[ \t]/) key = ""
      if (key !~ /^(ENABLED|LOGLEVEL|IPV6|DEFAULT_(INPUT|OUTPUT|FORWARD|APPLICATION)_POLICY|MANAGE_BUILTINS|IPT_(SYSCTL|MODULES|BACKEND))$/ ||
        value ~ /[^A-Za-z0-9_.\/ -]/) print "other " FILENAME ":" FNR " " substr($0, 1, 160)
      set[key] = value
    }
    END {
      if (set["ENABLED"] ~ /^(yes|YES)$/) print "enabled yes"
      words = set["IPV6"] ~ /^(yes|YES)$/ ? "yes" : "no"
      for (i = split("INPUT OUTPUT FORWARD", names, " "); i > 0; i--) {
        policy = set["DEFAULT_" names[i] "_POLICY"]
        if (policy !~ /^(ACCEPT|DROP|REJECT)$/)
          print "other /etc/default/ufw: DEFAULT_" names[i] "_POLICY is none of ACCEPT, DROP and REJECT"
        policies = " " policy policies
      }
      print "words " words policies
    }
  ' /etc/default/ufw /etc/ufw/ufw.conf
}

# next_start IPV6 INPUT OUTPUT FORWARD: as ufw_start of ufw-init-functions 0.36.1 and 0.36.2 does it, with its PATH.
# There, too, a load that fails keeps nothing from going on. The namespace is empty at first, and gone at the end.
next_start() {
  timeout 20 unshare -n sh -s -- "$nonce" "$@" <<'END'
PATH=/sbin:/bin:/usr/sbin:/usr/bin
nonce=$1 ipv6=$2
shift 2
failed=''

load() { # load NAME PROGRAM [OPTION]: stdin is the text
  name=$1
  shift
  message=$("$@" 2>&1 >/dev/null) && return 0
  failed="$failed$name: $(printf '%s' "$message" | tr '\n' ' ' | head -c 500)
"
}

text() { # text NAME TEXT: lines of the filter table
  load "$1" "$program-restore" -n <<TEXT
*filter
$2
COMMIT
TEXT
}

file() { # file PATH
  if [ -s "$1" ]; then load "$1" "$program-restore" -n <"$1"; else failed="$failed$1: is empty or not there
"; fi
}

skeleton() { # skeleton PREFIX INPUT OUTPUT FORWARD
  prefix=$1
  shift
  for chain in before-logging before after after-logging reject track skip-to-policy; do
    printf ":$prefix-$chain-%s - [0:0]\n" input output forward
  done
  printf ":$prefix-%s - [0:0]\n" logging-deny logging-allow
  for way in INPUT-input OUTPUT-output FORWARD-forward; do
    builtin=${way%-*} way=${way#*-}
    printf -- "-A $builtin -j $prefix-%s-$way\n" before-logging before after after-logging reject track
    case $1 in
    REJECT) printf -- "-A $prefix-reject-$way -j REJECT\n" ;;
    ACCEPT) printf -- "-A $prefix-track-$way -p %s -m conntrack --ctstate NEW -j ACCEPT\n" tcp udp ;;
    esac
    printf -- "-A $prefix-skip-to-policy-$way -j $1\n"
    shift
  done
}

user_chains() { # user_chains PREFIX
  printf ":$1-user-%s - [0:0]\n" input output forward logging-input logging-output logging-forward limit limit-accept
}

hooks() { # hooks PREFIX
  for way in input output forward; do printf -- "-A $1-before-$way -j $1-user-$way\n"; done
}

policies() { # policies INPUT OUTPUT FORWARD
  for policy in "INPUT $1" "OUTPUT $2" "FORWARD $3"; do
    case $policy in *REJECT) policy="${policy% *} DROP" ;; esac
    printf ":$policy [0:0]\n"
  done
}

start() { # start PROGRAM 6-OR-NOTHING INPUT OUTPUT FORWARD
  program=$1 six=$2
  shift 2
  text "ufw's own chains" "$(skeleton "ufw$six" "$@")"
  file "/etc/ufw/before$six.rules"
  file "/etc/ufw/after$six.rules"
  [ ! -s "/etc/ufw/user$six.rules" ] || text "ufw's own chains" "$(user_chains "ufw$six")"
  file "/etc/ufw/user$six.rules"
  hooked=''
  [ ! -s "/etc/ufw/user$six.rules" ] || hooked=$(hooks "ufw$six")
  text "ufw's hooks and policies" "$hooked
$(policies "$@")"
}

start iptables '' "$@"
has6=''
if ip6tables -L INPUT -n >/dev/null 2>&1; then has6=yes; fi
case $ipv6-$has6 in
yes-yes) start ip6tables 6 "$@" ;;
no-yes)
  program=ip6tables
  text "the rules of IPv6 that is off" ":INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT DROP [0:0]
-A INPUT -i lo -j ACCEPT
-A OUTPUT -o lo -j ACCEPT"
  ;;
esac
printf '\n@%s failed\n%s' "$nonce" "$failed"
printf '\n@%s v4\n' "$nonce"
iptables-save || exit
if [ "$has6" ]; then
  printf '\n@%s v6\n' "$nonce"
  ip6tables-save || exit
fi
[ ! -d /proc/sys/net/ipv6 ] || printf '\n@%s ipv6\n' "$nonce"
END
}
