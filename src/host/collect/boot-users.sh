# shellcheck shell=sh disable=SC2016 # programs of awk
# Of users who may become root what a boot starts.

# boot_users: globs of the crontabs, and of the units that a boot starts, of users who may become root: by sudoers, by a group or as a
# second root. Then "--" and the globs of these units' links.
boot_users() {
  set -- /var/lib/systemd/linger/* /var/spool/cron/crontabs/*
  boot_theirs=" $* "
  set -- /etc/group /etc/passwd
  for boot_path in /etc/sudoers.d/* /etc/sudoers; do [ ! -f "$boot_path" ] || set -- "$boot_path" "$@"; done
  case $boot_theirs in
  ' /var/lib/systemd/linger/* /var/spool/cron/crontabs/* ' | ' /var/lib/systemd/linger/* /var/spool/cron/crontabs/root ') return ;;
  esac
  THEIRS=$boot_theirs awk -F: '
    FILENAME ~ /sudoers/ {
      if (/^[ \t]*ALL[ \t]/) all = 1
      if (/^[ \t]*#[^0-9]/) next
      count = split($0, words, /[ \t,=!:()]+/)
      for (at = 1; at <= count; at++) may[words[at]]
      next
    }
    FILENAME == "/etc/group" {
      if ($1 !~ /^(root|sudo|docker|lxd|incus|incus-admin|disk)$/ && !(("%" $1) in may || ("%#" $3) in may)) next
      may["group " $3]
      count = split($4, words, ",")
      for (at = 1; at <= count; at++) may[words[at]]
      next
    }
    $1 != "root" && (all || $3 == 0 || $1 in may || ("#" $3) in may || ("group " $4) in may) {
      folder = $6 "/.config/systemd/user/"
      if (index(ENVIRON["THEIRS"], "/crontabs/" $1 " ")) globs = globs "/var/spool/cron/crontabs/" $1 "\n"
      if (!index(ENVIRON["THEIRS"], "/linger/" $1 " ")) next
      globs = globs folder "*\n" folder "*.d/*.conf\n"
      links = links "\n" folder "*.wants/*"
    }
    END { if (globs != "") print globs "--" links }' "$@"
}
