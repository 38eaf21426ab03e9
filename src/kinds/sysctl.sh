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

# save_sysctl PATH VALUE: its live value becomes part of the undo, with the one that the run gives it.
save_sysctl() {
  local value
  [ -e "$1" ] && sysctl_value "$1" 2>/dev/null || return 1
  value=$VALUE
  quote "$1"
  grep -q -F -e "undo_sysctl $QUOTED " "$RUN/undo/sysctl" 2>/dev/null && return 0
  squeeze "$2"
  list_interfaces "$1" || return
  quote "$1" "$value" "$VALUE"
  undo_line sysctl "$QUOTED"
}

# list_interfaces PATH: keeps each interface's own value, once, when a run sets that of `all` or of `default`: whenever systemd-sysctl
# runs, the run's file sets those, too, that the run leaves alone.
list_interfaces() {
  is_general "$1" || return 0
  ! lists "$RUN" "$1" || return 0
  beside "$1" | awk "$PLAIN"'{ if ((getline now <$0) > 0) print $0 "\t" plain(now); close($0) }' >>"$RUN/undo/interfaces" || no_undo
}

# lists RUN PATH: true where that run has kept values of the same setting.
lists() { grep -q -s -F -e "$2" "$1/undo/interfaces"; }

is_general() {
  case $1 in "$R"/proc/sys/net/ipv[46]/conf/all/* | "$R"/proc/sys/net/ipv[46]/neigh/all/*) ;; *) is_default "$1" ;; esac
}

is_default() {
  case $1 in "$R"/proc/sys/net/ipv[46]/conf/default/* | "$R"/proc/sys/net/ipv[46]/neigh/default/*) ;; *) return 1 ;; esac
}

# beside PATH: prints the path of each interface's value, of `all` and of `default`.
beside() { printf '%s\n' "${1%/*/*}"/*/"${1##*/}"; }

# to_give PATH FROM TO LIST: prints PATH and VALUE, with a tab between, of the interfaces that have FROM from a run: what they had in
# LIST, or, of `default`, TO where they have come since. The kernel does not let them go with the default any more.
to_give() {
  local new
  is_general "$1" && [ "$2" != "$3" ] && [ -f "$4" ] || return 0
  new=
  ! is_default "$1" || new=$3
  beside "$1" | from=$2 new=$new awk -F '\t' "$PLAIN"'
    FILENAME == ARGV[1] { value[$1] = $2; next }
    /\/(all|default)\/[^\/]*$/ { next }
    {
      had = $0 in value ? value[$0] : ENVIRON["new"]
      if (had == "" || had == ENVIRON["from"]) next
      if ((getline now <$0) > 0 && plain(now) == ENVIRON["from"]) print $0 "\t" had
      close($0)
    }' "$4" -
}

# give PATH FROM TO LIST: without a fork for each.
give() {
  to_give "$@" | while IFS='	' read -r path value; do printf '%s\n' "$value" >"$path"; done 2>/dev/null
}

# list_of PATH: sets LIST to what the oldest run that this step takes back has kept, else to this run's own.
list_of() {
  local run
  LIST=$RUN/undo/interfaces
  is_general "$1" || return 0
  for run in $(undone_runs); do ! lists "$D/runs/$run" "$1" || LIST=$D/runs/$run/undo/interfaces; done
}

snapshot_sysctl() { # KEY VALUE BEFORE
  sysctl_path "$1"
  save_sysctl "$TARGET" "$2" || [ -n "$FAILED" ] || fail backup "$1" "its live value could not be read"
}

# The value before is that of the plan, which the preflight has compared: a step before this one may have set another.
apply_sysctl() { # KEY VALUE BEFORE
  sysctl_path "$1"
  if set_sysctl "$TARGET" "$2"; then
    squeeze "$3"
    list_of "$TARGET"
    give "$TARGET" "$VALUE" "$2" "$LIST"
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
  moved_sysctl | while IFS='	' read -r key value _; do
    sysctl_path "$key"
    set_sysctl "$TARGET" "$value" || :
  done
}

# An awk function: white space between numbers means nothing.
PLAIN='function plain(text) { gsub(/[ \t]+/, " ", text); gsub(/^ | $/, "", text); return text }'

# moved_sysctl: prints KEY, VALUE, NOW and BEFORE of those that are not as this run has set them, with tabs between.
moved_sysctl() {
  root=$R awk -F '\t' "$PLAIN"'
    $4 == "sysctl" { if (!($5 in value)) before[$5] = $6; value[$5] = $7 }
    END {
      for (key in value) {
        path = key
        gsub(/\//, "\001", path)
        gsub(/\./, "/", path)
        gsub(/\001/, ".", path)
        path = ENVIRON["root"] "/proc/sys/" path
        if ((getline now <path) <= 0) continue
        close(path)
        if (plain(now) != plain(value[key])) print key "\t" value[key] "\t" plain(now) "\t" before[key]
      }
    }' "$RUN/journal"
}

# third_sysctl: a boot has forgotten what somebody had set.
third_sysctl() {
  local key now before
  [ -e "$MARK" ] || return 0
  moved_sysctl | while IFS='	' read -r key _ now before; do third_state "$key" "$now" "$before"; done
}

# undo_sysctl PATH BEFORE VALUE .: an interface that has gone needs nothing.
undo_sysctl() {
  [ ! -e "$1" ] || sysctl_is "$1" "$2" || set_sysctl "$1" "$2" || :
  give "$1" "$3" "$2" "$RUN/undo/interfaces"
}

sysctl_is() { # PATH VALUE
  sysctl_value "$1" 2>/dev/null && [ "$VALUE" = "$2" ]
}

# remains_sysctl: after the undo, what is not as it was.
remains_sysctl() { each_saved sysctl_remains sysctl; }

sysctl_remains() { # PATH BEFORE VALUE .
  local path value
  [ ! -e "$1" ] || sysctl_is "$1" "$2" || amiss sysctl not-restored "$1" "live value $2"
  while IFS='	' read -r path value; do
    [ -z "$path" ] || amiss sysctl not-restored "$path" "live value $value"
  done <<END
$(to_give "$1" "$3" "$2" "$RUN/undo/interfaces" | head -n 5)
END
}

# state_sysctl: the network's live values; interfaces of containers come and go, and each boot sizes its buffers.
state_sysctl() {
  sysctl -a 2>/dev/null | grep '^net\.' | grep -v \
    -e '^net\.netfilter\.' -e '^net\.ipv4\.conf\.veth' -e '^net\.ipv[46]\.neigh\.veth' -e '^net\.ipv6\.conf\.veth' \
    -e '^net\.ipv4\.\(tcp\|udp\)_[rw]*mem ' -e 'nf_conntrack' -e 'stable_secret' -e 'tcp_fastopen_key' -e 'route\.gc' -e '\.base_reachable' -e 'mc_forwarding' |
    sed 's/[[:space:]][[:space:]]*/ /g; s/^/sysctl /' | sort
}
