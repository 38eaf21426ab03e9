# shellcheck shell=sh disable=SC2154 # what collect.sh sets
# How certbot renews: its configuration and hooks, and who is hit by a renewal.

# renewal ROOT MARK: lines of words with tabs between them: "certbot PATH"; "nginx yes"; "conf NAME" for each renewal/NAME.conf
# with "set NAME KEY VALUE" and "map NAME DOMAIN PATH" of what tells whether and how it is renewed, "unread NAME LINE" of what certbot
# can't read, and "broken NAME PATH" of its links that lead to no file; "option FILE KEY VALUE" of cli.ini; "account SERVER/HASH" of
# each that has its files; "hook pre|deploy|post PATH" in certbot's order; "stopped TEXT" of the mark while what it names does not
# run; "keeper NAME" for another program that fetches certificates; "end".
collect_renewal() {
  local root mark path kind keeper certbot
  need_root || return
  root=$1 mark=$2
  keeper=$(renewal_keeper)
  [ -d "$root" ] || [ -n "$keeper" ] || return "$ABSENT"
  set -- "$root/cli.ini" /root/.config/letsencrypt/cli.ini
  need_held "$root/renewal/." "$root/accounts/." "$mark" "$@" || return
  certbot=$(certbot_path)
  [ -z "$certbot" ] || printf 'certbot\t%s\n' "$certbot"
  [ -d /etc/nginx ] && printf 'nginx\tyes\n'
  [ -z "$keeper" ] || printf 'keeper\t%s\n' "$keeper"
  renewal_stopped "$mark"
  for kind in pre deploy post; do
    for path in "$root/renewal-hooks/$kind"/*; do
      case $path in *'~') continue ;; esac
      [ -f "$path" ] && [ -x "$path" ] && printf 'hook\t%s\t%s\n' "$kind" "$path"
    done
  done
  renewal_confs "$root"
  renewal_options "$@"
  renewal_accounts "$root/accounts"
  printf 'end\tyes\n'
}

certbot_path() {
  local path
  for path in /usr/bin/certbot /usr/local/bin/certbot /snap/bin/certbot; do
    [ ! -x "$path" ] || { printf '%s\n' "$path" && return; }
  done
}

# renewal_keeper: the first other program that fetches certificates, as a service or in a container: a user's process has the name that
# its user likes.
renewal_keeper() {
  # shellcheck disable=SC2046 # paths of numbers
  set -- $(grep -lsxE 'traefik|caddy' /proc/[0-9]*/comm | sed 's/\(.*\)comm$/\1status \1cgroup \1loginuid/')
  [ $# = 0 ] || grep -sHE '^(Name|Uid):|^[0-9]+$|^[0-9]+:.*:/' "$@" | awk '
    { split($0, parts, "/"); pid = parts[3]; sub(/^[^:]*:/, ""); split($0, words, /[ \t]+/) }
    words[1] == "Name:" { name[pid] = words[2] }
    words[1] == "Uid:" && words[2] >= 1000 && (words[2] < 61184 || words[2] > 65534) { own[pid] }
    /^[0-9]+$/ && $0 >= 1000 && $0 < 4294967295 || /\/user[.]slice/ { users[pid] }
    /^[0-9]+:.*(docker|containerd|libpod|crio|kubepods|lxc|system[.]slice\/(traefik|caddy))/ { service[pid] }
    END { for (pid in name) if (!(pid in users) && (!(pid in own) || pid in service)) { print name[pid]; exit } }'
}

# renewal_stopped MARK: the mark outlives a reset, and a boot may have started what it names. One that is cut off was written by a
# pre-hook that had stopped nothing yet.
renewal_stopped() {
  local word name more
  [ -f "$1" ] && read -r word name more <"$1" || return 0
  case $word in
  unit) ! systemctl is-active -q -- "$name" || return 0 ;;
  compose) [ -z "$(renewal_compose "$name" "$more" -q --filter status=running)" ] || return 0 ;;
  esac
  printf 'stopped\t%s\n' "$word $name${more:+ $more}"
}

