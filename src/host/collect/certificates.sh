# shellcheck shell=sh disable=SC2154 # what collect.sh sets
# Certificates as certbot keeps them.
LINEAGES_MOST=64 CHAIN_MOST=65536

# certificates ROOT: frames "stats" with the host's seconds since 1970 and a line "MODE(hex) OWNER GROUP PATH" of each
# folder and private key, those of accounts at a CA too, and "list PATH" of those with an access list; "chain NAME" with fullchain.pem; "key NAME" with the
# public half of privkey.pem, since the other never leaves the host; "elsewhere NAME" with the way to that file, where it is no
# key of the lineage in archive; "unread NAME" with the reason; and "left COUNT" of
# lineages beyond LINEAGES_MOST.
collect_certificates() {
  local root name pem count said key_way folder
  need_root || return
  root=$1 count=0
  [ -d "$root/live" ] || return "$ABSENT"
  need_held "$root/live/." "$root/archive/." || return
  for folder in "$root/keys" "$root/accounts"; do
    [ ! -d "$folder" ] || need_held "$folder/." || return
  done
  printf '\n@%s stats \n' "$nonce"
  date +%s
  key_files "$root"
  for pem in "$root"/live/*/fullchain.pem; do
    [ -e "$pem" ] || [ -L "$pem" ] || continue
    name=${pem%/*} name=${name##*/} count=$((count + 1))
    [ "$count" -le "$LINEAGES_MOST" ] || continue
    if [ -f "$pem" ]; then
      printf '\n@%s chain %s\n' "$nonce" "$name"
      head -c "$CHAIN_MOST" -- "$pem"
    fi
    pem=${pem%/*}/privkey.pem
    key_way=$(way "$pem")
    case ${key_way%%"$NL"*} in
    *" $root/archive/$name/privkey"*.pem) ;;
    *) printf '\n@%s elsewhere %s\n%s\n' "$nonce" "$name" "$key_way" ;;
    esac
    if ! have openssl; then
      printf '\n@%s unread %s\nthe host lacks openssl, which tells whose key it is' "$nonce" "$name"
    elif said=$(timeout 5 openssl pkey -pubout -in "$pem" -passin pass: 2>/dev/null </dev/null); then
      printf '\n@%s key %s\n%s\n' "$nonce" "$name" "$said"
    else
      printf '\n@%s unread %s\nprivkey.pem is no key that opens without a passphrase' "$nonce" "$name"
    fi
  done
  [ "$count" -le "$LINEAGES_MOST" ] || printf '\n@%s left %s\n' "$nonce" "$((count - LINEAGES_MOST))"
  return 0
}

# key_files ROOT: the frame "stats" behind its seconds. certbot puts a copy of each key that it makes into keys, which no lineage leads to.
key_files() (
  set -- "$1/accounts" "$1/live" "$1/archive" "$1"/live/*/ "$1"/archive/*/ "$1"/archive/*/privkey*.pem "$1"/keys/*.pem
  IFS=$NL
  set -f
  # shellcheck disable=SC2046 # a line each
  set -- "$@" $(find -H "$1" -xdev -type f -name private_key.json 2>/dev/null)
  shift
  stat -c '%f %U %G %n' -- "$@" 2>/dev/null
  access_lists "$@"
)
