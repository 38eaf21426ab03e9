# shellcheck shell=sh
# Single keys of a file: written as the whole file, owned by key.

preflight_edit() { # PATH CONTENT MODE OWNER GROUP COUNT (ADDRESS CONTROL FORMAT KEY DIGEST)… BEFORE…
  local path content mode owner group words
  path=$1
  content=$2
  mode=$3
  owner=$4
  group=$5
  words=$((6 + 5 * $6))
  shift "$words"
  case $content in
  absent) preflight_remove "$path" "$@" ;;
  *) preflight_file "$path" "$content" "$mode" "$owner" "$group" "$@" ;;
  esac
}

snapshot_edit() { snapshot_file "$1"; }

apply_edit() {
  local path content mode owner group count keys
  path=$1
  content=$2
  mode=$3
  owner=$4
  group=$5
  count=$6
  shift 6
  keys=
  while [ "$count" -gt 0 ]; do
    quote "$1" "$2" "$3" "$4" "$5"
    keys="${keys}own_key $QUOTED
"
    shift 5
    count=$((count - 1))
  done
  case $content in
  absent) apply_remove "$path" "$@" ;;
  *) apply_file "$path" "$content" "$mode" "$owner" "$group" "$@" ;;
  esac
  [ -n "$FAILED" ] || eval "$keys"
}

own_key() { # ADDRESS CONTROL FORMAT KEY DIGEST, of the caller's $path
  local undo digest
  quote "$5"
  digest=$QUOTED
  quote edit "$path" "$3" "$4" "$ID" "$BACKUP"
  undo=$QUOTED
  quote "$1" "$2" "$undo" "$digest"
  printf 'manifest_own_key %s .\n' "$QUOTED" >>"$RUN/owned" || fail_owned
}
