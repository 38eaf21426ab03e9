#!/bin/sh
# Runs in a bare host that isn't booted: installs what the controls manage, as an administrator would.
set -eu

export DEBIAN_FRONTEND=noninteractive
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
chmod 0755 /usr/sbin/policy-rc.d
packages="ufw fail2ban python3-systemd auditd unattended-upgrades"
# Debian 12's fail2ban reads a log file as it comes: here is a host that has one. Debian 13's reads the journal.
if grep -q bookworm /etc/os-release; then
  packages="$packages rsyslog"
  touch /var/log/auth.log
  chown root:adm /var/log/auth.log
  chmod 0640 /var/log/auth.log
fi
# shellcheck disable=SC2086
apt-get --yes --quiet=2 install $packages >/dev/null
rm -f /usr/sbin/policy-rc.d /var/log/dpkg.log /var/log/apt/* /var/cache/apt/*.bin /var/cache/apt/archives/*.deb
