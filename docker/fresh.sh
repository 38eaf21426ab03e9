#!/bin/sh
# Makes a machine with nothing but Node, git and apt: fresh.sh SUITE MIRROR SECURITY_MIRROR PACKAGES OUT_TAR
# It can install PACKAGES, and what they need, without a network.
set -eu

suite=$1 mirror=$2 security=$3 out=$5
here=$(cd "$(dirname "$0")" && pwd)
HARDEN_SUITE=$suite
HARDEN_PACKAGES=$4
export HARDEN_SUITE HARDEN_PACKAGES

mmdebstrap --quiet --variant=apt --architectures=amd64 --format=tar --include=nodejs,git \
  --aptopt='Acquire::Languages "none"' \
  --dpkgopt=force-unsafe-io \
  --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  --dpkgopt='path-exclude=/usr/share/doc/*' \
  --skip=cleanup/apt \
  --customize-hook="$here/fresh-customize.sh" \
  "$suite" "$out" \
  "deb $mirror $suite main" \
  "deb $mirror $suite-updates main" \
  "deb $security $suite-security main"
