#!/bin/sh
# Makes the root file system of a bare test host: base.sh SUITE MIRROR SECURITY_MIRROR PUBLIC_KEY OUT_TAR
set -eu

suite=$1 mirror=$2 security=$3 out=$5
here=$(cd "$(dirname "$0")" && pwd)
HARDEN_SUITE=$suite
HARDEN_KEY=$4
HARDEN_PACKAGES=$(grep -v '^#' "$here/packages/repository.txt" | tr '\n' ' ')
export HARDEN_SUITE HARDEN_KEY HARDEN_PACKAGES

# unsafe-io: a test host is thrown away, and installing packages in a test is three times as fast.
mmdebstrap --quiet --variant=apt --architectures=amd64 --format=tar \
  --include="$(grep -v '^#' "$here/packages/base.txt" | paste -sd,)" \
  --aptopt='Acquire::Languages "none"' \
  --dpkgopt=force-unsafe-io \
  --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  --dpkgopt='path-exclude=/usr/share/doc/*' \
  --dpkgopt='path-include=/usr/share/doc/*/copyright' \
  --skip=cleanup/apt \
  --customize-hook="$here/customize.sh" \
  "$suite" "$out" \
  "deb $mirror $suite main" \
  "deb $mirror $suite-updates main" \
  "deb $security $suite-security main"
