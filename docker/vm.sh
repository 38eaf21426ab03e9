#!/bin/sh
# Makes a virtual machine's disk: vm.sh SUITE MIRROR SECURITY_MIRROR PUBLIC_KEY OUT_FOLDER
# The folder gets disk.raw, vmlinuz and initrd.
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
/sbin/mke2fs -q -t ext4 -L root -E lazy_itable_init=1,lazy_journal_init=1 -d "$tree" "$out/disk.raw" 3G
rm -rf "$tree"
