# shellcheck shell=sh
# What runs as an account, or belongs to it: what keeps it there.

# leave_account UID: its last session may just have ended: what systemd keeps for it goes some seconds later by itself.
leave_account() {
  await 5 only_manager "$1" || return 0
  patient stop "user@$1.service" "user-runtime-dir@$1.service" >/dev/null 2>&1
  await 5 nothing_runs "$1" || :
}

nothing_runs() { [ -z "$(runs_as "$1")" ]; }

only_manager() {
  runs_as "$1" | while read -r process; do
    case $(cat "/proc/$process/comm" 2>/dev/null) in
    '') ;;
    systemd | '(sd-pam)' | dbus-daemon) grep -q -F "/user@$1.service/" "/proc/$process/cgroup" || exit 1 ;;
    *) exit 1 ;;
    esac
  done
}

# runs_as UID: prints the numbers of its processes; some of sshd's belong to root as a file, so it is what they say themselves.
runs_as() {
  printf '%s\0' /proc/[0-9]*/status | xargs -0 grep -l -s "^Uid:.*[[:space:]]$1[[:space:]]" | cut -d / -f 3
}

# own_file HOME KEYS…: prints the first file of its own in the home. What every new home has does not count, nor what a shell's
# first start leaves, nor the keys as a run left them, KEYS. False where ten seconds were too short to look: whose home it is can
# make any number of folders.
# shellcheck disable=SC2016 # expanded by the shell within
own_file() {
  timeout -s KILL 10 sh -c '
    cd "$1" 2>/dev/null || exit 0
    home=$1
    shift
    left_by_us() {
      local file same
      file=$1
      shift
      [ -f "$file" ] && [ ! -L "$file" ] || return 1
      case $file in
      ./.ssh/authorized_keys) ;;
      ./.ssh/*) return 1 ;;
      *) set -- "/etc/skel/$file" ;;
      esac
      for same in "$@"; do ! cmp -s "$file" "$same" || return 0; done
      return 1
    }
    find . -mindepth 1 ! -type d ! -path "./.cache/motd.legal-displayed" ! -name .sudo_as_admin_successful -print |
      while IFS= read -r file; do
        left_by_us "$file" "$@" || { printf "the file %s" "$home/${file#./}" && break; }
      done' sh "$@"
}

# needs_account NAME UID HOME MADE: prints one process, file of its own in the home, or file elsewhere, or that there was no
# time to look at them all; MADE is the name under which runs have its keys.
needs_account() {
  local found
  found=$(runs_as "$2" | head -n 1)
  [ -z "$found" ] || { printf 'the process %s (%s)' "$found" "$(cat "/proc/$found/comm" 2>/dev/null)" && return; }
  found=$(own_file "$3" "$D/runs"/*/keys/"$4.after") ||
    found="${found:-what ten seconds were too short to look at in $3}"
  # shellcheck disable=SC2016 # expanded by the shell within
  [ -n "$found" ] || found=$(findmnt -n -l -o TARGET -i -t "$NO_FILES" | timeout 60 sh -c '
    while IFS= read -r mount; do
      find "$mount" -xdev \( -path "$2" -o -path "/var/mail/$3" -size 0 \) -prune -o -uid "$1" -print -quit 2>/dev/null
    done; :' sh "$2" "$3" "$1") ||
    found="${found:-what a minute was too short to look at}"
  printf '%s' "$found" | head -n 1
}
