#!/bin/sh
# Runs at the end of the bootstrap, outside of the new root ($1): folders and entrypoints as in the official images.
set -eu

root=$1
here=$(cd "$(dirname "$0")" && pwd)

rm -rf "$root"/etc/nginx/sites-enabled "$root"/etc/nginx/modules-enabled "$root"/var/cache/apt "$root"/var/lib/apt/lists
cp -R --no-preserve=ownership "$here/services/rootfs/." "$root/"
chmod -R u=rwX,go=rX "$root/app" "$root/etc/nginx"
chmod 0755 "$root"/usr/local/bin/* "$root"/app/server "$root"/app/cgi-bin/*

mkdir -p "$root/var/cache/nginx"
ln -sf /dev/stdout "$root/var/log/nginx/access.log"
ln -sf /dev/stderr "$root/var/log/nginx/error.log"

rm -rf "$root/var/lib/postgresql"
install -d -o 999 -g 999 -m 1777 "$root/var/lib/postgresql" "$root/var/lib/postgresql/data"
install -d -o 999 -g 999 -m 3777 "$root/run/postgresql"
install -d -o 999 -g 999 -m 0755 "$root/data"
