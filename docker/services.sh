#!/bin/sh
# Makes one root file system of which `docker commit` makes images named like the official ones:
# services.sh SUITE MIRROR SECURITY_MIRROR OUT_TAR
set -eu

suite=$1 mirror=$2 security=$3 out=$4
here=$(cd "$(dirname "$0")" && pwd)

# Users have the numbers of the official images before a package makes them; without a compiler PostgreSQL interprets.
# shellcheck disable=SC2016
mmdebstrap --quiet --variant=essential --architectures=amd64 --format=tar \
  --include=nginx-light,postgresql-17,redis-server,busybox-static \
  --aptopt='Acquire::Languages "none"' \
  --dpkgopt=force-unsafe-io \
  --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  --dpkgopt='path-exclude=/usr/share/doc/*' \
  --dpkgopt='path-exclude=*/libLLVM*' \
  --dpkgopt='path-exclude=*/llvmjit*' \
  --dpkgopt='path-exclude=*/libz3.so*' \
  --dpkgopt='path-exclude=/usr/lib/postgresql/17/lib/bitcode/*' \
  --essential-hook="cat '$here/services/passwd' >>\"\$1/etc/passwd\"" \
  --essential-hook="cat '$here/services/group' >>\"\$1/etc/group\"" \
  --essential-hook='mkdir -p "$1/etc/postgresql-common"' \
  --essential-hook='echo create_main_cluster=false >"$1/etc/postgresql-common/createcluster.conf"' \
  --customize-hook="$here/services-customize.sh" \
  "$suite" "$out" \
  "deb $mirror $suite main" \
  "deb $mirror $suite-updates main" \
  "deb $security $suite-security main"
