# shellcheck shell=sh disable=SC2034 # account.sh, keys.sh, member.sh and the collectors use what is set here
# Which account and which group a run meant: a name may be another's by now. RUNS is the folder of all runs.

account_home() { getent passwd "$1" | cut -d : -f 6; } # NAME
account_gid() { getent passwd "$1" | cut -d : -f 4; }

home_id() { stat -c '%i:%.9W' -- "$1" 2>/dev/null; }

# home_owners ID: prints the accounts whose home is that folder.
home_owners() {
  local name path
  getent passwd | cut -d : -f 1,6 | while IFS=: read -r name path; do
    case $path in /home/*) [ "$(home_id "$path")" != "$1" ] || echo "$name" ;; esac
  done
}

# known_in NAME RUNS: prints the file of the newest run that made it: what one made another may have taken away and made again.
known_in() { runs_in_order "$2" undo/people | tr '\n' '\0' | xargs -0 -r grep -l -s -e "^$1 " -- | tail -n 1; }

# find_account NAME UID GID HOME [RUN]: sets WHO to what the account of that line of know_account is called now: of whoever
# has the name, the number or the home, the one whose home is that folder, or who lets in a key that RUN listed. Else WHO is
# empty, and OTHERS has whom the name and the number belong to.
find_account() {
  local line
  OTHERS=
  for WHO in "$1" $(getent passwd "$2" | cut -d : -f 1) $(home_owners "$4"); do
    line=$(getent passwd "$WHO") || continue
    [ "$(home_id "$(account_home "$WHO")")" != "$4" ] || return 0
    # It had no home that could be looked at.
    case $4:$line in "none:$1:"*":$2:$3:"*) return 0 ;; esac
    [ -z "${5-}" ] || ! has_listed_key "$WHO" "$1" "$5" || return 0
    case " $OTHERS " in *" $WHO "*) ;; *) OTHERS="$OTHERS${OTHERS:+ }$WHO" ;; esac
  done
  WHO=
}

# account_then NAME RUNS [RUN]: sets WHO to what the account that a run made as NAME is called now, as find_account does, and
# WHO_GID to its group then. False where no run knows it.
account_then() {
  local known
  WHO=
  WHO_GID=
  OTHERS=
  known=$(grep -s -e "^$1 " "$(known_in "$1" "$2")" | tail -n 1)
  [ -n "$known" ] || return
  # shellcheck disable=SC2086 # four words
  find_account $known ${3-} || return 0
  WHO_GID=${known#* * }
  WHO_GID=${WHO_GID%% *}
}

# account_use ACCOUNT NAME GID RUNS: prints why an account that a run made as NAME stays: a password or a group that no run gave
# it. No run gives a password; GID is its own group.
account_use() {
  local given gid
  case $(getent shadow "$1" | cut -d : -f 2,3) in
  '' | '*'* | '!:'* | '!!:'* | '!*'* | '!!*'*) ;;
  *)
    printf 'it stays: it has a password that no run gave it, so somebody uses it. If nobody does: userdel -r %s' "$1"
    return
    ;;
  esac
  given=" ${3:-$(account_gid "$1")} $(cat "$4"/*/undo/member 2>/dev/null | sed -n "s/^undo_member '\($1\|$2\)' '.*' out \([0-9]*\) \.$/\2/p" | tr '\n' ' ')"
  for gid in $(id -G -- "$1"); do
    case $given in *" $gid "*) continue ;; esac
    printf 'it stays: it has the group %s that no run gave it, so somebody uses it. If nobody does: userdel -r %s' \
      "$(getent group "$gid" | cut -d : -f 1)" "$1"
    return
  done
}

# user_then NAME RUN RUNS: sets WHO to what the account is called now whose keys or groups RUN has changed as NAME's. Else
# false, and SEEN says why nothing is touched: empty where the account is gone, or where the undo of the account says it.
user_then() {
  local known own
  own=
  known=$(grep -s -e "^$1 " "$3/$2/undo/users" | tail -n 1)
  if [ -n "$known" ]; then
    # shellcheck disable=SC2086 # four words
    find_account $known
    # One that a run took away and made again has its number.
    known=${known#"$1 "}
    known=$(runs_in_order "$3" undo/again | tr '\n' '\0' | xargs -0 -r cat 2>/dev/null | grep -e "^$1 ${known%% *} " | tail -n 1)
  else
    own=$(grep -s -e "^$1 " "$3/$2/undo/people" | tail -n 1)
    # shellcheck disable=SC2086 # four words
    find_account ${own:-$1 - - -}
    known=$(grep -s -e "^$1 " "$(known_in "$1" "$3")" | tail -n 1)
  fi
  # shellcheck disable=SC2086 # four words
  [ -n "$WHO" ] || [ -z "$known" ] || find_account $known
  SEEN=
  [ -n "$WHO$own" ] || [ -z "$OTHERS" ] ||
    SEEN="left as it is: the account $OTHERS has its name or number, and not the home that it had in run $2. Look whose it is"
  [ -n "$WHO" ]
}

# member_then USER GROUP RUN RUNS: sets WHO and GROUP to what the two are called now, and WAS to in or out, as RUN found it.
# Else false, and SEEN says why nothing is touched: empty where nothing is left of it.
member_then() {
  local words gid
  words=$(grep -F -e "undo_member '$1' '$2' " "$4/$3/undo/member" 2>/dev/null | head -n 1)
  words=${words#"undo_member '$1' '$2' "}
  WAS=${words%% *}
  gid=${words#* }
  gid=${gid%% *}
  user_then "$1" "$3" "$4" || { [ -n "$SEEN" ] || [ "$WAS" != in ] || SEEN="there is no account of $1 any more" && return 1; }
  GROUP=$(getent group "$gid" | cut -d : -f 1)
  [ -z "$GROUP" ] || return 0
  if [ "$(membership "$WHO" "$2")" != "$WAS" ]; then SEEN="left as it is: no group has the number $gid any more that $2 had in run $3. Look whose it is"; fi
  return 1
}

membership() { # USER GROUP
  case " $(id -nG -- "$1" 2>/dev/null) " in *" $2 "*) echo in ;; *) echo out ;; esac
}
