# shellcheck shell=sh
# Places of a run on mounts that a boot may be late with: an undo does nothing there before they are mounted again.

AWAY= # a line "PATH<TAB>MOUNT" of each place that is missing with its mount, or hidden

# Reads the mount points, but for those that mount by need, and what a user has mounted.
# shellcheck disable=SC2016 # awk
MOUNT_POINTS='
  BEGIN {
    FS = "\t"
    file = ENVIRON["host"] "/proc/self/mountinfo"
    while ((getline line <file) > 0) {
      if (line ~ / - autofs | - fuse.*[ ,]user_id=[1-9]/) continue
      split(line, word, " ")
      gsub(/\\040/, " ", word[5])
      if (word[5] != "/") mounted[word[5]] = 1
    }
  }
'

# place_ids PATH…: prints "ID<TAB>PATH" of those that are there: inode and birth, as after a boot a device may have another
# number.
place_ids() { timeout -s KILL "$WALK_LIMIT" stat -L -c '%i:%.9W	%n' -- "$@" 2>/dev/null; }

# keep_places PATH…: writes down "MOUNT<TAB>ID<TAB>PATH" for each mount on the way to each. A home ends with a slash.
keep_places() {
  [ $# -gt 0 ] || return 0
  place_ids "$@" | host=$R asked=$(printf '%s\n' "$@") real=$(/usr/bin/env readlink -m -- "$@") awk "$MOUNT_POINTS"'
    { id[$2] = $1 }
    END {
      many = split(ENVIRON["asked"], asked, "\n")
      split(ENVIRON["real"], real, "\n")
      for (i = 1; i <= many; i++)
        for (point in mounted)
          if (index(real[i] "/", point "/") == 1) print point "\t" (asked[i] in id ? id[asked[i]] : "-") "\t" asked[i]
    }' >>"$RUN/places" && sync "$RUN/places"
}

# find_away: sets AWAY. The places are looked at before the mount table: that mounts what is mounted by need.
find_away() {
  local path
  AWAY=$NL
  [ -s "$RUN/places" ] || return 0
  set --
  while IFS='	' read -r _ _ path; do set -- "$@" "$path"; done <"$RUN/places"
  AWAY=$NL$(place_ids "$@" | host=$R places=$RUN/places awk "$MOUNT_POINTS"'
    { id[$2] = $1 }
    END {
      while ((getline <ENVIRON["places"]) > 0)
        if (!($1 in mounted) && id[$3] != $2) print $3 "\t" $1
    }')$NL
}

# away PATH: true, and sets IN_THE_WAY, where it is on a mount that is not there.
away() {
  case $AWAY in *"$NL$1	"*) ;; *) return 1 ;; esac
  IN_THE_WAY=${AWAY#*"$NL$1	"}
  IN_THE_WAY="nothing is mounted at ${IN_THE_WAY%%"$NL"*}"
}

# homes_away: the same for any home.
homes_away() {
  local home
  case $AWAY in *"/	"*) ;; *) return 1 ;; esac
  home=${AWAY%%"/	"*}
  away "${home##*"$NL"}/"
}
