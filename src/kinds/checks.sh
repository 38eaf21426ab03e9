# shellcheck shell=sh
# What single daemons need beyond systemctl: fixed proofs of their files before anything is reloaded, and whether they
# are there again. The words are data; nothing else in the runtime knows a daemon.

preflight_check() { :; }
snapshot_check() { :; }

apply_check() { # NAME WORD…
  local name said
  name=$1
  shift
  listed "$name" "$CHECKS" || { fail check "the check of $name" "unknown check" && return; }
  said=$("check_$name" "$@" 2>&1) || fail check "the check of $name" "it failed." "$said"
}

# Each word is a connection as `sshd -T -C` takes it. `sshd -t` alone only knows the syntax.
check_sshd() {
  local connection
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

# Each word is a file of sudoers(5); what others have written is theirs.
check_sudo() {
  local file
  for file in "$@"; do visudo -c -q -f "$file" || return 1; done
}

# Each word is a daemon.json; the usual one without.
check_docker() {
  local file
  [ $# -gt 0 ] || set -- "$R/etc/docker/daemon.json"
  for file in "$@"; do [ ! -e "$file" ] || takes_docker "$file" || return 1; done
}

# takes_docker FILE: an engine before 23 has no word for it, but reads its file before it looks for another one that runs: by
# a number of a process that surely does, this one's, so that it never comes further.
takes_docker() {
  local said
  case $(dockerd --help 2>&1) in
  *--validate*)
    dockerd --validate --config-file "$1"
    return
    ;;
  *--config-file*) ;;
  *) echo 'dockerd does not say how it can be asked' && return 1 ;;
  esac
  echo "$$" >"$RUN/docker.pid" || return 1
  said=$(timeout -s KILL 10 dockerd --config-file "$1" --pidfile "$RUN/docker.pid" 2>&1)
  case $said in *'pid file found'*) ;; *) printf '%s' "$said" && return 1 ;; esac
}

# listens_sshd: prints the ports that it says itself, as /proc/net/tcp has them.
listens_sshd() {
  sshd -T -C user=root,host=localhost,addr=127.0.0.1,laddr=127.0.0.1,lport=22 2>/dev/null | awk '$1 == "port" { printf "%04X\n", $2 }'
}

# main_sshd: prints the process that takes logins; false where its file names none, and for one that systemd listens for, which
# a reload would end.
main_sshd() {
  local pid
  read -r pid <"$R/run/sshd.pid" || return 1
  case $(cat "/proc/$pid/comm") in sshd*) ;; *) return 1 ;; esac
  [ "$(stat -c %u "/proc/$pid")" = 0 ] &&
    ! grep -q -z '^LISTEN_FDS=' "/proc/$pid/environ" || return 1
  printf '%s\n' "$pid"
} 2>/dev/null

# ready_fail2ban: its server answers before its configuration has come, which a thread of its own brings all at once
# (fail2banclient.py, configureServer). What never comes is for the proof to say. Each question starts Python, 0.1 s: where
# it has its jails nothing else is asked.
ready_fail2ban() {
  ! has_jails || return 0
  await 60 answers_or_ended
  fail2ban-client ping >/dev/null 2>&1 || return 1
  has_jails || ! fail2ban-client -d 2>/dev/null | grep -q "^\['add'," || await 60 has_jails
  return 0
}

# answers_or_ended: a slow host is waited for, a server that has ended is not.
answers_or_ended() { fail2ban-client ping || ! patient is-active --quiet fail2ban.service; }

has_jails() { fail2ban-client status 2>/dev/null | grep -q 'Number of jail:[[:space:]]*[1-9]'; }

# ready_rsyslog: it has told whether its collector takes what our file sends there, or is given up on: a collector that is
# away is for the proof to say.
ready_rsyslog() {
  local file port invocation
  for file in "$R/etc/rsyslog.d/harden.forward" "$R/etc/rsyslog.d/00-harden.conf"; do
    [ -f "$file" ] || continue
    port=$(sed -n 's/^action(type="omfwd" .* port="\([0-9]*\)" .*/\1/p' "$file")
    invocation=$(readlink "$R/run/systemd/units/invocation:rsyslog.service") || return 0
    [ -z "$port" ] || await 10 told_rsyslog "$port" "$invocation" || return 0
  done
  return 0
}

# told_rsyslog PORT INVOCATION: refused, or a TLS server has answered.
told_rsyslog() {
  timeout 5 journalctl -q -o cat -n 80 "_SYSTEMD_INVOCATION_ID=$2" 2>/dev/null |
    grep -q -e 'cannot connect' -e 'TLS session terminated' -e 'Certificate error' -e suspended && return 0
  timeout 5 ss -Htni state established "( dport = :$1 )" 2>/dev/null | grep -q 'bytes_received:[1-9]'
}

record_audit() { :; }
# A restart of journald harms nobody.
same_audit() { false; }
preflight_audit() { :; }

# keep_audit, kept_audit: the journald of Debian 12 switches auditing off when it starts.
keep_audit() { AUDITED=$(auditing); }

kept_audit() {
  [ -z "$AUDITED" ] || [ "$(auditing)" = "$AUDITED" ] || auditctl -e "$AUDITED" >/dev/null 2>&1 ||
    note differs audit "auditing was $AUDITED before journald was restarted"
}

auditing() { auditctl -s 2>/dev/null | sed -n 's/^enabled //p'; }
