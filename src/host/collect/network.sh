# shellcheck shell=sh disable=SC2154 # what collect.sh sets
# The network: rules, listeners, and the kernel's settings.

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
    # A process of any user names itself, with a line break if it likes; the rest of the line is too short for this.
    ($2 == "LISTEN" || $2 == "UNCONN") && $3 ~ /^[0-9]+$/ { print $1, $5, $7; listens[port($5)] = 1; next }
    $2 != "ESTAB" { next }
    $1 == "tcp" { peer = $6; sub(/:[0-9]*$/, "", peer); seen[port($5) " " peer]++ }
    END {
      for (key in seen) {
        split(key, part, " ")
        if (part[1] in listens && shown++ < 500) print "connected", key, seen[key]
      }
    }'
  return 0
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
# that ufw sets values from; then, of those that are files, "F PATH" and "L TEXT" a line, with no text for a comment.
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
  awk 'FNR == 1 { print "F " FILENAME } /^[ \t]*([#;]|\r?$)/ { print "L "; next } { print "L " substr($0, 1, 4096) }' "$@"
}
