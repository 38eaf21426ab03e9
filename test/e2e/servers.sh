#!/bin/bash
# Starts a server as the entrypoint of its official image does: servers.sh KIND WORD...
# It has the service's variables, and $ROW: a folder with the files to mount, their paths in `mounts`, and soon its data.
set -eu

kind=$1 data=$ROW/data
shift
mkdir "$data"
echo $$ >"$ROW/pid"
while read -r source target; do
  mkdir -p "${target%/*}"
  [ -e "$target" ] || : >"$target"
  mount --bind "$ROW/$source" "$target"
done <"$ROW/mounts"

as() { # as USER WORD...
  chown -R "$1" "$data"
  cd "$data"
  exec setpriv --reuid="$1" --regid="$1" --clear-groups "${@:2}"
}

# https://github.com/docker-library/redis and https://github.com/valkey-io/valkey-container, Dockerfile.template:
# built without protected mode, which a service's own file or option switches on again.
redis() { # redis SERVER [FILE] [OPTION...]
  local server=$1 include=
  shift
  if [ $# -gt 0 ] && [[ $1 != -* ]]; then
    include="include $1"
    shift
  fi
  printf 'protected-mode no\n%s\n' "$include" >"$data/image.conf"
  as redis "$server" "$data/image.conf" "$@"
}

# https://github.com/docker-library/postgres, docker-entrypoint.sh: docker_verify_minimum_env, pg_setup_hba_conf.
postgres() {
  local method=${POSTGRES_HOST_AUTH_METHOD:-} password=${POSTGRES_PASSWORD:-} bin=/usr/lib/postgresql/17/bin
  [ -n "$password" ] || [ "$method" = trust ]
  # The first start of each user and password is kept for the others.
  local user=${POSTGRES_USER:-postgres} made
  made=/srv/postgres/$(printf '%s' "$user $password" | md5sum | cut -c1-8)
  mkdir -p /srv/postgres
  chown postgres /srv/postgres
  printf '%s\n' "$password" >"$data.password"
  (
    flock 9
    [ -d "$made" ] || (as postgres "$bin/initdb" --no-sync -D "$made" -U "$user" --pwfile="$data.password")
  ) 9>"$made.lock"
  cp -R "$made/." "$data"
  chmod 0700 "$data"
  printf '\nhost all all all %s\n' "${method:-scram-sha-256}" >>"$data/pg_hba.conf"
  shift
  as postgres "$bin/postgres" -D "$data" -c listen_addresses='*' -c fsync=off -c unix_socket_directories="$data" "$@"
}

# https://github.com/MariaDB/mariadb-docker, docker-entrypoint.sh: docker_setup_env, docker_verify_minimum_env, docker_setup_db.
# The data is there before the service's own words count: without grants its first start makes no users.
mysql() {
  local password=${MARIADB_ROOT_PASSWORD:-${MYSQL_ROOT_PASSWORD:-}} from=${MARIADB_ROOT_HOST:-%}
  local empty=${MARIADB_ALLOW_EMPTY_ROOT_PASSWORD:-${MYSQL_ALLOW_EMPTY_PASSWORD:-}}
  [ -n "$password$empty${MARIADB_RANDOM_ROOT_PASSWORD:-}" ]
  [ -z "${MARIADB_RANDOM_ROOT_PASSWORD:-}" ] || password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' ')
  cp -R /srv/mysql/. "$data"
  {
    echo "FLUSH PRIVILEGES;"
    echo "SET PASSWORD FOR root@localhost = PASSWORD('$password');"
    if [ "$from" != localhost ]; then
      echo "CREATE USER root@'$from' IDENTIFIED BY '$password';"
      echo "GRANT ALL ON *.* TO root@'$from' WITH GRANT OPTION;"
    fi
    [ -z "${MARIADB_USER:-}" ] || echo "CREATE USER $MARIADB_USER@'%' IDENTIFIED BY '$MARIADB_PASSWORD';"
  } >"$data/users.sql"
  mariadbd --no-defaults --user=root --datadir="$data" --bootstrap <"$data/users.sql"
  shift
  as mysql mariadbd --datadir="$data" --socket="$data/socket" --skip-name-resolve "$@"
}

# https://github.com/docker-library/rabbitmq, Dockerfile-ubuntu.template, with conf.d/10-defaults.conf in place.
rabbitmq() {
  export HOME=$data RABBITMQ_NODENAME=rabbit@localhost RABBITMQ_MNESIA_BASE=$data RABBITMQ_LOG_BASE=$data
  # Several share two processors here: none spins while it waits.
  export RABBITMQ_ENABLED_PLUGINS_FILE=$data/plugins RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="+S 1:1 +sbwt none"
  echo '[].' >"$data/plugins"
  as rabbitmq /usr/lib/rabbitmq/bin/rabbitmq-server
}

"$kind" "$@"
