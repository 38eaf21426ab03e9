# shellcheck shell=sh
# What the next rotation of a log does.

# log_rotation PATH: by logrotate's own rehearsal, which changes nothing: "renames" where PATH gets another name, "script LINE" for
# each line of what runs behind that, "lacks PROGRAM" for one of these lines that isn't there, "skips LINE" for a file that
# logrotate leaves out.
collect_log_rotation() {
  need logrotate || return
  need_root || return
  [ -f /etc/logrotate.conf ] || return "$ABSENT"
  rotation=$(logrotate -d -f /etc/logrotate.conf 2>&1 </dev/null | head -c 4194304 | awk -v path="$1" '
    function tell() { if (renames) printf "renames\n%s", scripts; renames = running = 0; scripts = "" }
    /^rotating pattern: / { tell() }
    index($0, "renaming " path " to ") == 1 { renames = 1 }
    # Behind the names of the logs, of which each may be a line, the script lies between quotation marks.
    /^running (postrotate|last action) script$/ { running = 1; next }
    running == 1 { if (/: "$/) running = 2; next }
    running == 2 && $0 == "\"" { running = 0 }
    running == 2 && length(scripts) < 4096 { scripts = scripts "script " substr($0, 1, 400) "\n" }
    $0 ~ /^error: .* duplicate log entry for / && substr($0, length($0) - length(path)) == " " path { print "skips", substr($0, 8, 400) }
    END { tell() }')
  [ -z "$rotation" ] || printf '%s\n' "$rotation"
  printf '%s\n' "$rotation" | sed -n 's,^script[[:space:]]*\(/[^][[:space:]*?;&|<>()$]*\).*,\1,p' | while read -r rotation_program; do
    [ -x "$rotation_program" ] || printf 'lacks %s\n' "$rotation_program"
  done
  return 0
}
