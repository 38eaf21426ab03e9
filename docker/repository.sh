#!/bin/sh
# Writes the indices of a package repository: repository.sh FOLDER CODENAME SUITE LABEL
set -eu

cd "$1"
rm -f "dists/$2/InRelease" # of what was there
index=main/binary-amd64/Packages
mkdir -p "dists/$2/main/binary-amd64"
for deb in pool/*.deb; do
  dpkg-deb --field "$deb"
  printf 'Filename: %s\nSize: %s\nSHA256: %s\n\n' "$deb" "$(stat -c %s "$deb")" "$(sha256sum "$deb" | cut -d' ' -f1)"
done >"dists/$2/$index"

cd "dists/$2"
cat >Release <<EOF
Origin: Debian
Label: $4
Suite: $3
Codename: $2
Date: $(LC_ALL=C date -u '+%a, %d %b %Y %H:%M:%S UTC')
Architectures: amd64
Components: main
SHA256:
 $(sha256sum "$index" | cut -d' ' -f1) $(stat -c %s "$index") $index
EOF
