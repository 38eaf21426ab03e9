#!/bin/sh
# Runs at the end of the bootstrap, outside of the new root ($1): users, sshd, package repositories.
set -eu

root=$1 suite=$HARDEN_SUITE
here=$(cd "$(dirname "$0")" && pwd)

cp -R --no-preserve=ownership "$here/rootfs/." "$root/"
chmod 0440 "$root"/etc/sudoers.d/*
chmod 0755 "$root"/usr/local/sbin/*

# Only OpenSSH 9.8 and later know this one: without it four refused logins ban the controller's address.
if [ "$suite" != bookworm ]; then
  echo 'PerSourcePenaltyExemptList 127.0.0.0/8,::1,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fd00::/8,fe80::/10' \
    >>"$root/etc/ssh/sshd_config.d/90-test.conf"
fi

# Proven is what stays: each login records the firewall that it came through while a run is not confirmed.
echo 'session optional pam_exec.so quiet type=open_session /usr/local/sbin/record-proof' >>"$root/etc/pam.d/sshd"

login() { # login USER HOME
  install -d -m 0700 "$root$2/.ssh"
  printf '%s\n' "$HARDEN_KEY" >"$root$2/.ssh/authorized_keys"
  chmod 0600 "$root$2/.ssh/authorized_keys"
  chroot "$root" chown -R "$1:" "$2/.ssh"
}
for user in admin op; do
  chroot "$root" useradd --create-home --shell /bin/bash "$user"
  login "$user" "/home/$user"
done
chroot "$root" usermod -aG sudo op
# shellcheck disable=SC2016
printf '%s\n' 'op:op-Secret 1'\''$x' | chroot "$root" chpasswd
login root /root

: >"$root/etc/machine-id" # one of its own for each host, made at its first boot
rm -f "$root/var/lib/dbus/machine-id"
echo harden-test >"$root/etc/hostname"
printf '127.0.0.1\tlocalhost\n127.0.1.1\tharden-test\n::1\tlocalhost ip6-localhost ip6-loopback\n' >"$root/etc/hosts"

for unit in getty.target console-getty.service getty@tty1.service serial-getty@ttyS0.service \
  systemd-networkd.service proc-sys-fs-binfmt_misc.automount systemd-resolved.service; do
  ln -sf /dev/null "$root/etc/systemd/system/$unit"
done

# The packages that a test installs come from inside the host: no network, and the same versions every time.
debs=$root/var/cache/apt/archives
rm -f "$debs"/*.deb
# shellcheck disable=SC2086
APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get --yes --quiet=2 --download-only \
  -o APT::Install-Recommends=true install $HARDEN_PACKAGES >/dev/null
pool=$root/srv/apt/debian/pool
mkdir -p "$pool" "$root/srv/apt/security/pool"
mv "$debs"/*.deb "$pool/"

probe() { # probe VERSION FOLDER: a package of which there is a security update to be found, and which tames apt's timers
  tree=$(mktemp -d)
  cp -R --no-preserve=ownership "$here/probe/." "$tree/"
  mkdir -p "$tree/DEBIAN" "$tree/usr/share/harden-probe"
  echo "$1" >"$tree/usr/share/harden-probe/version"
  printf '%s\n' 'Package: harden-probe' "Version: $1" 'Architecture: all' 'Section: misc' 'Priority: optional' \
    'Maintainer: nobody <nobody@localhost>' 'Description: stands for a package with a security update' \
    >"$tree/DEBIAN/control"
  chmod -R u=rwX,go=rX "$tree"
  dpkg-deb --root-owner-group --build "$tree" "$2/harden-probe_$1_all.deb" >/dev/null
  rm -rf "$tree"
}
probe 1.0 "$pool"
probe 1.1 "$root/srv/apt/security/pool"
chroot "$root" dpkg --install /srv/apt/debian/pool/harden-probe_1.0_all.deb >/dev/null

case $suite in
bookworm) release=oldstable ;;
*) release=stable ;;
esac
"$here/repository.sh" "$root/srv/apt/debian" "$suite" "$release" Debian
"$here/repository.sh" "$root/srv/apt/security" "$suite-security" "$release-security" Debian-Security

# As on any host each list is signed; its key is of this image alone, and nobody keeps the private half.
GNUPGHOME=$(mktemp -d)
export GNUPGHOME
gpg --batch --quiet --passphrase '' --quick-generate-key 'harden test <test@localhost>' rsa3072 sign never
gpg --export >"$root/usr/share/keyrings/harden-test.gpg"
for folder in "debian/dists/$suite" "security/dists/$suite-security"; do
  gpg --batch --clearsign --digest-algo SHA256 --output "$root/srv/apt/$folder/InRelease" "$root/srv/apt/$folder/Release"
done
gpgconf --kill all
rm -rf "$GNUPGHOME"

rm -f "$root"/etc/apt/sources.list "$root"/etc/apt/sources.list.d/*
if [ "$suite" = bookworm ]; then
  printf 'deb [signed-by=/usr/share/keyrings/harden-test.gpg] file:/srv/apt/%s %s main\n' debian bookworm security bookworm-security \
    >"$root/etc/apt/sources.list"
else
  printf 'Types: deb\nURIs: file:/srv/apt/%s\nSuites: %s\nComponents: main\nSigned-By: /usr/share/keyrings/harden-test.gpg\n\n' \
    debian "$suite" security "$suite-security" >"$root/etc/apt/sources.list.d/debian.sources"
fi
rm -rf "$root"/var/lib/apt/lists/*
chroot "$root" apt-get --quiet=2 update
rm -f "$root"/var/cache/apt/*.bin "$root"/var/log/apt/* "$root"/var/log/dpkg.log
