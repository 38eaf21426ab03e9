#!/bin/bash
# Which files of Debian's packages run with rights of their own, and what belongs to others than root below /etc, /usr and /boot:
# rights.sh SUITE MIRROR, as root, prints a line "setuid PATH MODE OWNER GROUP", "writable PATH MODE OWNER GROUP" or
# "capability PATH HEX" each. Each package of packages/rights.txt is installed over the last
# one, since some exclude each other; what no longer can be installed is told on stderr. Its answers for each release stand in
# src/controls/privileges/rights.json.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(mktemp -d)
trap 'umount "$root/proc" 2>/dev/null || :; rm -rf "$root"' EXIT
mmdebstrap --quiet --variant=apt --include=attr --skip=cleanup/apt "$1" "$root" "$2"
mount -t proc proc "$root/proc"
# No service of a package starts.
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
install=(env DEBIAN_FRONTEND=noninteractive apt-get --yes --quiet=2 --no-install-recommends -o Dpkg::Options::=--force-confnew)
grep -v '^#' "$here/packages/rights.txt" | while read -r package; do
  chroot "$root" "${install[@]}" install "$package" >/dev/null 2>&1 </dev/null || {
    echo "$package can't be installed" >&2
    chroot "$root" "${install[@]}" -f install >/dev/null 2>&1 </dev/null || :
  }
  chroot "$root" find / -xdev -type f -perm /6000 -perm /0111 -printf 'setuid %p %m %u %g\n'
  chroot "$root" find /etc /usr /boot '(' -type d -o -type f ! -perm /6000 ')' ! -uid 0 -printf 'writable %p %04m %u %g\n' -prune
  chroot "$root" find / -xdev -type f -perm /0111 -exec getfattr --absolute-names -n security.capability -e hex {} + 2>/dev/null |
    awk '/^# file: / { path = substr($0, 9) } sub(/^security.capability=0x/, "") { print "capability", path, $0 }' || :
done | sort -u
