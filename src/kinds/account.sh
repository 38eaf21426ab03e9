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

# make_account NAME HOME SHELL UID EXPIRES: no password, which is another thing than a locked one: sshd refuses that where it does
# without PAM. Nobody could change it once it is too old, so that it ages by no default of login.defs(5) or useradd(8). Keys
# that /etc/skel gives to new accounts are not the profile's: they would open this one to others.
make_account() {
  local new
  new=
  [ -e "$2" ] || [ -L "$2" ] || new=$2
  # shellcheck disable=SC2086 # a number
  useradd -m -U -f -1 -K PASS_MAX_DAYS=-1 -K PASS_MIN_DAYS=-1 -p '*' -e "$5" ${4:+-u $4} -d "$2" -s "$3" -- "$1" || return
  [ -z "$new" ] || rm -rf -- "$new/.ssh"
}

apply_account_make() { # NAME SHELL UID
  local name said uid again
  name=$1
  again=${3#-}
  if said=$(make_account "$name" "/home/$name" "$2" "$again" '' 2>&1) && uid=$(account_uid "$name"); then
    know_account "$name" "$name" "$RUN/undo/people"
    [ -z "$again" ] || know_account "$name" "$name" "$RUN/undo/again"
    journal account-make "$name" absent "$uid"
    own account "$name" "$uid"
  else
    fail write "$name" useradd: "$said"
  fi
}

account_uid() { # NAME
  local line
  line=$(getent passwd "$1") || return 1
  printf '%s\n' "$line" | cut -d : -f 3
}

account_gid() { getent passwd "$1" | cut -d : -f 4; } # NAME

# know_account NAME MADE FILE: of an account that was made as MADE, by what else an undo knows it: its numbers, and its home
# by inode and birth.
know_account() {
  printf '%s %s %s %s\n' "$2" "$(account_uid "$1")" "$(account_gid "$1")" "$(home_id "$(account_home "$1")" || echo none)" >>"$3" &&
    sync "$3" && keep_places "$(account_home "$1")/" || fail no-space "$RUN" "the undo could not be written"
}

# account_now NAME RUN: sets WHO to what the account that RUN made as NAME is called now, and WHO_GID to its group then: of
# whoever has the name, the number or the home, the one whose home is that folder, or who lets in a key that the run listed.
# Else WHO is empty, and OTHERS has whom the name and the number belong to. What a run that is undone could not note down,
# as the power went, has its name.
account_now() {
  local known
  WHO=
  WHO_GID=
  OTHERS=
  known=$(grep -s -e "^$1 " "$(known_in "$1" "$D/runs")" | tail -n 1)
  if [ -n "$known" ]; then
    # shellcheck disable=SC2086 # four words
    find_account $known "$2"
    [ -z "$WHO" ] || WHO_GID=$(printf '%s\n' "$known" | cut -d ' ' -f 3)
  elif getent passwd "$1" >/dev/null; then
    if [ "$2" = "$ID" ]; then WHO=$1; else OTHERS=$1; fi
  fi
}

# know_user NAME ACCOUNT: whose keys or groups the run is to change, once a run: what the run calls NAME is called ACCOUNT now.
know_user() {
  grep -q -s -e "^$1 " "$RUN/undo/users" "$RUN/undo/people" || ! getent passwd "$2" >/dev/null ||
    know_account "$2" "$1" "$RUN/undo/users"
}

# has_listed_key ACCOUNT NAME RUN: it lets in a key that the run listed for NAME.
has_listed_key() {
  local added
  added=$(grep -v -x -F -f "$D/runs/$3/keys/$2.before" "$D/runs/$3/keys/$2.after" 2>/dev/null) && [ -n "$added" ] &&
    keys_now "$1" "$RUN/scratch/keys" && grep -q -x -F -e "$added" "$RUN/scratch/keys"
}

preflight_account_remove() { preflight_writable "$R/etc/passwd"; }

# Taken back, it has its number again, and ends on the day that it had.
snapshot_account_remove() { # NAME UID RUN
  account_now "$1" "$3"
  [ -n "$WHO" ] || return 0
  quote "$WHO" "$(account_uid "$WHO")" "$(getent passwd "$WHO" | cut -d : -f 7)" "$(account_home "$WHO")" "$1" \
    "$(getent shadow "$WHO" | cut -d : -f 8)"
  printf 'undo_account_removed %s .\n' "$QUOTED" >>"$RUN/undo/account" && keep_places "$(account_home "$WHO")/" || fail no-space "$RUN" "the undo could not be written"
}

apply_account_remove() { # NAME UID RUN
  local before
  account_now "$1" "$3"
  before=$(account_uid "$WHO")
  remove_made "$1" "$3"
  [ -z "$WHO" ] || journal account-remove "$WHO" "$before" "$(account_uid "$WHO" || echo absent)"
  own account "$1" "$2"
}

# remove_made NAME RUN: the account that account_now has found, with its group: not where something needs it, nor another's.
remove_made() {
  local uid gid why
  if [ -z "$WHO" ]; then
    [ -z "$OTHERS" ] || note account-kept "$OTHERS" \
      "it stays: it has the name or the number of $1, which run $2 made, and neither its home nor a key of it. Look whose it is"
    return 0
  fi
  uid=$(account_uid "$WHO")
  gid=$(account_gid "$WHO")
  leave_account "$uid"
  why=$(needs_account "$WHO" "$uid" "$(account_home "$WHO")" "$1")
  if [ -n "$why" ]; then
    note account-kept "$WHO" "it stays: needed by $why. Once nothing needs it: userdel -r $WHO"
    return 0
  fi
  # What goes by the name, such as its subordinate numbers, goes with it.
  if ! getent passwd "$1" >/dev/null && usermod -l "$1" -- "$WHO" 2>/dev/null; then WHO=$1; fi
  userdel -r -- "$WHO" >/dev/null 2>&1
  if getent passwd "$WHO" >/dev/null; then
    note not-restored "$WHO" "the account could not be removed"
  elif [ "$gid" = "$WHO_GID" ]; then
    remove_group "$(getent group "$gid" | cut -d : -f 1)" "$gid"
  fi
}

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

# left_by_us FILE MADE: below the home, which is the working directory.
left_by_us() {
  local file same
  file=$1
  [ -f "$file" ] && [ ! -L "$file" ] || return 1
  case $file in
  ./.ssh/authorized_keys) set -- "$D/runs"/*/keys/"$2.after" ;;
  ./.ssh/*) return 1 ;;
  *) set -- "/etc/skel/$file" ;;
  esac
  for same in "$@"; do ! timeout -s KILL 5 cmp -s "$file" "$same" || return 0; done
  return 1
}

# needs_account NAME UID HOME MADE: prints one process, file of its own in the home, or file elsewhere, or that it could not be
# told within a minute. What every new home has does not count, nor what a shell's first start leaves, nor the keys of MADE as
# a run left them.
needs_account() {
  local found file
  found=$(runs_as "$2" | head -n 1)
  [ -z "$found" ] || { printf 'the process %s (%s)' "$found" "$(cat "/proc/$found/comm" 2>/dev/null)" && return; }
  found=$(cd "$3" 2>/dev/null && find . -mindepth 1 ! -type d ! -path './.cache/motd.legal-displayed' \
    ! -name .sudo_as_admin_successful -print | while IFS= read -r file; do
    left_by_us "$file" "$4" || { printf 'the file %s' "$3/${file#./}" && break; }
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
  account_now "$1" "$ID"
  remove_made "$1" "$ID"
}

undo_account_removed() { # NAME UID SHELL HOME MADE EXPIRES .
  local known
  getent passwd "$1" >/dev/null && return
  if make_account "$1" "$4" "$3" "$2" "$6" 2>/dev/null; then
    known=$(known_in "$5" "$D/runs")
    know_account "$1" "$5" "$known"
    know_account "$1" "$5" "${known%people}again"
  else
    note not-restored "$1" "the account with the number $2"
  fi
}

# accounts_back: those that the run took away: what an undo gives back to them needs them there.
accounts_back() { eval "$(grep -s -e '^undo_account_removed .* \.$' "$RUN/undo/account")"; }

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
