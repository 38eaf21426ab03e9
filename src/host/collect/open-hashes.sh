# shellcheck shell=sh disable=SC2016 # awk
# Hashes of passwords outside of shadow(5) and gshadow(5): PAM and newgrp(1) go by these, too.
OPEN_HASHES_MOST=100

# One behind ! or * is locked, and there to be guessed at all the same.
open_hashes_awk='{ rest = $2; shut = sub(/^[!*]+/, "", rest) }
NF > 1 && rest !~ /^x?$/ && (!shut || rest ~ /^[$_]/ || rest ~ /^[.\/A-Za-z0-9]+$/ && length(rest) >= 13) {
  if (++count > most) next
  gsub(/[^!-~]/, "?", $1)
  print "hash\t" path "\t" $1
}
END { if (count > most) print "more\t" path "\t" count - most }'

# open_hashes PATH...: of files like passwd(5) and group(5) "hash PATH NAME" for each line with a hash in its second field, "more PATH
# COUNT" of those beyond OPEN_HASHES_MOST, and "unread PATH", with tabs between the words; "end". No hash leaves the host.
collect_open_hashes() {
  for path; do
    [ -e "$path" ] || continue
    if [ -f "$path" ] && [ -r "$path" ]; then
      awk -F: -v path="$path" -v most="$OPEN_HASHES_MOST" "$open_hashes_awk" "$path"
    else
      printf 'unread\t%s\n' "$path"
    fi
  done
  printf 'end\tyes\n'
}
