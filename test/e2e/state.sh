#!/bin/sh
# The one definition of sameness: prints what a host is, one line a thing, so that two hosts, or one host before
# and after, can be compared line by line. Left out is what changes by itself or is nobody's decision: times,
# counters, caches, logs, bans, seeds, the package managers' own databases, and harden's journal.
LC_ALL=C
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH

# ---- files: type, mode, owner, link target; content; extended attributes with ACLs ----
listed() {
  for folder in /etc /usr/local /root /home /var/lib /var/spool/cron; do
    [ ! -d "$folder" ] || find "$folder" \
      \( -path /var/lib/harden -o -path /var/lib/dpkg -o -path /var/lib/apt -o -path /var/lib/ucf \
      -o -path /var/lib/docker -o -path /var/lib/containerd -o -path /var/lib/fail2ban \
      -o -path /var/lib/systemd/random-seed -o -path /var/lib/systemd/timers -o -path /var/lib/systemd/timesync \
      -o -path /var/lib/systemd/coredump -o -path /var/lib/systemd/catalog -o -path /var/lib/systemd/deb-systemd-helper-enabled \
      -o -path /var/lib/logrotate -o -path /var/lib/dhcp -o -path /var/lib/private -o -path /var/lib/dbus \
      -o -path /var/lib/update-notifier -o -path /var/lib/apt-xapian-index -o -path /var/lib/sudo \
      -o -name __pycache__ -o -path '/root/.*history' -o -path '/home/*/.*history' -o -path '*/.cache' -o -path '*/.ansible' -o -name .sudo_as_admin_successful \
      -o -path /etc/ld.so.cache -o -path /etc/.pwd.lock -o -path '/etc/*-' -prune \) -prune \
      -o "$@"
  done
}
listed -printf 'file %p %y %#m %u %g %l\n' | sort
listed -type f -print0 | xargs -0 -r sha256sum | sed 's/^\([0-9a-f]*\)  \(.*\)$/content \2 \1/' | sort
if command -v getfattr >/dev/null; then
  listed \( -type f -o -type d \) -print0 | xargs -0 -r getfattr -h -d -m - -e hex --absolute-names 2>/dev/null |
    awk '/^# file: / { file = substr($0, 9); next } NF { print "xattr " file " " $0 }' | sort
fi

# ---- live kernel values of the network; interfaces of containers come and go, and each boot sizes its buffers ----
sysctl -a 2>/dev/null | grep '^net\.' | grep -v \
  -e '^net\.netfilter\.' -e '^net\.ipv4\.conf\.veth' -e '^net\.ipv[46]\.neigh\.veth' -e '^net\.ipv6\.conf\.veth' \
  -e '^net\.ipv4\.\(tcp\|udp\)_[rw]*mem ' -e 'nf_conntrack' -e 'stable_secret' -e 'tcp_fastopen_key' -e 'route\.gc' -e '\.base_reachable' -e 'mc_forwarding' |
  sed 's/[[:space:]][[:space:]]*/ /g; s/^/sysctl /' | sort

# ---- the kernel's firewall: an absent table is as good as an empty one that accepts ----
for tool in iptables ip6tables; do
  command -v "$tool-save" >/dev/null || continue
  "$tool-save" 2>/dev/null | awk -v tool="$tool" '
    function others(name) { return name ~ /^(f2b-|DOCKER|KUBE-|CNI-|cali-)/ }
    /^\*/ { table = substr($0, 2) }
    /^:/ {
      chain = substr($1, 2)
      if (others(chain)) next
      if ($2 == "-") print "0 " tool " " table " chain " chain
      else if ($2 != "ACCEPT") print "0 " tool " " table " policy " chain " " $2
    }
    /^-A / {
      if (others($2)) next
      for (i = 3; i < NF; i++) if (($i == "-j" || $i == "-g") && others($(i + 1))) next
      # Docker masks its networks itself.
      if (table == "nat" && /docker|172\./) next
      print "1 " tool " " table " " $2 " " $0
    }' | sort -s -k 1,5 | sed 's/^[01] /rules /'
done

# ---- services ----
for unit in ssh.service ssh.socket ufw.service fail2ban.service auditd.service audit-rules.service \
  unattended-upgrades.service docker.service apt-daily-upgrade.timer; do
  systemctl show -p LoadState -p UnitFileState -p ActiveState "$unit" 2>/dev/null | sort | tr '\n' ' ' |
    awk -v unit="$unit" '/LoadState=not-found/ { print "unit " unit " absent"; next } { print "unit " unit " " $0 }'
done
# A dead-man whose unit is gone already may still be on its way out.
n=0
while [ $n -lt 100 ] && systemctl list-units --all --plain --no-legend 'harden-*' 2>/dev/null | grep -q ' not-found '; do
  n=$((n + 1))
  sleep 0.1
done
systemctl list-units --all --plain --no-legend 'harden-*' 2>/dev/null | awk '{ print "unit " $1 " " $2 " " $3 }'
find /run/systemd/system -maxdepth 1 \( -lname /dev/null -o -name 'harden-*' \) -printf 'runtime-unit %f %l\n' 2>/dev/null | sort
find /run -maxdepth 1 -name 'harden*' -printf 'run %f\n' 2>/dev/null | sort

# ---- audit rules in the kernel ----
if command -v auditctl >/dev/null; then
  auditctl -s 2>/dev/null | awk '/^(enabled|failure|backlog_limit|rate_limit) / { print "audit " $0 }'
  auditctl -l 2>/dev/null | sed 's/^/audit /'
fi

# ---- packages ----
dpkg-query -W -f '${db:Status-Abbrev} ${Package} ${Version}\n' 2>/dev/null | sed -n 's/^\(ii\|rc\|iU\|iF\|iH\) /package \1 /p' | sort
