# shellcheck shell=sh
# Accounts that people log in with.

begin_account() { COMING_ACCOUNTS=; }

preflight_account_make() { # NAME SHELL
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
  [ -x "$2" ] || refuse no-shell "$1" "its shell $2 is not there"
  preflight_writable "$R/etc/passwd"
  preflight_writable "$R/etc/shadow"
  COMING_ACCOUNTS="$COMING_ACCOUNTS $1"
}

snapshot_account_make() {
  quote "$1"
  grep -q -x -F -e "undo_account $QUOTED ." "$RUN/undo/account" 2>/dev/null ||
    undo_line account "$QUOTED"
}

# make_account NAME SHELL: no password, which is another thing than a locked one: sshd refuses that where it does without PAM.
# Nobody could change it once it is too old, so that it ages by no default of login.defs(5) or useradd(8). Keys that /etc/skel
# gives to new accounts are not the profile's: they would open this one to others.
make_account() {
  useradd -m -U -f -1 -K PASS_MAX_DAYS=-1 -K PASS_MIN_DAYS=-1 -p '*' -e '' -d "/home/$1" -s "$2" -- "$1" || return
  # A umask of login.defs(5) can leave it open to others, and sshd then takes no key from there.
  chmod go-w -- "/home/$1" && rm -rf -- "/home/$1/.ssh"
}

apply_account_make() { # NAME SHELL
  local name said uid
  name=$1
  if said=$(make_account "$name" "$2" 2>&1) && uid=$(account_uid "$name"); then
    know_account "$name" "$name" "$RUN/undo/people"
    journal account-make "$name" absent "$uid"
    own account "$name" "$uid"
  else
    fail write "$name" useradd: "$said"
  fi
}

# As RUN found it, which took it away.
preflight_account_restore() { # NAME UID RUN
  [ -s "$D/runs/$3/undo/account.$1.last" ] || refuse no-backup "$1" "run $3 has no record of the account"
  ! getent passwd "$1" >/dev/null || refuse stale "$1" "planned: no account of this name; found: $(getent passwd "$1" | cut -d : -f 1,3,6)"
  ! getent passwd "$2" >/dev/null || refuse stale "$1" "its number $2 is another account's by now"
  preflight_lists
  COMING_ACCOUNTS="$COMING_ACCOUNTS $1"
}

snapshot_account_restore() { snapshot_account_make "$1"; }

apply_account_restore() { # NAME UID RUN
  if ! account_back "$1" "$3" || [ -n "$SEEN" ]; then
    fail write "$1" "the account could not be given back: $SEEN"
    return
  fi
  know_account "$WHO" "$1" "$RUN/undo/people"
  know_account "$WHO" "$1" "$RUN/undo/again"
  journal account-restore "$1" absent "$2"
  own account "$1" "$2"
}

# preflight_lists: what a removal reads and writes, or what puts back what it took.
preflight_lists() {
  local program
  for program in perl tar; do
    command -v "$program" >/dev/null || refuse no-tool "$program" "the host lacks this program"
  done
  preflight_writable "$R/etc/passwd"
  preflight_writable "$R/etc/shadow"
}

account_uid() { # NAME
  local line
  line=$(getent passwd "$1") || return 1
  printf '%s\n' "$line" | cut -d : -f 3
}

# know_account NAME MADE FILE: of an account that was made as MADE, by what else an undo knows it: its numbers, and its home
# by inode and birth.
know_account() {
  printf '%s %s %s %s\n' "$2" "$(account_uid "$1")" "$(account_gid "$1")" "$(home_id "$(account_home "$1")" || echo none)" >>"$3" &&
    sync "$3" && keep_places "$(account_home "$1")/" || no_undo
}

