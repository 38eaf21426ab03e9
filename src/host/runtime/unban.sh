# shellcheck shell=sh
# What is done to a host at once, by no run: its undo would be to ban somebody.

# unban ADDRESS: every jail of fail2ban lets it in again, and its database forgets the ban. Ends `unbanned`, or `refused`
# with what fail2ban said.
unban() {
  TALK=1
  case $1 in '' | *[!0-9a-f.:]*) exit 64 ;; esac
  if said=$(timeout 30 fail2ban-client unban "$1" 2>&1 </dev/null); then finish unbanned; fi
  emit refused fail2ban "$(b64 "$1")" "$(b64 "$said")" -
  finish refused
}
