# shellcheck shell=sh disable=SC2154 # what collect.sh sets
# fail2ban's configuration, as far as it is about sshd.

# What the configuration says of the sshd jail, in the order in which it is read: "F PATH", then lines "L TEXT"; before
# them the paths of those that are no UTF-8.
# Only what is compared: other keys hold passwords and tokens of actions. Of actions their names: so do what is in brackets.
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
  LC_ALL=C.UTF-8 grep -alxv '.*' -- "$@"
  awk '
    FNR == 1 { print "F " FILENAME; section = wanted = action = 0 }
    /^[ \t]*([#;]|\r?$)/ { next }
    /^\[/ { section = wanted = $0 ~ /^\[(DEFAULT|sshd)\]/; action = 0 }
    /^[^ \t[]/ {
      key = tolower($0)
      wanted = section && key ~ \
        /^(enabled|filter|failregex|ignoreregex|port|maxretry|findtime|bantime([.][a-z]+)?|ignoreip|backend|journalmatch|logpath|chain|banaction(_allports)?)[ \t]*[=:]/
      action = section && key ~ /^action(_[a-z_]*)?[ \t]*[=:]/
      open = 0
    }
    action {
      if (open && !sub(/^[^]]*\]/, "")) next
      gsub(/\[[^]]*\]/, "")
      open = sub(/\[.*/, "")
      print "L " substr($0, 1, 4096)
    }
    wanted { print "L " substr($0, 1, 4096) }
  ' "$@"
}
