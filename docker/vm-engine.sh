#!/bin/sh
# Makes a disk with a container engine's files, as they would be in a machine's root:
# vm-engine.sh SUITE MIRROR SECURITY_MIRROR MACHINE_DISK OUT_FILE
set -eu

suite=$1 mirror=$2 security=$3 machine=$4 out=$5
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

/sbin/debugfs -R 'cat /var/lib/dpkg/status' "$machine" >"$work/status" 2>/dev/null
# Installing them takes an emulated machine minutes. Without apparmor's parser the engine has nobody to load its profile.
"$here/download.sh" "$suite" "$mirror" "$security" "$work/status" "$work/pool" docker.io docker-cli apparmor busybox-static
for deb in "$work"/pool/*.deb; do dpkg-deb --extract "$deb" "$work/tree"; done
# The parser reads what AppArmor's kernels know from there; linking the rest would take the machine seconds.
find "$work/tree/usr/share" -mindepth 1 -maxdepth 1 ! -name apparmor-features -exec rm -rf {} +
/sbin/mke2fs -q -t ext4 -O '^has_journal' -L engine -m 0 -d "$work/tree" "$out.part" 400M
mv "$out.part" "$out"