# account_now NAME RUN: account_then of this host's runs. What a run that is undone could not note down, as the power went, has
# its name.
account_now() {
  account_then "$1" "$D/runs" "$2" || ! getent passwd "$1" >/dev/null ||
    if [ "$2" = "$ID" ]; then WHO=$1; else OTHERS=$1; fi
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

preflight_account_remove() { preflight_lists; }

snapshot_account_remove() { # NAME UID RUN
  account_now "$1" "$3"
  [ -n "$WHO" ] || return 0
  quote "$1"
  keep_lines "$1" first && printf 'undo_account_removed %s .\n' "$QUOTED" >>"$RUN/undo/account" && keep_places "$(account_home "$WHO")/" ||
    no_undo
}

apply_account_remove() { # NAME UID RUN
  local before
  account_now "$1" "$3"
  before=$(account_uid "$WHO")
  remove_made "$1" "$3" keep_account
  [ -z "$WHO" ] || journal account-remove "$1" "$before" "$(account_uid "$WHO" || echo absent)"
  own account "$1" "$2"
}

# remove_made NAME RUN KEEP: the account that account_now has found, with its group: not where somebody or something needs
# it, nor another's. KEEP of NAME is called before it.
remove_made() {
  local uid gid group why
  if [ -z "$WHO" ]; then
    [ -z "$OTHERS" ] || note account-kept "$OTHERS" \
      "it stays: it has the name or the number of $1, which run $2 made, and neither its home nor a key of it. Look whose it is"
    return 0
  fi
  uid=$(account_uid "$WHO")
  gid=$(account_gid "$WHO")
  group=$(getent group "$gid" | cut -d : -f 1)
  ! is_used "$1" || return 0
  leave_account "$uid"
  why=$(needs_account "$WHO" "$uid" "$(account_home "$WHO")" "$1")
  if [ -n "$why" ]; then
    note account-kept "$WHO" "it stays: needed by $why. Once nothing needs it: userdel -r $WHO"
    return 0
  fi
  # To look took its time.
  ! is_used "$1" || return 0
  "$3" "$1" || { note account-kept "$WHO" "it stays: its lines and its home could not be kept; $(space_of "$RUN")" && return; }
  # What goes by the name, such as its subordinate numbers, goes with it.
  if ! getent passwd "$1" >/dev/null && usermod -l "$1" -- "$WHO" 2>/dev/null; then WHO=$1; fi
  userdel -r -- "$WHO" >/dev/null 2>&1
  if getent passwd "$WHO" >/dev/null; then
    note not-restored "$WHO" "the account could not be removed"
  elif [ "$gid" = "$WHO_GID" ] && [ "$(getent group "$group" | cut -d : -f 3)" = "$gid" ]; then
    remove_group "$group" "$gid"
  fi
}

# is_used NAME: the account WHO has what no run gave it, which is noted.
is_used() {
  local why
  why=$(account_use "$WHO" "$1" "$WHO_GID" "$D/runs")
  [ -n "$why" ] && note account-kept "$WHO" "$why"
}

undo_account() { # NAME .
  account_now "$1" "$ID"
  remove_made "$1" "$ID" :
}

undo_account_removed() { # NAME .
  local known
  [ -s "$RUN/undo/account.$1.last" ] && [ ! -e "$RUN/undo/account.$1.back" ] || return 0
  if account_back "$1" "$ID"; then
    known=$(known_in "$1" "$D/runs")
    know_account "$WHO" "$1" "$known"
    know_account "$WHO" "$1" "${known%people}again"
    true >"$RUN/undo/account.$1.back"
  fi
  [ -z "$SEEN" ] || note not-restored "${WHO:-$1}" "$SEEN"
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

# collect_account_then NAME: why the account that a run made as NAME stays, if it does.
collect_account_then() {
  need_root || return
  account_then "$1" /var/lib/harden/runs && [ -n "$WHO" ] && account_use "$WHO" "$1" "$WHO_GID" /var/lib/harden/runs
  echo
}

# account_made NAME...: of each account that runs made, but those: "made NAME UID WHO", as which it was made and what it is called now, which
# is empty where no account has its home; then "key LINE" for each key that runs listed for it.
collect_account_made() {
  need_root || return
  [ -f /var/lib/harden/manifest ] || return "$ABSENT"
  [ "$(tail -n 1 /var/lib/harden/manifest)" = . ] || { printf 'the manifest has no end' && return "$UNKNOWN"; }
  made_named=" $* "
  sed -n "s/^[^\t]*\t[^\t]*\t[^\t]*\t'*account'* '\([^']*\)' '\([0-9]*\)'\$/\1 \2/p" /var/lib/harden/manifest |
    while read -r name number; do
      case $made_named in *" $name "*) continue ;; esac
      account_then "$name" /var/lib/harden/runs
      printf 'made %s %s %s\n' "$name" "$number" "$WHO"
      cat "/var/lib/harden/runs/"*"/keys/$name.after" 2>/dev/null | sort -u | head -n 256 | sed 's/^/key /'
    done
}

# collect_account_taken NAME RUN: what the account is called now that RUN took away, if it is there; absent where no run knows it.
collect_account_taken() {
  need_root || return
  grep -q -s -e "^$1 " /var/lib/harden/runs/*/undo/people "/var/lib/harden/runs/$2/undo/users" || return "$ABSENT"
  user_then "$1" "$2" /var/lib/harden/runs || :
  printf '%s\n' "$WHO"
}

# state_account: as passwd(5) and shadow(5) have them, without the day of the last change.
state_account() {
  getent passwd | sort | sed 's/^/account /'
  getent shadow | cut -d : -f 1,2,4- | sort | sed 's/^/shadow /'
}