# renewal_confs ROOT: credentials of a DNS plugin may stand in these files, so only keys that are named here are taken, in the
# section where certbot reads them.
renewal_confs() {
  local line path
  set -- "$1"/renewal/*.conf
  [ -f "$1" ] || return 0
  awk '
    function trimmed(text) { gsub(/^[ \t]+|[ \t\r]+$/, "", text); gsub(/\t/, " ", text); return substr(text, 1, 500) }
    FNR == 1 { name = FILENAME; sub(/.*\//, "", name); sub(/\.conf$/, "", name); section = ""; print "conf\t" name }
    /^[ \t]*#/ { next }
    /^[ \t]*\[/ { section = $0; sub(/#.*/, "", section); gsub(/[ \t\r"\047]/, "", section); next }
    /^[ \t\r]*$/ { next }
    {
      at = index($0, "=")
      key = trimmed(substr($0, 1, at - 1))
      value = trimmed(substr($0, at + 1))
      if (!at || (name, section, key) in seen) print "unread\t" name "\t" FNR
      seen[name, section, key] = 1
    }
    section == "[[webroot_map]]" { print "map\t" name "\t" key "\t" value; next }
    section == "[renewalparams]" && key == "manual_auth_hook" && value !~ /^(None)?$/ { value = "yes" }
    section == "" && key ~ /^(cert|privkey|chain|fullchain)$/ { gsub(/["\047]/, "", value); print "link\t" name "\t" value }
    section == "" && key == "renew_before_expiry" ||
    section == "[renewalparams]" && key ~ /^(authenticator|webroot_path|pre_hook|post_hook|manual_auth_hook|autorenew|account|server|pref_challs|http01_(port|address))$/ {
      print "set\t" name "\t" key "\t" value
    }
  ' "$@" 2>/dev/null | head -c 262144 | while IFS= read -r line; do
    path=/${line#*/}
    case $line in
    link*) { [ -L "$path" ] && [ -e "$path" ]; } || printf 'broken%s\n' "${line#link}" ;;
    *) printf '%s\n' "$line" ;;
    esac
  done
}

# renewal_options PATH...: of cli.ini as configargparse reads it, keys that decide whether anything is renewed. certbot has no option
# with an underscore, and does not start where one stands there.
renewal_options() {
  local path
  for path; do
    shift
    [ ! -f "$path" ] || set -- "$@" "$path"
  done
  [ $# -gt 0 ] || return 0
  awk '
    { gsub(/\t/, " "); gsub(/^ +|[ \r]+$/, "") }
    /^([#;[]|---|$)/ { next }
    match($0, /^[^:=;# ]+/) {
      key = substr($0, 1, RLENGTH)
      value = substr($0, RLENGTH + 1)
      sub(/^ *[:=]? */, "", value)
      sub(/^--/, "", key)
      if (key ~ /_/) print "option\t" FILENAME "\t" key "\t"
      if (key ~ /^(dry-run|staging|test-cert|no-directory-hooks|no-autorenew|force-interactive|csr|cert-name|config-dir)$/ ||
          key ~ /^(server|account|authenticator|preferred-challenges|http-01-(port|address))$/)
        print "option\t" FILENAME "\t" key "\t" substr(value, 1, 500)
      if (key == "pre-hook") print "option\t" FILENAME "\t" key "\tyes"
    }' "$@" 2>/dev/null | head -c 65536
}

renewal_accounts() {
  local path
  find -L "$1" -maxdepth 8 -name private_key.json 2>/dev/null | head -n 1000 | while IFS= read -r path; do
    path=${path%/*}
    [ ! -f "$path/regr.json" ] || [ ! -f "$path/meta.json" ] || printf 'account\t%s\n' "${path#"$1/"}"
  done
}

# renewal_after ROOT MARK [UNIT]: who is hit by a renewal. Lines as above: "holder PROCESS PID UNIT" of who listens on TCP
# port 80, "published CONTAINER IMAGE" of containers that have it; "unit NAME STATE" of UNIT and of what the mark names, or
# "container NAME STATE"; "path MODE UID GID PATH" of keys and their folders; "reader NAME UID GID..." of each container
# that mounts something of ROOT, with "added NAME JSON" and "mount NAME PATH"; "end".
collect_renewal_after() {
  local root mark unit word name more
  need_root || return
  root=$1 mark=$2 unit=${3-}
  port_holders 80 | renewal_holders
  [ -z "$unit" ] || renewal_unit "$unit"
  # shellcheck disable=SC2034 # more: what is behind the words
  if [ -f "$mark" ] && read -r word name more <"$mark"; then
    case $word in
    unit) renewal_unit "$name" ;;
    compose) renewal_compose "$name" "$more" -a --format 'container	{{.Names}}	{{.Status}}' ;;
    esac
  fi
  stat -L -c 'path	%a	%u	%g	%n' -- "$root"/live/*/ "$root"/archive/*/ "$root"/live/*/privkey.pem 2>/dev/null
  have docker && renewal_containers "$root"
  printf 'end\tyes\n'
}

renewal_holders() {
  local pid
  while read -r pid; do
    printf 'holder\t%s\t%s\t%s\n' "$(tr -d '\t\n' <"/proc/$pid/comm" 2>/dev/null)" "$pid" \
      "$(sed -n 's/.*\/\([^/]*\.\(service\|scope\)\).*/\1/p' "/proc/$pid/cgroup" 2>/dev/null | head -n 1)"
  done
}

renewal_unit() {
  printf 'unit\t%s\t%s\n' "$1" \
    "$(systemctl show -p ActiveState,SubState,Result --value -- "$1" 2>/dev/null | paste -sd ' ')"
}

# renewal_compose FOLDER NAME OPTION...: docker ps of the service's containers, without those of `compose run`.
renewal_compose() {
  local folder name
  have docker || return 0
  folder=$1 name=$2
  shift 2
  timeout 20 docker ps --filter "label=com.docker.compose.project.working_dir=$folder" \
    --filter "label=com.docker.compose.service=$name" --filter label=com.docker.compose.oneoff=False "$@" 2>/dev/null
}

renewal_containers() { # ROOT
  local tab found word name pid
  tab=$(printf '\t')
  timeout 20 docker ps --filter publish=80 --format 'published	{{.Names}}	{{.Image}}' 2>/dev/null
  # shellcheck disable=SC2046 # ids have no blanks
  set -- "$1" $(timeout 20 docker ps -q --no-trunc 2>/dev/null)
  word=$1
  shift
  [ $# -gt 0 ] || return 0
  # shellcheck disable=SC2016 # it is the engine's own $
  found=$(timeout 20 docker inspect --format '{{$name := .Name}}pid	{{$name}}	{{.State.Pid}}
added	{{$name}}	{{json .HostConfig.GroupAdd}}
{{range .Mounts}}mount	{{$name}}	{{.Source}}
{{end}}' "$@" 2>/dev/null | head -c 1048576 | awk -F '\t' -v root="$word" '
    { line[NR] = $0; name[NR] = $2 }
    $1 == "mount" && ($3 == root || index($3, root "/") == 1) { keys[$2] = 1 }
    END { for (at = 1; at <= NR; at++) if (name[at] in keys) print line[at] }')
  printf '%s\n' "$found"
  printf '%s\n' "$found" | while IFS=$tab read -r word name pid; do
    [ "$word" = pid ] || continue
    awk -v name="$name" '/^Uid:/ { uid = $5 } /^Gid:/ { gids = $5 } /^Groups:/ { for (at = 2; at <= NF; at++) gids = gids " " $at }
      END { if (uid != "") print "reader\t" name "\t" uid "\t" gids }' "/proc/$pid/status" 2>/dev/null
  done
}
