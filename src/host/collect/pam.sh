# shellcheck shell=sh disable=SC2154 # nonce is collect.sh's
# The collector of a service's stack of PAM. See collect.sh.
PAM_MOST=32

# What a file takes in whole of its account lines, a name a line; a comment is not continued.
# shellcheck disable=SC2016 # awk
pam_includes='{ while ($0 !~ /#/ && sub(/\\[ \t]*$/, " ") && (getline more) > 0) $0 = $0 more }
  $1 == "@include" && $2 != "" { print $2 }
  tolower($1) ~ /^-?account$/ && tolower($2) ~ /^(include|substack)$/ { print $3 }'

# pam_path NAME: the file of a service, into $pam_path.
pam_path() {
  pam_path=/etc/pam.d/$1
  case $1 in /*) pam_path=$1 ;; *) [ -f "$pam_path" ] || pam_path=/usr/lib/pam.d/$1 ;; esac
}

# pam_files SERVICE: its file and all that its account lines include, each after "@NONCE file NAME", by the name that includes it.
collect_pam_files() {
  pam_path "$1"
  [ -f "$pam_path" ] || return "$ABSENT"
  pam_names=$1 pam_todo=$1 pam_count=0
  while [ -n "$pam_todo" ]; do
    name=${pam_todo%%"$NL"*}
    case $pam_todo in *"$NL"*) pam_todo=${pam_todo#*"$NL"} ;; *) pam_todo='' ;; esac
    pam_path "$name"
    need_held "$pam_path" || return
    pam_count=$((pam_count + 1))
    [ "$pam_count" -le "$PAM_MOST" ] || { printf '/etc/pam.d/%s includes more than %s files' "$1" "$PAM_MOST" && return "$UNKNOWN"; }
    set -f
    for next in $(head -c "$MAX_CONTENT" -- "$pam_path" | awk "$pam_includes"); do
      pam_path "$next"
      [ -f "$pam_path" ] || continue
      case $NL$pam_names$NL in *"$NL$next$NL"*) continue ;; esac
      pam_names=$pam_names$NL$next pam_todo=$pam_todo${pam_todo:+$NL}$next
    done
    set +f
  done
  printf '%s\n' "$pam_names" | while read -r name; do
    pam_path "$name"
    printf '\n@%s file %s\n' "$nonce" "$name"
    head -c "$MAX_CONTENT" -- "$pam_path"
  done
}
