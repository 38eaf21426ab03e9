#!/bin/sh
# After customize.sh: turns the tree in $1 into that of a whole, bare machine.
set -eu

root=$1
# Only a container needs its first process wrapped.
rm -f "$root/usr/local/sbin/container-init"

printf '/dev/vda / ext4 errors=remount-ro 0 0\n' >"$root/etc/fstab"
printf '[Match]\nName=e*\n[Network]\nAddress=10.0.2.15/24\nGateway=10.0.2.2\n' \
  >"$root/etc/systemd/network/10-test.network"
rm -f "$root/etc/systemd/system/systemd-networkd.service"
chroot "$root" systemctl --quiet enable systemd-networkd.service
# Nothing waits for the network, and a second journal on the console shows how a boot went.
chroot "$root" systemctl --quiet mask systemd-networkd-wait-online.service systemd-timesyncd.service
