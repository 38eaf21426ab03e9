# shellcheck shell=sh disable=SC2154 # what collect.sh, sshd.sh and account-keys.sh set
# The folders that sshd would lock logins into.

# The words of ChrootDirectory lines, one a line.
# shellcheck disable=SC2016 # awk
chroot_words='{ line = $0; sub(/\r$/, "", line); sub(/^[ \t]*"?/, "", line) }
  tolower(line) ~ /^chrootdirectory["= \t]/ { sub(/^[A-Za-z]+"?[ \t]*=?[ \t]*/, "", line)
    if (line ~ /^"/) { sub(/^"/, "", line); sub(/".*/, "", line) } else sub(/[ \t].*/, "", line)
    if (line != "" && tolower(line) != "none" && !(line in seen)) { seen[line] = 1; print line } }'

# chroot_why PATH: why sshd enters no session there: each folder on the way must be there, root's, and writable by nobody else.
chroot_why() {
  part=${1%/}
  while :; do
    line=$(timeout -s KILL 5 stat -L -c '%u %f' -- "${part:-/}" 2>/dev/null) || { printf '%s is not there' "$part" && return; }
    [ $((0x${line#* } & 0170000)) = $((0040000)) ] || { printf '%s is no folder' "$part" && return; }
    [ "${line%% *}" = 0 ] || { printf '%s is not of root' "$part" && return; }
    [ $((0x${line#* } & 022)) = 0 ] || { printf 'others than root may write to %s' "${part:-/}" && return; }
    [ -n "$part" ] || return 0
    part=${part%/*}
  done
}

# chroots NAME...: "NAME<TAB>WORD<TAB>WHY" for each of them and each ChrootDirectory of sshd's files; no WHY where sshd would enter it.
collect_chroots() {
  [ -f "$SSHD_CONFIG" ] || return "$ABSENT"
  sshd_list "$SSHD_CONFIG" || return
  keys_ifs=$IFS
  IFS=$NL
  set -f
  # shellcheck disable=SC2086 # a word a line
  words=$(awk "$chroot_words" $sshd_found)
  [ -z "$words" ] || for name; do
    getent passwd "$name" | {
      IFS=: read -r _ _ number _ _ home _ || exit 0
      for word in $words; do
        expand_keys "$word" "$name" "$number" "$home"
        printf '%s\t%s\t%s\n' "$name" "$word" "$(chroot_why "$expanded")"
      done
    }
  done
  set +f
  IFS=$keys_ifs
  return 0
}
