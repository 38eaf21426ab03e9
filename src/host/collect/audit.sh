# shellcheck shell=sh disable=SC2154 # what collect.sh sets
# The kernel's auditing.

# audit: the kernel's status, then its rules, then its command line, and whether auditd has read its file as it is now and has
# written to its log within the minute, each after a line "@NONCE PART". A file from the future would be newer for ever.
collect_audit() {
  need auditctl || return
  need_root || return
  status=$(auditctl -s 2>/dev/null)
  case $status in
  enabled*) ;;
  *)
    status=$(auditctl -s 2>&1)
    case $status in
    *'Protocol not supported'*)
      printf 'this kernel has no auditing'
      return "$UNSUPPORTED"
      ;;
    esac
    printf '%s' "$status"
    return "$UNKNOWN"
    ;;
  esac
  printf '\n@%s status\n%s\n@%s rules\n' "$nonce" "$status" "$nonce"
  auditctl -l || return "$UNKNOWN"
  printf '\n@%s auditd\n' "$nonce"
  set -- /etc/audit/auditd.conf /run/auditd.pid
  [ ! -f "$2" ] || [ ! "$1" -nt "$2" ] || [ "$1" -nt /proc/$$ ] || printf 'older than its file\n'
  audit_log=$(sed -n 's/^[ \t]*log_file[ \t]*=[ \t]*//p' "$1" 2>/dev/null | tail -n 1)
  audit_written=$(stat -c %Y -- "${audit_log:-/var/log/audit/audit.log}" 2>/dev/null) || audit_written=0
  [ $(($(date +%s) - audit_written)) -le 60 ] || printf 'log is silent\n'
  printf '\n@%s command-line\n' "$nonce"
  cat /proc/cmdline
}
