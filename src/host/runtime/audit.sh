# shellcheck shell=sh
# The kernel's audit rules.

audit_enabled() { auditctl -s 2>/dev/null | awk '$1 == "enabled" { print $2 }'; }

preflight_audit_load() {
  [ "$(audit_enabled)" != 2 ] || refuse audit-locked auditd "the rules are locked until the next boot"
}

snapshot_audit_load() {
  # augenrules writes these files itself.
  for file in "$R/etc/audit/audit.rules" "$R/etc/audit/audit.rules.prev"; do
    [ ! -d "$R/etc/audit" ] || { backup "$file" && wrote "$BACKUP" any; } ||
      { fail backup "$file" "the backup could not be made" && return; }
  done
  [ ! -e "$RUN/undo/audit" ] || return 0
  auditctl -s >"$RUN/undo/audit-status" 2>/dev/null || return 0
  audit_rules >"$RUN/undo/audit"
  return 0
}

audit_rules() { auditctl -l 2>/dev/null | grep '^-'; }

apply_audit_load() {
  before=$(audit_rules | wc -l)
  load_rules
  drop_previous
  if [ "$loaded" = 0 ] && [ "$(audit_enabled)" != 2 ]; then
    journal audit-load kernel "$before rules" "$(audit_rules | wc -l) rules"
    own audit "$ID"
  else
    fail audit kernel "$said"
  fi
}

# load_rules: what the next boot would load, and no other rule. Without its folder, which a rollback may just have taken
# away, augenrules loads what it made last; without a -D in the folder the rules of before stay, and a second load is refused.
load_rules() {
  folder=$R/etc/audit/rules.d
  lent=
  [ -d "$folder" ] || { printf '%s\n' "$folder" >>"$RUN/made" && mkdir "$folder" && lent=1; }
  cat "$folder"/*.rules 2>/dev/null | grep -q '^[[:space:]]*-D[[:space:]]*$' || auditctl -D >/dev/null 2>&1
  said=$(augenrules --load 2>&1)
  loaded=$?
  [ -z "$lent" ] || rmdir "$folder"
}

# drop_previous: what augenrules keeps of the rules before is nobody's; the run has a backup of its own.
drop_previous() {
  previous=$R/etc/audit/audit.rules.prev
  backup "$previous" && original "$ID" "$BACKUP" && put_back "$BACKUP" "$previous" "$KIND"
}

# settle_audit: what the run has made of the rules, so that somebody else's can be told from ours.
settle_audit() {
  [ -e "$RUN/undo/audit" ] || return 0
  audit_rules >"$RUN/scratch/made"
  [ $? -gt 1 ] || mv -fT "$RUN/scratch/made" "$RUN/undo/audit-made"
}

# undo_audit: the rules as saved, then those that somebody has loaded since, as a file of theirs would stay.
undo_audit() {
  [ -e "$RUN/undo/audit" ] || return 0
  command -v auditctl >/dev/null || return 0
  theirs=
  [ ! -e "$RUN/undo/audit-made" ] || theirs=$(audit_rules |
    grep -v -x -F -e "$(cat "$RUN/undo/audit-made")" -e "$(cat "$RUN/undo/audit")")
  [ -z "$theirs" ] || printf '%s\n' "$theirs" >"$RUN/undo/audit-theirs"
  said=$({
    auditctl -D
    for rules in "$RUN/undo/audit" "$RUN/undo/audit-theirs"; do [ ! -s "$rules" ] || auditctl -R "$rules"; done
    while read -r key value; do
      case $key in
      enabled) auditctl -e "$value" ;;
      failure) auditctl -f "$value" ;;
      rate_limit) auditctl -r "$value" ;;
      backlog_limit) auditctl -b "$value" ;;
      backlog_wait_time) auditctl --backlog_wait_time "$value" ;;
      esac
    done <"$RUN/undo/audit-status"
  } 2>&1)
  [ "$(audit_rules)" = "$({ cat "$RUN/undo/audit" && printf '%s\n' "$theirs"; } | grep '^-')" ] || note differs audit "the kernel's rules are not as they were. $said"
  [ -z "$theirs" ] ||
    note third-version audit "somebody loaded rules during the run; they stay until the next boot: $theirs"
}

preflight_audit_lock() { :; }
snapshot_audit_lock() { :; }

# Can't be taken back before a reboot, so only after the confirm; repeatable.
apply_audit_lock() {
  before=$(audit_enabled)
  if [ "$before" = 2 ] || said=$(auditctl -e 2 2>&1); then
    [ "$before" = 2 ] || journal audit-lock kernel "${before:--}" 2
  else
    fail audit kernel "$said"
  fi
}
