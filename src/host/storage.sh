# shellcheck shell=sh
# Which storage outlives a reset, by the mount table and by what the next boot mounts: for the collectors, and for a run.

# storage PATH…: lines "FATE PLACE WHY", a tab between them, FATE being `gone` at the next boot, `unsure`, or `lasts` for a
# place below one of these. Of a path the longest PLACE above it counts; without any its storage lasts. WHY is a clause.
# False where the mount table can't be read. Two programs, however many paths and mounts there are.
storage() {
  storage_real=$(/usr/bin/readlink -m -- "$@") || return 1
  storage_container=
  [ ! -r "${R-}/run/systemd/container" ] || storage_container=1
  storage_own=
  # A loop device whose file lies in the container was mounted within.
  for storage_each in ${storage_container:+"${R-}"/sys/dev/block/7:*/loop/backing_file}; do
    IFS= read -r storage_file 2>/dev/null <"$storage_each" && [ -f "${R-}$storage_file" ] || continue
    storage_each=${storage_each%/loop/*}
    storage_own="$storage_own ${storage_each##*/} "
  done
  host=${R-} real=$storage_real container=$storage_container own=$storage_own awk '
    function decode(text) {
      gsub(/\\040/, " ", text)
      gsub(/\\054/, ",", text)
      gsub(/\\134/, "\\", text)
      return text
    }
    function covers(place, path) { return place == "/" || place == path || index(path, place "/") == 1 }
    # Where nothing is meant to last.
    function passing(place) { return place ~ /^\/(proc|sys|dev|run|tmp)(\/|$)/ }

    # The mount that a path is on: from the root on always the next one on the way, as the kernel walks.
    function top(path,   at, best, i, each) {
      for (at = root; ; at = best) {
        best = 0
        for (i = split(below[at], each, " "); i > 0; i--)
          if (covers(point[each[i]], path) && (!best || length(point[each[i]]) < length(point[best]))) best = each[i]
        if (!best) return at
      }
    }

    # A folder of the root that is mounted over itself: the same files are there without it.
    function itself(at) { return at != root && device[at] == device[root] && from[at] == (from[root] == "/" ? "" : from[root]) point[at] }

    # What a mount is, where that does not outlive a reset, or may not, which sets UNSURE; nothing where it does.
    function lost(at, depth,   behind, on, text, file) {
      if (itself(at)) return lost(root, depth)
      if (type[at] == "tmpfs" || type[at] == "ramfs") return "a " type[at]
      if (source[at] ~ /^\/dev\/z?ram[0-9]/) return source[at] ", a disk in memory"
      if (depth > 8) return ""
      if (source[at] ~ /^\/dev\/loop[0-9]/) {
        file = "/sys/dev/block/" device[at] "/loop/backing_file"
        behind = ""
        getline behind <file
        close(file)
        on = behind ~ /^\// ? top(behind) : at
        text = on == at ? "" : lost(on, depth + 1)
        return text == "" ? "" : source[at] ", whose file " behind " is on " text
      }
      if (type[at] != "overlay" || !match(options[at], /(^|,)upperdir=[^,]*/)) return ""
      behind = substr(options[at], RSTART, RLENGTH)
      sub(/^,?upperdir=/, "", behind)
      behind = decode(behind)
      # The layer of a container lies outside of it, and stays with it.
      if (ENVIRON["container"] && point[at] == "/")
        return passing(behind) ? "an overlay whose upper folder is " behind : ""
      on = behind ~ /^\// ? top(behind) : at
      if (on == at) {
        UNSURE = 1
        return "an overlay whose upper folder " behind " is out of sight"
      }
      text = lost(on, depth + 1)
      return text == "" ? "" : "an overlay whose upper folder " behind " is on " text
    }

    # Of a container nobody sees what its manager mounts, but what is a part of its own root is mounted within.
    function within(at) {
      return !ENVIRON["container"] || index(ENVIRON["own"], " " device[at] " ") || (device[at] == device[root] && covers(from[root], from[at]))
    }

    # Whether nothing mounts it at a boot.
    function by_hand(at) {
      return within(at) && !itself(at) && point[at] != "/" && !(point[at] in comes) && (type[at] !~ /^(zfs|autofs|overlay)$/ || ENVIRON["container"])
    }
    function hand_text(at) { return source[at] " is mounted at " point[at] " by neither /etc/fstab nor a unit of systemd" }

    function tell(fate, place, text) {
      if (place in told) return
      told[place] = fate
      said[place] = text
      print fate "\t" place "\t" text
    }

    # What a boot mounts.
    function plan(where, what, kind, by) {
      if (where !~ /^\/./) return
      comes[where] = by
      brings[where] = what
      kinds[where] = kind
    }
    function read_fstab(file,   line, each) {
      while ((getline line <file) > 0) {
        sub(/^[ \t]+/, "", line)
        if (line ~ /^#/ || split(line, each, /[ \t]+/) < 3 || each[3] == "swap") continue
        if (("," each[4] ",") ~ /,noauto,/ && each[4] !~ /x-systemd\.automount/) continue
        plan(decode(each[2]), decode(each[1]), each[3], file)
      }
      close(file)
    }
    function read_unit(file,   line, where, what, kind) {
      while ((getline line <file) > 0) {
        if (sub(/^Where=/, "", line)) where = line
        else if (sub(/^What=/, "", line)) what = line
        else if (sub(/^Type=/, "", line)) kind = line
      }
      close(file)
      plan(where, what, kind == "" ? what : kind, file)
    }
    # A boot that keeps nothing, of /var or of everything.
    function read_command_line(file,   line, word) {
      while ((getline line <file) > 0) {
        if (!match(line, /(systemd\.volatile=(yes|true|1|on|overlay|state)|overlayroot=["\047]?tmpfs)/)) continue
        word = substr(line, RSTART, RLENGTH)
        tell("gone", word ~ /state$/ ? "/var" : "/", file " has " word)
      }
      close(file)
    }

    BEGIN {
      host = ENVIRON["host"]
      file = host "/proc/self/mountinfo"
      while ((getline line <file) > 0) {
        split(line, each, " ")
        at = each[1]
        parent[at] = each[2]
        device[at] = each[3]
        from[at] = decode(each[4])
        point[at] = decode(each[5])
        sub(/^.* - /, "", line)
        split(line, each, " ")
        type[at] = each[1]
        source[at] = decode(each[2])
        options[at] = each[3]
      }
      for (at in point) {
        if ((parent[at] in point) && parent[at] != at) below[parent[at]] = below[parent[at]] " " at
        else if (point[at] == "/" && !root) root = at
        mounted[point[at]] = 1
      }
      if (!root) exit 1
      for (i = 1; ARGV[i] != "--"; i++) asked[i] = ARGV[i]
      split(ENVIRON["real"], real, "\n")
      read_fstab(host "/etc/fstab")
      for (i++; i < ARGC; i++) read_unit(ARGV[i])
      if (!ENVIRON["container"]) read_command_line(host "/proc/cmdline")
      for (where in comes) {
        if (passing(where)) continue
        if (kinds[where] == "tmpfs" || kinds[where] == "ramfs")
          tell("gone", where, comes[where] " mounts a " kinds[where] " at " where)
        else if (!(where in mounted))
          tell("unsure", where, comes[where] " mounts " brings[where] " at " where ", where it is not mounted now")
      }
      for (at in point)
        if (!passing(point[at]) && type[at] ~ /^(tmpfs|ramfs)$/ && top(point[at]) == at)
          tell("gone", point[at], point[at] " is " lost(at))
      # Homes, among others: whose they are, only the facts say.
      for (at in point)
        if (!passing(point[at]) && by_hand(at) && top(point[at]) == at && lost(at) == "") tell("unsure", point[at], hand_text(at))
      for (i in asked) {
        at = top(real[i])
        place = real[i] == asked[i] ? point[at] : asked[i]
        way = real[i] == asked[i] ? "" : asked[i] " leads to " real[i] ", and "
        UNSURE = 0
        text = lost(at)
        if (text != "") tell(UNSURE ? "unsure" : "gone", place, way point[at] " is " text)
        else if (by_hand(at)) tell("unsure", place, way hand_text(at))
        else if (way != "") {
          over = ""
          for (where in said) if (covers(where, real[i]) && length(where) > length(over)) over = where
          if (over != "") tell(told[over], place, way said[over])
        }
      }
      for (at in point) {
        if ((point[at] in told) || passing(point[at]) || !((point[at] in comes) || ENVIRON["container"])) continue
        for (where in told)
          if (told[where] != "lasts" && where != point[at] && covers(where, point[at]) && top(point[at]) == at && lost(at) == "") {
            tell("lasts", point[at], "")
            break
          }
      }
      exit 0
    }' "$@" -- "${R-}"/etc/systemd/system/*.wants/*.mount "${R-}"/etc/systemd/system/*.requires/*.mount \
    "${R-}"/run/systemd/generator*/*.wants/*.mount "${R-}"/run/systemd/generator*/*.requires/*.mount \
    "${R-}"/usr/lib/systemd/system/*.wants/*.mount
}

