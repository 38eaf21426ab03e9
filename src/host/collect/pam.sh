# shellcheck shell=sh
# The collector of PAM's account lines. See collect.sh.

# "FILE" a line for each that is read, then "FILE:NUMBER<TAB>LINE" of all that concerns accounts; a comment is not continued.
# shellcheck disable=SC2016 # awk
pam_lines='
  function say(text) {
    sub(/#.*/, "", text)
    if (text ~ /^[ \t]*(@include|-?[aA][cC][cC][oO][uU][nN][tT])[ \t]/) print place "\t" text
    before = ""
  }
  BEGIN { for (i = 1; i < ARGC; i++) print ARGV[i] }
  FNR == 1 && before != "" { say(before) }
  before == "" { place = FILENAME ":" FNR }
  { $0 = before $0 }
  !/#/ && sub(/\\[ \t]*$/, " ") { before = $0; next }
  { say($0) }
  END { if (before != "") say(before) }'

# pam_accounts FOLDER...: of the files there, one awk for all; which of them a service asks is told from them.
collect_pam_accounts() {
  pam_count=$#
  for folder; do
    for path in "$folder"/*; do
      [ -f "$path" ] || continue
      need_held "$path" || return
      set -- "$@" "$path"
    done
  done
  shift "$pam_count"
  [ $# -gt 0 ] || return "$ABSENT"
  awk "$pam_lines" "$@"
}
