#!/bin/sh
# Makes a virtual machine's disks: vm.sh SUITE MIRROR SECURITY_MIRROR PUBLIC_KEY OUT_FOLDER
# The folder gets vmlinuz and initrd, bare.raw, and full.raw, which has the packages that the controls manage.
set -eu

suite=$1 mirror=$2 security=$3 out=$5
here=$(cd "$(dirname "$0")" && pwd)
tree=$out/tree
HARDEN_SUITE=$suite
HARDEN_KEY=$4
HARDEN_PACKAGES=$(grep -v '^#' "$here/packages/repository.txt" | tr '\n' ' ')
export HARDEN_SUITE HARDEN_KEY HARDEN_PACKAGES

mmdebstrap --quiet --variant=apt --architectures=amd64 --format=directory \
  --include="$(cat "$here/packages/base.txt" "$here/packages/vm.txt" | grep -v '^#' | paste -sd,)" \
  --aptopt='Acquire::Languages "none"' \
  --dpkgopt=force-unsafe-io \
  --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  --dpkgopt='path-exclude=/usr/share/doc/*' \
  --dpkgopt='path-include=/usr/share/doc/*/copyright' \
  --skip=cleanup/apt \
  --essential-hook="$here/vm-initramfs.sh" \
  --customize-hook="$here/customize.sh" \
  --customize-hook="$here/vm-customize.sh" \
  "$suite" "$tree" \
  "deb $mirror $suite main" \
  "deb $mirror $suite-updates main" \
  "deb $security $suite-security main"

cp "$tree"/boot/vmlinuz-* "$out/vmlinuz"
cp "$tree"/boot/initrd.img-* "$out/initrd"

pack() { # pack NAME: a machine that loses power needs dpkg's fsync, so the tree's own setting is left out here
  mv "$tree/etc/dpkg/dpkg.cfg.d/99mmdebstrap" "$out/unsafe"
  grep -v '^force-unsafe-io$' "$out/unsafe" >"$tree/etc/dpkg/dpkg.cfg.d/99mmdebstrap"
  /sbin/mke2fs -q -t ext4 -L root -E lazy_itable_init=1,lazy_journal_init=1 -d "$tree" "$out/$1.raw" 3G
  mv "$out/unsafe" "$tree/etc/dpkg/dpkg.cfg.d/99mmdebstrap"
}
pack bare
unshare --mount sh -ec 'mount -t proc proc "$0/proc"; mount --rbind /dev "$0/dev"; chroot "$0" sh -c "$1"' \
  "$tree" "$(cat "$here/full.sh")"
pack full
rm -rf "$tree"
