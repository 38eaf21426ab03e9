# shellcheck shell=sh
# Live values of the kernel.

# sysctl_path KEY: sets TARGET. A key is dotted, and an interface's own dots are slashes, as sysctl(8) writes them.
# Without a fork, like all that is done for each of some twenty keys in each of three passes.
sysctl_path() {
  local rest part
  TARGET=$R/proc/sys/
  rest=$1
  while :; do
    case $rest in *[./]*) ;; *) break ;; esac
    part=${rest%%[./]*}
    rest=${rest#"$part"}
    case $rest in
    .*) TARGET=$TARGET$part/ ;;
    *) TARGET=$TARGET$part. ;;
    esac
    rest=${rest#?}
  done
  TARGET=$TARGET$rest
}

# squeeze TEXT: sets VALUE; white space between numbers means nothing.
squeeze() {
  set -f
  set -- $1
  set +f
  VALUE=$*
}

# sysctl_value PATH: sets VALUE. Not by `read`, which dash does byte by byte, and the kernel answers only the first.
sysctl_value() {
  VALUE=$(cat -- "$1") && squeeze "$VALUE"
}

preflight_sysctl() { # KEY VALUE BEFORE
  local value
  sysctl_path "$1"
  if [ ! -e "$TARGET" ]; then
    refuse no-sysctl "$1" "this kernel has no such key"
  elif ! sysctl_value "$TARGET" 2>/dev/null; then
    refuse unreadable "$1" "it can't be read"
  else
    value=$VALUE
    squeeze "$3"
    if first_touch "$TARGET" && [ "$value" != "$VALUE" ]; then
      refuse stale "$1" "planned: $3; found: $value"
    fi
    # Opened for writing, nothing written: only the kernel knows whether it may be.
    true 2>/dev/null >>"$TARGET" || refuse read-only "$1" "the kernel does not let it be written here"
  fi 2>/dev/null
}

# save_sysctl PATH: its live value becomes part of the undo.
save_sysctl() {
  local value
  [ -e "$1" ] && sysctl_value "$1" 2>/dev/null || return 1
  value=$VALUE
  quote "$1"
  grep -q -F -e "undo_sysctl $QUOTED " "$RUN/undo/sysctl" 2>/dev/null && return 0
  quote "$1" "$value"
  undo_line sysctl "$QUOTED"
}

snapshot_sysctl() {
  sysctl_path "$1"
  save_sysctl "$TARGET" || [ -n "$FAILED" ] || fail backup "$1" "its live value could not be read"
}

# The value before is that of the plan, which the preflight has compared: a step before this one may have set another.
apply_sysctl() { # KEY VALUE BEFORE
  sysctl_path "$1"
  if set_sysctl "$TARGET" "$2"; then
    squeeze "$3"
    journal sysctl "$1" "$VALUE" "$2"
    own sysctl "$1" "$VALUE"
  else
    fail write "$1" "the kernel did not take $2"
  fi
}

set_sysctl() { # PATH VALUE
  local wanted
  squeeze "$2"
  wanted=$VALUE
  printf '%s\n' "$2" 2>/dev/null >"$1" && sysctl_value "$1" && [ "$VALUE" = "$wanted" ]
} 2>/dev/null

# settle_sysctl: what something has written behind its step is set once more; the proof looks at it again.
settle_sysctl() {
  local key value
  moved_sysctl | while read -r key value; do
    sysctl_path "$key"
    set_sysctl "$TARGET" "$value" || :
  done
}

# moved_sysctl: prints KEY VALUE of those that are not as this run has set them.
moved_sysctl() {
  root=$R awk -F '\t' '
    $4 == "sysctl" { value[$5] = $7 }
    END {
      for (key in value) {
        path = key
        gsub(/\//, "\001", path)
        gsub(/\./, "/", path)
        gsub(/\001/, ".", path)
        path = ENVIRON["root"] "/proc/sys/" path
        if ((getline now <path) <= 0) continue
        close(path)
        if (plain(now) != plain(value[key])) print key, value[key]
      }
    }
    function plain(text) { gsub(/[ \t]+/, " ", text); gsub(/^ | $/, "", text); return text }' "$RUN/journal"
}

# undo_sysctl PATH VALUE .: an interface that has gone needs nothing.
undo_sysctl() {
  [ ! -e "$1" ] || sysctl_is "$1" "$2" || set_sysctl "$1" "$2" || :
}

sysctl_is() { # PATH VALUE
  sysctl_value "$1" 2>/dev/null && [ "$VALUE" = "$2" ]
}

# remains_sysctl: after the undo, what is not as it was.
remains_sysctl() { each_saved sysctl_remains sysctl; }

sysctl_remains() { # PATH VALUE .
  [ ! -e "$1" ] || sysctl_is "$1" "$2" || amiss sysctl not-restored "$1" "live value $2"
}

# state_sysctl: the network's live values; interfaces of containers come and go, and each boot sizes its buffers.
state_sysctl() {
  sysctl -a 2>/dev/null | grep '^net\.' | grep -v \
    -e '^net\.netfilter\.' -e '^net\.ipv4\.conf\.veth' -e '^net\.ipv[46]\.neigh\.veth' -e '^net\.ipv6\.conf\.veth' \
    -e '^net\.ipv4\.\(tcp\|udp\)_[rw]*mem ' -e 'nf_conntrack' -e 'stable_secret' -e 'tcp_fastopen_key' -e 'route\.gc' -e '\.base_reachable' -e 'mc_forwarding' |
    sed 's/[[:space:]][[:space:]]*/ /g; s/^/sysctl /' | sort
}
