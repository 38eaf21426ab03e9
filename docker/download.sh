#!/bin/sh
# Downloads packages with what they need: download.sh SUITE MIRROR SECURITY_MIRROR STATUS_FILE OUT_FOLDER PACKAGE...
# STATUS_FILE is the dpkg status of the system that they are for.
set -eu

suite=$1 mirror=$2 security=$3 status=$4 out=$5
shift 5
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root/lists/partial" "$root/cache" "$root/parts" "$out/partial"
printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' \
  "$mirror" "$suite" "$mirror" "$suite-updates" "$security" "$suite-security" >"$root/sources.list"

apt() {
  apt-get --yes --quiet=2 -o Dir::Etc::sourcelist="$root/sources.list" -o Dir::Etc::sourceparts="$root/parts" \
    -o Dir::State::lists="$root/lists" -o Dir::State::status="$status" -o Dir::Cache="$root/cache" \
    -o Dir::Cache::archives="$out" -o Acquire::Languages=none -o APT::Install-Recommends=false \
    -o APT::Sandbox::User=root "$@" >/dev/null
}
apt update
apt --download-only install "$@"
