# shellcheck shell=sh
# What is looked at before anything changes: everything, so that all reasons are known at once.

# So many files a journal may have beside those of its steps, of which each has a few.
FEW_INODES=64

# space_of PATH…: which file systems, and how full, for a message. One can be out of inodes long before it is full.
space_of() {
  local path
  for path; do
    shift
    set -- "$@" "$(existing "$path")"
  done
  { df -P -- "$@" && echo && df -P -i -- "$@"; } 2>/dev/null | awk -v few="$FEW_INODES" '
    NF == 0 { inodes = 1 }
    $2 !~ /^[0-9]+$/ { next }
    !inodes && !($6 in free) { names[++count] = $6; free[$6] = "file system " $6 ": " $4 " KiB free" }
    inodes && $2 > 0 && $4 + 0 < few + 0 && !told[$6]++ { free[$6] = free[$6] ", " $4 (($4 == 1) ? " inode free" : " inodes free") }
    END { for (each = 1; each <= count; each++) printf "%s%s", (each == 1) ? "" : "; ", free[names[each]] }'
}

# lacks_inodes FOLDER COUNT: true where its file system counts inodes, and has fewer left.
lacks_inodes() {
  df -P -i -- "$1" 2>/dev/null | awk -v count="$2" 'NR == 2 { lacks = $2 > 0 && $4 + 0 < count + 0 } END { exit !lacks }'
}

# has_inodes FOLDER COUNT: refuses where its file system lacks them.
has_inodes() {
  ! lacks_inodes "$1" "$2" || { refuse no-space "$1" "too few inodes: $2 are needed; $(space_of "$1")" && return 1; }
}

# no_room FOLDER BYTES: refuses for want of room.
no_room() { refuse no-space "$1" "too little room: $((($2 + 1023) / 1024)) KiB are needed; $(space_of "$1")"; }

# existing PATH: the nearest folder that exists.
existing() {
  near=$1
  while [ -n "$near" ] && [ ! -e "$near" ]; do near=${near%/*}; done
  printf '%s' "${near:-/}"
}

# start_preflight: nothing found yet.
start_preflight() {
  PASS=preflight
  REFUSED=0
  ADDRESS=
  TOUCHED=
  NEED=0          # bytes of new content
  SLACK=1048576   # for the journal; more with packages
  FOLDERS=        # that are written to
  INODES=         # `COUNT FOLDER` of the new files and spare copies of a step each
  ASKED=          # `USER:GROUP` each of those that were looked for
  # On which something is mounted, a line each.
  MOUNTS="
$(awk '{ gsub(/\\040/, " ", $5); print $5 }' /proc/self/mountinfo)
"
  begin_all
}

preflight_host() {
  local needed
  [ -n "$R" ] || [ "$(id -u)" = 0 ] || refuse not-root / "only root can apply"
  [ -d "$R/run/systemd/system" ] || refuse no-systemd / "systemd is not PID 1, so nothing would roll back by itself"
  [ ! -e "$RUN" ] || refuse run-exists "$RUN" "a run of this name was here before"
  for needed in flock findmnt sync base64 sha256sum awk; do
    command -v "$needed" >/dev/null || refuse no-tool "$needed" "the host lacks this program"
  done
  # Two units, and for each a link in a folder.
  preflight_writable "$UNITS/harden" 6
  only_root "$D/runs"
  preflight_way_back
  preflight_manifest
}

# preflight_way_back: what rolls back after a reset must be there then.
preflight_way_back() {
  all_lasting "$D" "$D/runs" "$D/pending" "$D/rolling" "$D/confirmed" "$D/rolled-back"
  all_lasting "$UNITS" "$UNITS/sysinit.target.wants" "$UNITS/multi-user.target.wants"
}

# all_lasting PATH…: refuses for the first one that a reset would lose.
all_lasting() {
  local path lost
  lost=$(storage "$@") || { refuse not-lasting "$1" "the mount table could not be read" && return; }
  for path; do
    lost_at "$path" "$lost" || continue
    refuse not-lasting "$path" "a reset would lose it, and nothing would roll back: $WHY"
    return
  done
}

# lost_at PATH LINES: true, and sets WHY, where the lines of storage say that a reset takes the path.
lost_at() {
  local place why nearest
  WHY=
  nearest=
  while IFS='	' read -r _ place why; do
    case $1/ in "${place%/}"/*) ;; *) continue ;; esac
    [ "${#place}" -ge "${#nearest}" ] || continue
    nearest=$place
    WHY=$why
  done <<END
$2
END
  [ -n "$WHY" ]
}

# read_only FOLDER: true where its file system is mounted so.
read_only() {
  case ,$(findmnt -n -o VFS-OPTIONS,FS-OPTIONS -T "$1" 2>/dev/null | tr ' \n' ',,'), in *,ro,*) return 0 ;; esac
  return 1
}

# preflight_folder PATH FOLDER [INODES]: could a new file come into it? Once, as most files of a run share a few.
preflight_folder() {
  local flags
  INODES="$INODES${3-1} $2$NL"
  case "
$FOLDERS" in *"
$2
"*) return 0 ;; esac
  FOLDERS="$FOLDERS$2
"
  ! read_only "$2" || { refuse read-only "$1" "the file system of $2 is mounted read-only" && return; }
  [ -w "$2" ] || { refuse read-only "$1" "$2 can't be written" && return; }
  flags=$(lsattr -d -- "$2" 2>/dev/null) && case ${flags%% *} in
  *[ia]*) refuse immutable "$1" "$2 has the immutable or append-only flag" ;;
  esac
}

# preflight_writable PATH [INODES]: could a new file be renamed over it? With the folders that are made for it.
preflight_writable() {
  local flags inodes
  inodes=${2-1}
  only_root "$1" || return 0
  resolve "$1" || return 0
  folder_of "$TARGET"
  while [ -n "$FOLDER" ] && [ ! -e "$FOLDER" ]; do
    inodes=$((inodes + 1))
    FOLDER=${FOLDER%/*}
  done
  FOLDER=${FOLDER:-/}
  preflight_folder "$1" "$FOLDER" "$inodes"
  [ ! -e "$TARGET" ] || case $MOUNTS in *"
$TARGET
"*) refuse mount-point "$1" "something is mounted on the file itself, so it can't be replaced" ;;
  esac
  [ -f "$TARGET" ] || return 0
  flags=$(lsattr -- "$TARGET" 2>/dev/null) && case ${flags%% *} in
  *[ia]*) refuse immutable "$1" "it has the immutable or append-only flag" ;;
  esac
  [ "$(stat -c %h -- "$TARGET")" = 1 ] || refuse hard-link "$1" "it has more than one name; replacing it would part them"
}

# preflight_account PATH USER GROUP: those that the path is to belong to; the group may be one that this run makes.
preflight_account() {
  ! listed "$2:$3" "$ASKED" || return 0
  ASKED="$ASKED $2:$3"
  getent passwd "$2" >/dev/null || refuse no-account "$1" "there is no user $2"
  getent group "$3" >/dev/null || listed "$3" "$COMING_GROUPS" || refuse no-account "$1" "there is no group $3"
}
