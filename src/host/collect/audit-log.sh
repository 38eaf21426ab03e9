# shellcheck shell=sh disable=SC2154 # what collect.sh sets
# What auditd has written: read by ausearch(8), which knows its files and follows their rotation.

# audit_log WHEN KEY: what was recorded since WHEN, as date(1) reads it by this host's clock; with a KEY only what was
# recorded under one that contains it. Frames "@NONCE since SECONDS", "first" (the log's first event), then "sessions"
# (who came from where, as far back as the log goes) and "records", both with gzip: the last bytes of what there is, no
# more than may be sent were it text that can't be packed. Each is followed by a frame "told" with what ausearch had to say
# and "status NUMBER".
collect_audit_log() {
  need ausearch || return
  need_root || return
  log=$(sed -n 's/^[ \t]*log_file[ \t]*=[ \t]*//p' /etc/audit/auditd.conf | tail -n 1)
  if [ ! -f "${log:=/var/log/audit/audit.log}" ]; then
    printf 'there is no %s: auditd has written nothing here' "$log"
    return "$UNSUPPORTED"
  fi
  since=$(date -d "$1" +%s) || {
    printf 'date does not understand "%s"' "$1"
    return "$UNKNOWN"
  }
  printf '\n@%s since %s\n\n@%s first\n' "$nonce" "$since" "$nonce"
  audited 65536 cat --just-one
  printf '\n@%s sessions\n' "$nonce"
  audited 2097152 'gzip -c' -m USER_START,USER_LOGIN
  printf '\n@%s records\n' "$nonce"
  # ausearch refuses a year before 2004, and no log is as old; the words of a day are those of the locale, which is C here.
  [ "$since" -ge 1104537600 ] || since=1104537600
  set -- "$2" -ts "$(date -d "@$since" +%x)" "$(date -d "@$since" +%T)"
  [ -z "$1" ] || set -- "$@" -k "$1"
  shift
  audited 20971520 'gzip -c' "$@"
}

# audited BYTES COMMAND WORD...: the last BYTES of what ausearch finds, through COMMAND, and a frame with what it told.
audited() {
  most=$1 through=$2
  shift 2
  {
    told=$({
      { nice timeout 18 ausearch --input-logs --raw "$@" 2>&8 </dev/null || printf 'status %s' "$?" >&8; } |
        tail -c "$most" | $through >&9
    } 8>&1)
  } 9>&1
  printf '\n@%s told\n%s' "$nonce" "$told"
}
