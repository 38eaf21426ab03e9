# shellcheck shell=sh
# The kernel's audit rules.

audit_enabled() { auditctl -s 2>/dev/null | awk '$1 == "enabled" { print $2 }'; }

preflight_audit_rules() {
  local file
  for file in $(augenrules_files); do [ ! -d "$R/etc/audit" ] || preflight_folder "$file" "${file%/*}"; done
  [ "$(audit_enabled)" != 2 ] || refuse audit-locked auditd "the rules are locked until the next boot"
}

# augenrules_files: what augenrules writes itself.
augenrules_files() { printf '%s\n' "$R/etc/audit/audit.rules" "$R/etc/audit/audit.rules.prev"; }

snapshot_audit_rules() {
  local file
  for file in $(augenrules_files); do
    [ ! -d "$R/etc/audit" ] || backup "$file" || { fail_backup "$file" && return; }
  done
}

# keep_audit_rules: the kernel's rules are kept as they are right before they change, with what others have loaded by then.
keep_audit_rules() {
  local file status rules
  for file in $(augenrules_files); do
    [ ! -d "$R/etc/audit" ] || begin_rewrite "$file" || return
  done
  [ ! -e "$RUN/undo/audit_rules" ] || return 0
  status=$(auditctl -s 2>/dev/null) || return 0
  rules=$(kernel_rules)
  printf '%s\n' "$status" >"$RUN/undo/audit-status" && printf '%s' "${rules:+$rules$NL}" >"$RUN/undo/audit" &&
    echo 'undo_audit_rules .' >"$RUN/undo/audit_rules" && sync "$RUN"/undo/* "$RUN/undo" || no_undo
}

kernel_rules() { auditctl -l 2>/dev/null | grep '^-'; }

apply_audit_rules() {
  local before loaded said
  keep_audit_rules || return
  before=$(kernel_rules | wc -l)
  load_rules
  drop_previous
  end_rewrites
  if [ "$loaded" = 0 ] && [ "$(audit_enabled)" != 2 ]; then
    journal audit-rules kernel "$before rules" "$(kernel_rules | wc -l) rules"
    own audit-rules "$ID"
    made_audit_rules
  else
    fail audit kernel "" "$said"
  fi
}

# load_rules: sets the caller's $said and $loaded. It loads what the next boot would load, and no other rule. Without its folder, which a rollback may just have taken
# away, augenrules loads what it made last; without a -D in the folder the rules of before stay, and a second load is refused.
load_rules() {
  local folder lent
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
  local previous
  previous=$R/etc/audit/audit.rules.prev
  backup "$previous" && original "$ID" "$BACKUP" && put_back "$BACKUP" "$previous" "$KIND"
}

# made_audit_rules: what the step has made of the rules, so that somebody else's can be told from ours.
made_audit_rules() {
  [ -e "$RUN/undo/audit" ] || return 0
  kernel_rules >"$RUN/scratch/made"
  [ $? -gt 1 ] || mv -fT "$RUN/scratch/made" "$RUN/undo/audit-made"
}

# undo_audit_rules .: the rules as saved, then those that somebody has loaded since, as a file of theirs would stay.
undo_audit_rules() {
  local theirs said rules key value
  command -v auditctl >/dev/null || return 0
  theirs=
  [ ! -e "$RUN/undo/audit-made" ] || theirs=$(kernel_rules |
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
  [ "$(kernel_rules)" = "$({ cat "$RUN/undo/audit" && printf '%s\n' "$theirs"; } | grep '^-')" ] || amiss audit_rules differs audit "the kernel's rules are not as they were." "$said"
  [ -z "$theirs" ] ||
    note third-version audit "somebody loaded rules during the run; they stay until the next boot: $theirs"
}

# state_audit_rules: the rules in the kernel.
state_audit_rules() {
  if command -v auditctl >/dev/null; then
    auditctl -s 2>/dev/null | awk '/^(enabled|failure|backlog_limit|rate_limit) / { print "audit " $0 }'
    auditctl -l 2>/dev/null | sed 's/^/audit /'
  fi
}
