# shellcheck shell=sh
# Fixed proofs of files before anything is reloaded; the words are data.

preflight_check() { :; }
snapshot_check() { :; }

apply_check() { # NAME WORD…
  check_name=$1
  shift
  case $check_name in
  sshd | fail2ban | ufw | audit | apt) said=$("check_$check_name" "$@" 2>&1) && return ;;
  *) said="unknown check" ;;
  esac
  fail check "the check of $check_name" "$said"
}

# Each word is a connection as `sshd -T -C` takes it. `sshd -t` alone only knows the syntax.
check_sshd() {
  [ -d "$R/run/sshd" ] || mkdir -m 755 "$R/run/sshd" || return 1
  sshd -t || return 1
  for connection in "$@"; do sshd -T -C "$connection" >/dev/null || return 1; done
}

check_fail2ban() { fail2ban-client -t; }

# The rules are parsed by the kernel's own tool and not loaded.
check_ufw() {
  iptables-restore -t -n <"$R/etc/ufw/user.rules" || return 1
  [ ! -s "$R/etc/ufw/user6.rules" ] || ! ip6tables -L INPUT -n >/dev/null 2>&1 ||
    ip6tables-restore -t -n <"$R/etc/ufw/user6.rules"
}

check_audit() { augenrules --check; }

check_apt() { apt-config dump >/dev/null; }
