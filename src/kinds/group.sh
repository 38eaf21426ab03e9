# shellcheck shell=sh
# Groups with a fixed number.

begin_group() { COMING_GROUPS=; }

preflight_group() { # NAME GID
  if getent group "$1" >/dev/null || getent group "$2" >/dev/null; then
    refuse stale "$1" "planned: no group of this name, and none with the number $2; found: $(getent group "$1" "$2" | cut -d : -f 1,3 | tr '\n' ' ')"
  elif ! command -v groupadd >/dev/null; then
    refuse no-tool groupadd "the host lacks this program"
  fi
  preflight_writable "$R/etc/group"
  COMING_GROUPS="$COMING_GROUPS $1"
}

snapshot_group() {
  quote "$1" "$2"
  grep -q -x -F -e "undo_group $QUOTED ." "$RUN/undo/group" 2>/dev/null ||
    undo_line group "$QUOTED"
}

apply_group() {
  local said
  if said=$(groupadd -g "$2" -- "$1" 2>&1); then
    journal group "$1" absent "$2"
    own group "$1" "$2"
  else
    fail write "$1" groupadd: "$said"
  fi
}

preflight_group_remove() { preflight_lists; }

snapshot_group_remove() { # NAME GID
  [ "$(getent group "$1" | cut -d : -f 3)" = "$2" ] || return 0
  quote "$1"
  save_lines - - - "$2" >"$RUN/undo/group.$1" && printf 'undo_group_removed %s .\n' "$QUOTED" >>"$RUN/undo/group" ||
    no_undo
}

apply_group_remove() {
  local before
  before=$(getent group "$1" | cut -d : -f 3)
  remove_group "$1" "$2"
  journal group-remove "$1" "${before:-absent}" "$(getent group "$1" | cut -d : -f 3)"
  own group "$1" "$2"
}

# remove_group NAME GID: never one that has another name or number now, nor one that something needs.
remove_group() {
  local members needed
  members=$(getent group "$2" || getent group "$1") || return 0
  case $members in
  "$1:"*":$2:"*) ;;
  *)
    note group-kept "${members%%:*}" "it stays: it has the name or the number of the group $1 ($2) that a run made, and not both. Look whose it is"
    return
    ;;
  esac
  members=${members##*:}
  needed=$(needs_group "$2")
  if [ -n "$members$needed" ]; then
    note group-kept "$1" "it stays: needed by ${members:-$needed}"
  else
    groupdel -- "$1" 2>/dev/null || note not-restored "$1" "the group could not be removed"
  fi
}

# What holds no files of anybody's, and what another host holds, which may never answer.
NO_FILES='proc,sysfs,cgroup,cgroup2,devpts,devtmpfs,mqueue,tracefs,debugfs,securityfs,bpf,configfs,pstore,efivarfs,hugetlbfs,autofs,binfmt_misc,rpc_pipefs,nsfs,nfs,nfs4,cifs,smb3,9p'

# needs_group GID: prints one account or file that goes by it, or that it could not be told within a minute.
needs_group() {
  local found
  found=$(getent passwd | awk -F : -v gid="$1" '$4 == gid { print "the account " $1; exit }')
  # shellcheck disable=SC2016 # expanded by the shell within
  [ -n "$found" ] || found=$(findmnt -n -l -o TARGET -i -t "$NO_FILES" | timeout 60 sh -c '
    while IFS= read -r mount; do find "$mount" -xdev -gid "$1" -print -quit 2>/dev/null; done; :' sh "$1") ||
    found="${found:-what a minute was too short to look at}"
  printf '%s' "$found" | head -n 1
}

undo_group() { # NAME GID .
  remove_group "$1" "$2"
}

undo_group_removed() { # NAME .
  lines_back "$RUN/undo/group.$1" "$RUN/undo/group.$1" || note not-restored "$1" "$SEEN"
}

# collect_group NAME GID: getent's line of the name, and that of the number.
collect_group() {
  need getent || return
  group_ifs=$IFS group_named='' group_numbered=''
  IFS=$NL
  set -f
  for line in $(getent group "$1" "$2"); do
    case $line in "$1":*) group_named=$line ;; esac
    case $line in *:*:"$2":*) group_numbered=$line ;; esac
  done
  set +f
  IFS=$group_ifs
  printf '%s\n%s\n' "$group_named" "$group_numbered"
}

# state_group: names, numbers and members.
state_group() { getent group | sort | sed 's/^/group /'; }
