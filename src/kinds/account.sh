# shellcheck shell=sh
# Accounts that people log in with.

begin_account() { COMING_ACCOUNTS=; }

preflight_account_make() { # NAME SHELL UID
  local program
  if getent passwd "$1" >/dev/null || getent group "$1" >/dev/null; then
    refuse stale "$1" "planned: no account and no group of this name; found: $(getent passwd "$1" | cut -d : -f 1,3,6) $(getent group "$1" | cut -d : -f 1,3)"
  elif [ -e "/home/$1" ] || [ -L "/home/$1" ]; then
    refuse stale "$1" "planned: no home of this name; found: /home/$1"
  fi
  only_root "/home/$1" || return 0
  for program in useradd userdel; do
    command -v "$program" >/dev/null || refuse no-tool "$program" "the host lacks this program"
  done
  [ "$3" = - ] || ! getent passwd "$3" >/dev/null || refuse stale "$1" "its number $3 is another account's by now"
  [ -x "$2" ] || refuse no-shell "$1" "its shell $2 is not there"
  preflight_writable "$R/etc/passwd"
  preflight_writable "$R/etc/shadow"
  COMING_ACCOUNTS="$COMING_ACCOUNTS $1"
}

snapshot_account_make() {
  quote "$1"
  grep -q -x -F -e "undo_account $QUOTED ." "$RUN/undo/account" 2>/dev/null ||
    printf 'undo_account %s .\n' "$QUOTED" >>"$RUN/undo/account" || fail no-space "$RUN" "the undo could not be written"
}

# No password, which is another thing than a locked one: sshd refuses that where it does without PAM.
apply_account_make() { # NAME SHELL UID
  local name shell said uid
  name=$1
  shell=$2
  if [ "$3" = - ]; then set --; else set -- -u "$3"; fi
  if said=$(useradd -m -U "$@" -d "/home/$name" -s "$shell" -p '*' -- "$name" 2>&1) && uid=$(account_uid "$name"); then
    journal account-make "$name" absent "$uid"
    own account "$name" "$uid"
  else
    fail write "$name" "useradd: $said"
  fi
}

account_uid() { # NAME
  local line
  line=$(getent passwd "$1") || return 1
  printf '%s\n' "$line" | cut -d : -f 3
}

preflight_account_remove() { preflight_writable "$R/etc/passwd"; }

# Taken back, it has its number again.
snapshot_account_remove() { # NAME UID
  [ "$(account_uid "$1")" = "$2" ] || return 0
  quote "$1" "$2" "$(getent passwd "$1" | cut -d : -f 7)"
  printf 'undo_account_removed %s .\n' "$QUOTED" >>"$RUN/undo/account" || fail no-space "$RUN" "the undo could not be written"
}

apply_account_remove() { # NAME UID
  local before
  before=$(account_uid "$1")
  remove_account "$1" "$2"
  journal account-remove "$1" "${before:-absent}" "$(account_uid "$1" || echo absent)"
  own account "$1" "$2"
}

# remove_account NAME UID: never one that has another number now, nor one that something needs.
remove_account() {
  local line home why
  line=$(getent passwd "$1") || return 0
  [ "$(printf '%s' "$line" | cut -d : -f 3)" = "$2" ] || return 0
  home=$(printf '%s' "$line" | cut -d : -f 6)
  leave_account "$2"
  why=$(needs_account "$1" "$2" "$home")
  if [ -n "$why" ]; then
    note account-kept "$1" "it stays: needed by $why"
  else
    userdel -r -- "$1" >/dev/null 2>&1
    ! getent passwd "$1" >/dev/null || note not-restored "$1" "the account could not be removed"
  fi
}

# leave_account UID: its last session may just have ended: what systemd keeps for it goes some seconds later by itself.
leave_account() {
  await 5 only_manager "$1" || return 0
  systemctl stop "user@$1.service" "user-runtime-dir@$1.service" >/dev/null 2>&1
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

# needs_account NAME UID HOME: prints one process, file of its own in the home, or file elsewhere, or that it could not be
# told within a minute. What every new home has does not count, nor what a shell's first start leaves.
needs_account() {
  local found
  found=$(runs_as "$2" | head -n 1)
  [ -z "$found" ] || { printf 'the process %s (%s)' "$found" "$(cat "/proc/$found/comm" 2>/dev/null)" && return; }
  [ "$3" = "/home/$1" ] || { printf 'its home, %s' "$3" && return; }
  found=$(cd "$3" 2>/dev/null && find . -mindepth 1 ! -type d ! -path './.cache/motd.legal-displayed' \
    ! -name .sudo_as_admin_successful -print | while IFS= read -r file; do
    [ -f "$file" ] && [ ! -L "$file" ] && timeout -s KILL 5 cmp -s "$file" "/etc/skel/$file" || { printf 'the file %s' "$3/${file#./}" && break; }
  done)
  # shellcheck disable=SC2016 # expanded by the shell within
  [ -n "$found" ] || found=$(findmnt -n -l -o TARGET -i -t "$NO_FILES" | timeout 60 sh -c '
    while IFS= read -r mount; do
      find "$mount" -xdev \( -path "$2" -o -path "/var/mail/$3" -size 0 \) -prune -o -uid "$1" -print -quit 2>/dev/null
    done; :' sh "$2" "$3" "$1") ||
    found="${found:-what a minute was too short to look at}"
  printf '%s' "$found" | head -n 1
}

undo_account() { # NAME .
  local uid
  getent passwd "$1" >/dev/null || return 0
  # A lost power may have come between the account and the journal; there was none of that name before.
  uid=$(awk -F '\t' -v name="$1" '$4 == "account-make" && $5 == name { print $7; exit }' "$RUN/journal" 2>/dev/null)
  remove_account "$1" "${uid:-$(account_uid "$1")}"
}

undo_account_removed() { # NAME UID SHELL .
  getent passwd "$1" >/dev/null || useradd -m -U -u "$2" -d "/home/$1" -s "$3" -p '*' -- "$1" 2>/dev/null ||
    note not-restored "$1" "the account with the number $2"
}

# collect_account NAME: its number, a group and a home of that name, and what a new one would need.
collect_account() {
  need getent || return
  account_line=$(getent passwd "$1") && printf 'uid %s\n' "$(printf '%s' "$account_line" | cut -d : -f 3)"
  getent group "$1" >/dev/null && echo group
  { [ -e "/home/$1" ] || [ -L "/home/$1" ]; } && echo home
  for program in useradd userdel; do have "$program" || echo "lacks $program"; done
  echo end
}

# state_account: as passwd(5) and shadow(5) have them, without the day of the last change.
state_account() {
  getent passwd | sort | sed 's/^/account /'
  getent shadow | cut -d : -f 1,2,4- | sort | sed 's/^/shadow /'
}
