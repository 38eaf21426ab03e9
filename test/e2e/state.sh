#!/bin/sh
# The one definition of sameness: prints what a host is, one line a thing, so that two hosts, or one host before
# and after, can be compared line by line. What each kind can touch it prints itself (state_NAME of src/kinds); here is
# what harden leaves of its own. Left out is what changes by itself or is nobody's decision: times, counters, caches,
# logs, bans, seeds, the package managers' own databases, and harden's journal.

# A dead-man whose unit is gone already may still be on its way out.
ours() { systemctl list-units --all --plain --no-legend 'harden-*' 2>/dev/null; }
leaving() {
  for unit in $(ours | awk '{ print $1 }'); do
    [ -e "/etc/systemd/system/$unit" ] || [ -e "/run/systemd/system/$unit" ] || return 0
  done
  return 1
}
n=0
while [ $n -lt 100 ] && leaving; do
  n=$((n + 1))
  sleep 0.1
done
ours | awk '{ print "unit " $1 " " $2 " " $3 }'
find /run/systemd/system -maxdepth 1 \( -lname /dev/null -o -name 'harden-*' \) -printf 'runtime-unit %f %l\n' 2>/dev/null | sort
find /run -maxdepth 1 -name 'harden*' -printf 'run %f\n' 2>/dev/null | sort
