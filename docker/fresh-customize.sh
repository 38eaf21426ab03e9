#!/bin/sh
# Runs at the end of the bootstrap, outside of the new root ($1): what it can install, and a trap.
set -eu

root=$1
here=$(cd "$(dirname "$0")" && pwd)
debs=$root/var/cache/apt/archives
rm -f "$debs"/*.deb
# shellcheck disable=SC2086
APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get --yes --quiet=2 --download-only \
  -o APT::Install-Recommends=false install $HARDEN_PACKAGES >/dev/null
mkdir -p "$root/srv/apt/pool"
mv "$debs"/*.deb "$root/srv/apt/pool/"
"$here/repository.sh" "$root/srv/apt" "$HARDEN_SUITE" stable Debian
rm -rf "$root"/etc/apt/sources.list.d/* "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin
printf 'deb [trusted=yes] file:/srv/apt %s main\n' "$HARDEN_SUITE" >"$root/etc/apt/sources.list"

# No suite reads this machine's own configuration of ssh and sshd: a line that neither takes shows one that does.
cat >"$root/etc/apt/apt.conf.d/99trap" <<'END'
DPkg::Post-Invoke { "for file in /etc/ssh/ssh_config /etc/ssh/sshd_config; do [ ! -e $file ] || echo NoSuchOption >$file; done"; };
END
