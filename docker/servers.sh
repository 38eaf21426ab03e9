#!/bin/sh
# Runs in a bare host that isn't booted, with the packages in /mnt: unpacks servers, of which none is set up or started.
set -eu

for package in /mnt/*.deb; do
  # Without its compiler PostgreSQL interprets.
  case ${package##*/} in libllvm* | libz3-*) continue ;; esac
  dpkg-deb --fsys-tarfile "$package" |
    tar --extract --keep-directory-symlink --directory / --exclude='./usr/share/man' --exclude='./usr/share/doc' \
      --exclude='./usr/share/locale' --exclude='*/lib/bitcode' --exclude='*/llvmjit*'
done
ldconfig
ln -s mariadb.cnf /etc/mysql/my.cnf
for user in redis postgres mysql rabbitmq; do useradd --system --no-create-home "$user"; done
