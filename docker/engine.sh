#!/bin/sh
# Runs in a full host that isn't booted, with the packages in /mnt: adds a container engine of its own.
set -eu

export DEBIAN_FRONTEND=noninteractive
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
chmod 0755 /usr/sbin/policy-rc.d
apt-get --yes --quiet=2 --no-install-recommends install /mnt/*.deb >/dev/null
# It would hold port 80 from the first boot on.
[ ! -e /lib/systemd/system/caddy.service ] || systemctl disable --quiet caddy
rm -f /usr/sbin/policy-rc.d /var/log/dpkg.log /var/log/apt/* /var/cache/apt/*.bin /var/cache/apt/archives/*.deb

# A root file system for `docker import`, so that no registry is needed.
tree=$(mktemp -d)
mkdir -p "$tree/bin" "$tree/etc" "$tree/proc" "$tree/sys" "$tree/dev" "$tree/tmp"
cp "$(command -v busybox)" "$tree/bin/busybox"
"$tree/bin/busybox" --list | while read -r name; do
  [ "$name" = busybox ] || ln -s busybox "$tree/bin/$name"
done
tar -C "$tree" -cf /srv/busybox.tar .

# One more with a real redis, whose server is redis-check-rdb by another name, and the libraries that it is linked with.
packages=$(mktemp -d)
for package in /mnt/redis/*.deb; do dpkg-deb --extract "$package" "$packages"; done
cp "$packages/usr/bin/redis-check-rdb" "$tree/bin/redis-server"
mkdir -p "$tree/lib/x86_64-linux-gnu" "$tree/lib64"
cp -L /lib64/ld-linux-x86-64.so.2 "$tree/lib64/"
LD_LIBRARY_PATH="$packages/usr/lib/x86_64-linux-gnu" ldd "$tree/bin/redis-server" | awk '/=> \// { print $3 }' |
  while read -r library; do cp -L "$library" "$tree/lib/x86_64-linux-gnu/"; done
tar -C "$tree" -cf /srv/redis.tar .
rm -rf "$tree" "$packages"

# Another ssh server, for who installs it: dpkg --install /srv/dropbear/*.deb
mkdir /srv/dropbear
cp /mnt/dropbear/*.deb /srv/dropbear/

# Accounts by records of systemd, for who installs it: dpkg --install /srv/nss/*.deb
mkdir /srv/nss
cp /mnt/nss/*.deb /srv/nss/
