#!/bin/sh
# After customize.sh: turns the tree in $1 into that of a whole machine.
set -eu

root=$1
here=$(cd "$(dirname "$0")" && pwd)
chroot "$root" sh -c "$(cat "$here/full.sh")"

# A container needs its first process wrapped; a machine that loses power needs dpkg's fsync.
rm -f "$root/usr/local/sbin/container-init"
sed -i '/^force-unsafe-io$/d' "$root"/etc/dpkg/dpkg.cfg.d/99mmdebstrap

printf '/dev/vda / ext4 errors=remount-ro 0 0\n' >"$root/etc/fstab"
printf '[Match]\nName=e*\n[Network]\nAddress=10.0.2.15/24\nGateway=10.0.2.2\n' \
  >"$root/etc/systemd/network/10-test.network"
rm -f "$root/etc/systemd/system/systemd-networkd.service"
chroot "$root" systemctl --quiet enable systemd-networkd.service
# Nothing waits for the network, and a second journal on the console shows how a boot went.
chroot "$root" systemctl --quiet mask systemd-networkd-wait-online.service systemd-timesyncd.service
