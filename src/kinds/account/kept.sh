# shellcheck shell=sh
# What a run keeps of an account that it removes, and how that comes back.

# keep_lines NAME WHICH: of the account WHO. Those of before the run have it in the groups that steps of the run take it out of,
# the last ones are as it goes.
keep_lines() { save_lines "$WHO" "$1" "$(account_uid "$WHO")" "${WHO_GID:--}" >"$RUN/undo/account.$1.$2"; }

# keep_account NAME: all that goes with the account WHO. Its home has no more than a new one, and what needs_account passes over.
keep_account() {
  local home mail
  home=$(account_home "$WHO")
  mail=$R/var/mail/$WHO
  {
    keep_lines "$1" last && if [ -d "$home" ]; then
      /usr/bin/env tar --numeric-owner --acls --xattrs -C "$home" -c -f "$RUN/undo/account.$1.tar" . &&
        printf 'home %s %s\n' "$(home_id "$home")" "$home" >"$RUN/undo/account.$1.home"
    fi && if [ -f "$mail" ]; then stat -c '%a %u:%g' -- "$mail" >"$RUN/undo/account.$1.mail"; fi && sync "$RUN"/undo/* "$RUN/undo"
  } 2>/dev/null
}

# account_back NAME RUN: sets WHO to the account that the run took away, as it is there again. False where it is not; SEEN
# says why, or what else of it is not.
account_back() {
  local kept
  kept=$D/runs/$2/undo/account.$1
  field "$kept.last" who
  WHO=${VALUE%% *}
  lines_back "$kept.last" "$kept.first" || { [ -z "$SEEN" ] || SEEN="$SEEN. What it had: $kept.last" && return 1; }
  home_back "$kept" || SEEN="its home is not back: $VALUE is another folder by now, or could not be written. What was in it: $kept.tar"
  mail_back "$kept.mail" || SEEN="its mailbox is not back"
}

# names_lost: prints what the accounts are called that the run took away, and that are not back: another one may have their name.
names_lost() {
  local kept name
  for kept in "$RUN"/undo/account.*.last; do
    [ -s "$kept" ] && [ ! -e "${kept%.last}.back" ] || continue
    name=${kept##*/account.}
    field "$kept" who
    printf '%s\n' "${VALUE%% *}" "${name%.last}"
  done | sort -u
}

# home_back KEPT: where it is gone, or as far as it is.
home_back() {
  local id
  field "$1.home" home || return 0
  id=${VALUE%% *}
  VALUE=${VALUE#* }
  is_rooted "$VALUE" || return 1
  set -- "$1" "$VALUE"
  if [ ! -e "$2" ] && [ ! -L "$2" ]; then
    temporary "$2" home
    rm -rf -- "$TEMPORARY"
    mkdir -- "$TEMPORARY" && unpack "$1.tar" "$TEMPORARY" && mv -T -- "$TEMPORARY" "$2" || { rm -rf -- "$TEMPORARY" && return 1; }
  else
    [ "$(home_id "$2")" = "$id" ] && unpack "$1.tar" "$2" || return 1
  fi
  sync -f "$2"
} 2>/dev/null

# A busybox sh prefers its own tar.
unpack() { /usr/bin/env tar --numeric-owner --acls --xattrs --same-owner -p -C "$2" -x -f "$1"; } # FILE FOLDER

mail_back() { # FILE
  local mode owner
  [ -f "$1" ] && read -r mode owner <"$1" && [ ! -e "$R/var/mail/$WHO" ] && [ ! -L "$R/var/mail/$WHO" ] || return 0
  install -m "$mode" -o "${owner%:*}" -g "${owner#*:}" /dev/null "$R/var/mail/$WHO"
}
