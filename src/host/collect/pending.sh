# shellcheck shell=sh disable=SC2154 # what collect.sh and apt.sh set
# Updates that wait, and what keeps them from being installed.

# pending: a line "Inst …" for each upgrade that waits, also of what is on hold or brings new packages; "now SECONDS",
# what daily_jobs, left_out, apt_hooks and pinned_updates print; "restart PACKAGE" for what waits for one, "restart" alone where nobody says for
# what; "broken STATUS PACKAGE"; "held PACKAGE" for what is on hold.
collect_pending() {
  need apt-get || return
  printf 'now %s\n' "$(date +%s)"
  daily_jobs
  left_out
  apt_hooks
  pinned_updates
  if [ -e /run/reboot-required ]; then
    printf 'restart\n'
    [ ! -f /run/reboot-required.pkgs ] || head -c 4096 /run/reboot-required.pkgs | sed 's/^/restart /'
  fi
  dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' 2>/dev/null | sed -n '/^[^ ][inc] /!s/^/broken /p; s/^h[inc] /held /p'
  apt_simulation
  apt_words="$apt_words --ignore-hold --allow-change-held-packages --with-new-pkgs"
  # shellcheck disable=SC2086 # words
  if said=$(apt-get $apt_words upgrade 2>/dev/null </dev/null); then
    printf '%s\n' "$said" | grep -e '^Inst '
  else
    printf 'unknown '
    # shellcheck disable=SC2086
    apt-get $apt_words upgrade 2>&1 >/dev/null </dev/null | sed -n 's/^E: //p' | head -n 1
  fi
  return 0
}

# daily_jobs: "fetched SECONDS" and "installed SECONDS", the last end without an error of apt-get update and of
# unattended-upgrade; "shut PATH" for what a package writes or runs and nothing may, unless a hook of apt's mounts it anew; "since SECONDS", the newest of what says since when these jobs can have run; "stuck LINE" where the
# program doesn't start, though its package is installed.
daily_jobs() {
  for name in fetched:update-stamp installed:upgrade-stamp; do
    path=/var/lib/apt/periodic/${name#*:}
    [ ! -e "$path" ] || printf '%s %s\n' "${name%%:*}" "$(stat -c %Y "$path")"
  done
  shut_paths
  only_tried
  settings_since | sed 's/^/since /'
  [ -e /var/lib/dpkg/info/unattended-upgrades.md5sums ] || return 0
  for path in "$(command -v unattended-upgrade || printf '%s' /usr/bin/unattended-upgrade)" /usr/lib/apt/apt.systemd.daily; do
    [ -x "$path" ] && continue
    printf 'stuck %s is no program that may be run\n' "$path"
    return 0
  done
  said=$(PYTHONDONTWRITEBYTECODE=1 unattended-upgrade --help 2>&1 >/dev/null </dev/null) ||
    printf 'stuck %s\n' "$(printf '%s\n' "$said" | tail -n 1 | head -c 400)"
}

# Root may write and run everything but what a mount or a flag of the file system forbids.
shut_paths() {
  shut=$(
    last=/none
    for path in /usr /usr/bin /usr/sbin /usr/lib /usr/share /etc /boot /var/lib/dpkg /var/lib/dpkg/info /var/lib/apt/lists /var/cache/apt/archives; do
      case $path in "$last"/*) continue ;; esac
      [ -d "$path" ] && [ ! -w "$path" ] || continue
      last=$path
      printf 'shut %s is read-only or immutable\n' "$path"
    done
    for path in /var/lib/dpkg/info/*.postinst; do
      [ -x "$path" ] || printf 'shut /var/lib/dpkg is mounted noexec\n'
      break
    done
  )
  [ -n "$shut" ] || return 0
  apt-config dump DPkg::Pre-Invoke 2>/dev/null | grep -q remount || printf '%s\n' "$shut"
}

# By these options dpkg(1) does nothing, and says that all went well.
only_tried() {
  set -- /etc/dpkg/dpkg.cfg /etc/dpkg/dpkg.cfg.d/*
  grep -qsE '(no-act|dry-run|simulate)' /etc/apt/apt.conf /etc/apt/apt.conf.d/* "$@" || return 0
  {
    apt-config dump --format '%v%n' DPkg::Options
    grep -hsE '^[ \t]*[a-z]' "$@" | sed 's/^[ \t]*/--/'
  } 2>/dev/null | grep -qxE -- '--(no-act|dry-run|simulate)[ \t]*' || return 0
  printf 'shut dpkg only tries, by no-act in /etc/dpkg/dpkg.cfg or DPkg::Options of apt\n'
}

settings_since() {
  {
    stat -c %W /var/lib/systemd/timers/stamp-apt-daily-upgrade.timer
    stat -c %Y /etc/apt/apt.conf.d/zz-harden-unattended-upgrades /etc/machine-id
  } 2>/dev/null | sort -n | tail -n 1
}

# left_out: "listed SECONDS PATH", when the host got each package list as it is; "skipped PACKAGE WHY" for what unattended-upgrade
# has logged within two days, and since the last change of its settings, to leave out; "unpacked PACKAGE" for what was unpacked
# since its last run that ended well.
left_out() {
  stat -c 'listed %Z %n' /var/lib/apt/lists/*_Packages* 2>/dev/null
  path=/var/lib/apt/periodic/upgrade-stamp
  [ ! -e "$path" ] ||
    find /var/lib/dpkg/info -name '*.list' -newer "$path" -printf '%f\n' | sed 's/\.list$//; s/:.*//; s/^/unpacked /'
  path=/var/log/unattended-upgrades/unattended-upgrades.log
  [ -f "$path" ] || return 0
  since=$({
    date -d '2 days ago' +%s
    settings_since
  } | sort -n | tail -n 1)
  tail -c 65536 "$path" | LC_ALL=C awk -v since="$(date -d "@$since" '+%Y-%m-%d %H:%M:%S')" '
    $1 " " $2 > since && $4 == "Package" && $6 ~ /^(has|is)$/ {
      name = $5
      if (name in why && $3 != "WARNING") next
      why[name] = substr($0, index($0, " Package " name " ") + length(name) + 10, 200)
    }
    END { for (name in why) print "skipped", name, why[name] }
  '
}

# pinned_updates: "pinned PACKAGE FROM TO" for each installed package that a pin names and of which a list of security updates
# has a newer version, taken or not.
pinned_updates() {
  grep -qs '^Package:' /etc/apt/preferences /etc/apt/preferences.d/* || return 0
  apt_cache_words
  # shellcheck disable=SC2086 # words
  said=$(apt-cache $apt_words policy 2>/dev/null </dev/null | sed -n '/^Pinned packages:/,$s/^ *\([^ ]*\) -> .*/\1/p')
  [ -n "$said" ] || return 0
  # shellcheck disable=SC2086
  apt-cache $apt_words policy $said 2>/dev/null </dev/null | awk '
    /^[^ ]/ { name = substr($1, 1, length($1) - 1); newer = 0 }
    /^  Installed: / { from = $2; newer = from != "(none)" }
    /^ \*\*\* / { newer = 0 }
    /^     [^ ]/ { to = $1 }
    /^        / && newer && $3 ~ /security/ { print "pinned", name, from, to; newer = 0 }
  '
}
