# shellcheck shell=sh disable=SC2154,SC2016 # what collect.sh and sshd.sh set; awk
# What lets in beside the files of keys, by sshd's own configuration: authorities of certificates, and commands that say which keys count.
KEY_SOURCES_MOST=64

# key_sources LOGIN PLANNED ADDRESS SERVER PORT: "source<TAB>WHERE<TAB>KEYWORD<TAB>VALUE" of what sshd does for a stranger, both logins and a
# connection for each Match block, and "authority<TAB>PATH<TAB>KEY" of each key in a file of TrustedUserCAKeys; with the lines of inventory.sh.
collect_key_sources() {
  need sshd || return
  need_root || return
  sshd_read "$@" || return
  sources_found=$(
    ! key_sources_match || printf '%s\n' "$sshd_matches" | head -n "$KEY_SOURCES_MOST" | while IFS='	' read -r place spec criteria; do
      key_sources_in "$place $criteria" "$(sshd_as_started -T -C "$spec" 2>/dev/null </dev/null)"
    done
    key_sources_in "the login $1" "$sshd_now"
    key_sources_in "the login $2" "$sshd_planned"
    key_sources_in sshd "$sshd_global"
  )
  printf '%s\ndone\tsource\n' "$sources_found"
  printf '%s\n' "$sources_found" | awk -F '\t' '$3 == "trustedusercakeys" && !seen[$4]++ { print $4 }' | head -n "$KEY_SOURCES_MOST" |
    while IFS= read -r path; do key_authorities "$path"; done
  printf 'done\tauthority\n'
}

key_sources_in() { # WHERE CONFIGURATION
  printf '%s\n' "$2" | WHERE=$1 awk '
    BEGIN { where = ENVIRON["WHERE"]; gsub(/[[:cntrl:]]/, "?", where) }
    /^(trustedusercakeys|authorized(keyscommand|principalscommand|principalsfile)) / {
      keyword = $1; sub(/^[^ ]* /, ""); gsub(/[[:cntrl:]]/, "?")
      if ($0 != "none" && $0 != "") print "source\t" where "\t" keyword "\t" $0
    }'
}

# key_sources_match: whether a file of sshd names one of these at all, so that it must be asked for each Match block.
key_sources_match() {
  [ -n "$sshd_matches" ] || return
  sources_ifs=$IFS
  IFS=$NL
  # shellcheck disable=SC2086 # a word a line
  set -- $sshd_found
  IFS=$sources_ifs
  grep -qiE '^[[:blank:]"]*(trustedusercakeys|authorizedkeyscommand)[[:blank:]="]' -- "$@"
}

key_authorities() { # PATH
  sources_why=$(need_held "$1") || { printf 'unread\tauthority\t%s: %s\n' "$1" "${sources_why#unheld }" && return; }
  [ -e "$1" ] || return 0
  [ -f "$1" ] || { printf 'unread\tauthority\t%s is no regular file\n' "$1" && return; }
  head -c $((MAX_CONTENT + 1)) -- "$1" | CA=$1 awk -v most="$KEY_SOURCES_MOST" '
    /^[ \t]*(#|\r?$)/ { next }
    ++count <= most { gsub(/[[:cntrl:]]/, " "); print "authority\t" ENVIRON["CA"] "\t" $0 }
    END { if (count > most) print "more\tauthority\t" count - most }'
}
