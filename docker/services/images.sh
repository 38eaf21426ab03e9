#!/bin/sh
# Runs on a host with an engine: makes the images of /srv/services.tar, named and set up like the official ones.
set -eu

docker import /srv/services.tar harden/services >/dev/null

image() { # image NAME LINE...
  name=$1
  shift
  container=$(docker create harden/services true)
  for line; do
    set -- "$@" --change "$line"
    shift
  done
  docker commit "$@" "$container" "$name" >/dev/null
  docker rm "$container" >/dev/null
}

image nginx:1.28 'ENTRYPOINT ["nginx-entrypoint"]' 'CMD ["nginx", "-g", "daemon off;"]' 'EXPOSE 80' 'STOPSIGNAL SIGQUIT'
image postgres:17.6 'ENTRYPOINT ["postgres-entrypoint"]' 'CMD ["postgres"]' 'EXPOSE 5432' 'STOPSIGNAL SIGINT' \
  'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/postgresql/17/bin LANG=C.UTF-8 PGDATA=/var/lib/postgresql/data' \
  'VOLUME /var/lib/postgresql/data'
image redis:8.0 'ENTRYPOINT ["redis-entrypoint"]' 'CMD ["redis-server"]' 'EXPOSE 6379' 'VOLUME /data' 'WORKDIR /data'
image myapp:v1.2.3 'CMD ["/app/server"]' 'EXPOSE 3000' 'WORKDIR /app'
