# shellcheck shell=sh disable=SC2154 # what collect.sh sets
# What nginx is configured to serve, by its own word.

# nginx: of `nginx -T` the lines that say which server answers for which files; all else is left out, since it may hold
# passwords, but for the braces of its blocks.
collect_nginx() {
  local said
  need nginx || return
  need_root || return
  # nginx that doesn't run would make its pid file by the very test.
  [ -s /run/nginx.pid ] || {
    printf 'nginx does not run'
    return "$UNKNOWN"
  }
  said=$(timeout 20 nginx -T 2>/dev/null) || {
    printf 'nginx -t refuses its configuration'
    return "$UNKNOWN"
  }
  printf '%s\n' "$said" | awk '
    /^# configuration file / { print; next }
    { sub(/^[ \t]+/, ""); sub(/[ \t\r]+$/, "") }
    /^#/ || $0 == "" { next }
    # A directive may go on over several lines.
    { sub(/[ \t]#.*$/, ""); text = text (text == "" ? "" : " ") $0 }
    text !~ /[;{}]$/ { next }
    text ~ /^(http|server|location|listen|server_name|root|alias|include|return)([ \t{]|$)/ { print text; text = ""; next }
    { gsub(/"[^"]*"|\047[^\047]*\047/, "", text); gsub(/[^{}]/, "", text); if (text != "") print text; text = "" }
  ' | head -c 1048576
}
