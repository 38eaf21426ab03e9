# shellcheck shell=sh
# The host runtime of harden: applies a plan, journals its own undo, and rolls back unless confirmed.
# All files of this folder make one script, in the order of host/runtime.ts. It is sent over the transport
# and evaluated there; a copy lies in each run's folder, for the units and for a console without a controller:
#     sh /var/lib/harden/runs/ID/runtime.sh rollback ID
#
# `A && B || C` is meant as it is written: C is for a failure of either. Words such as `file` are data, no commands.
# Lists of package names, and the words of SEEN, are split on purpose.
# dash, bash and busybox all have `local`, apart from its assignment, and all limits of ulimit that are named here.
# shellcheck disable=SC2015,SC2086,SC2209,SC3043,SC3045

set -u
umask 077
LC_ALL=C
export LC_ALL
# A login's limits (limits.conf(5)) are none of a run's; where they can't be lifted, a write fails, and its program isn't killed.
for limit in f t v; do ulimit "-$limit" unlimited 2>/dev/null || :; done
trap '' XFSZ

# The root is where this copy lies; only text that was sent says it in harden_root, empty on a real host.
case $0 in
*/var/lib/harden/runs/*/runtime.sh) R=${0%/var/lib/harden/runs/*} ;;
*) R=${harden_root-} ;;
esac
PATH=/usr/sbin:/usr/bin:/sbin:/bin
[ -z "$R" ] || PATH=$R/bin:$PATH
export PATH

D=$R/var/lib/harden
UNITS=$R/etc/systemd/system
ID=-           # the run that this process works for
RUN=/nonexistent
TALK=          # set: events go to stdout too
FAILED=        # set by the first failure of a pass; later steps are skipped
PASS=          # preflight, snapshot or apply: what `step` does with a data line
WORKERS_END=20 # seconds that a claimed rollback gives to what the apply had started
IN_APPLY=      # set in the unit that applies
RENEWED=       # the deadline that this process wrote last
STAMPED=       # the second, since the boot, whose time STAMP is
N=0            # number of the step at work
TOLD_WAY=      # what a rollback waits for, as it was told
HOMES_LEFT=    # set when everything was undone but what is known by a home, which is not mounted
KNOWN=         # events before the confirm of this process
NOTED=         # set by a note: on a full disk the event itself may be lost
LAST_LOOK=1    # empty: an undo is at work that compares once more, and mends what is amiss
AMISS=         # kinds of which something is, then
SYSTEMD_MOST=18 # seconds that a process waits in all for answers of systemd's that don't come
SYSTEMD_TIME=$SYSTEMD_MOST # those that are left

# A busybox sh prefers its own cp, which can't copy attributes alone.
cp() { /usr/bin/env cp "$@"; }

# use_run ID: the run's names. The caller has checked the form of ID.
use_run() {
  ID=$1
  RUN=$D/runs/$ID
  MARK=$R/run/harden-$ID # gone after a reboot, also after a container's
  APPLY_UNIT=harden-apply-$ID.service
  DEADMAN_UNIT=harden-deadman-$ID.service
  EARLY_UNIT=harden-early-$ID.service
}

# b64 TEXT: one word for an event.
b64() {
  if [ -n "$1" ]; then printf '%.6000s' "$1" | base64 -w0; else printf -- -; fi
}

# emit WORD…: one event line, into the run and to whoever listens.
emit() {
  if [ -d "$RUN" ]; then printf '@harden %s %s\n' "$ID" "$*" >>"$RUN/events"; fi 2>/dev/null
  if [ -n "$TALK" ]; then printf '@harden %s %s\n' "$ID" "$*"; fi 2>/dev/null
}

# keep_output OBJECT OUTPUT: a program may quote what only root can read; the controller shows the rest.
keep_output() { [ -z "$2" ] || printf '%s: %s\n' "$1" "$2" >>"$RUN/output"; } 2>/dev/null

# note CODE OBJECT TEXT [OUTPUT]: something that a person should know, once; nothing failed. OUTPUT is what a program said.
note() {
  local words
  NOTED=1
  words="note $1 $(b64 "$2") $(b64 "$3")${4:+ $(b64 "$4")}"
  grep -q -s -x -F -e "@harden $ID $words" "$RUN/events" && return
  keep_output "$2" "${4-}"
  emit "$words"
}

# amiss KIND CODE OBJECT TEXT [OUTPUT]: not as it was before the run: mended once more, and a note only where that was no use.
amiss() {
  if [ -z "$LAST_LOOK" ]; then
    AMISS="$AMISS $1"
  else
    shift
    note "$@"
  fi
}

# finish OUTCOME: the sentinel; a script without it did not come to its end.
finish() {
  printf '@harden %s end %s\n' "$ID" "$1"
  exit 0
}

# quote WORD…: sets QUOTED to the words as sh reads them back. Words have no newline here.
quote() {
  local word quoted
  QUOTED=
  for word in "$@"; do
    quoted=
    while :; do
      case $word in
      *\'*)
        quoted=$quoted${word%%\'*}"'\\''"
        word=${word#*\'}
        ;;
      *) break ;;
      esac
    done
    QUOTED="$QUOTED '$quoted$word'"
  done
  QUOTED=${QUOTED# }
}

# field FILE KEY: sets VALUE from the line `KEY VALUE…`.
field() {
  local line
  VALUE=
  [ -f "$1" ] || return 1
  while IFS= read -r line; do
    case $line in
    "$2 "*)
      VALUE=${line#"$2 "}
      return 0
      ;;
    esac
  done <"$1"
  return 1
}

# put FILE TEXT: replaces a small state file, atomically and durably.
put() {
  printf '%s\n' "$2" >"$1.new" && sync "$1.new" && mv -fT "$1.new" "$1" && sync "${1%/*}"
}

# uptime: sets UPTIME to whole seconds since the boot.
uptime() {
  read -r UPTIME _ </proc/uptime
  UPTIME=${UPTIME%%.*}
}

now() { date -u +%Y-%m-%dT%H:%M:%SZ; }
boot_id() { cat "$R/proc/sys/kernel/random/boot_id" 2>/dev/null || echo none; }

# renew SECONDS: the dead-man waits that long from now. Steps of the same second have the same deadline.
renew() {
  uptime
  [ "$RENEWED" != "$((UPTIME + $1))" ] || return 0
  RENEWED=$((UPTIME + $1))
  printf '%s\n' "$((UPTIME + $1))" >"$RUN/deadline.new" && mv -fT "$RUN/deadline.new" "$RUN/deadline"
}

# claim FROM TO: the one rename that settles a run; exactly one caller wins.
claim() {
  mv -T "$D/$1/$ID" "$D/$2/$ID" 2>/dev/null || return 1
  sync "$D/$1" "$D/$2"
}

# state: sets STATE to where the run stands now.
state() {
  STATE=unknown
  # A run moves only forwards, so looking backwards can't miss it.
  for STATE in pending rolling confirmed rolled-back unknown; do
    [ ! -e "$D/$STATE/$ID" ] || return 0
  done
}

# each_line FILE [forwards]: evaluates the complete data lines of an undo file, last first; a torn line was never acted
# upon. False, with IN_THE_WAY set and nothing evaluated, where they could not be read: not by tac(1), which copies a pipe to
# /tmp, where any user can take all room.
each_line() {
  local lines
  [ -f "$1" ] || return 0
  lines=$(awk -v forwards="${2-}" '
    / \.$/ { if (forwards != "") print; else line[++count] = $0 }
    END { while (count > 0) print line[count--] }' "$1") || {
    IN_THE_WAY="unreadable: $1"
    return 1
  }
  eval "$lines"
  return 0
}

# listed WORD LIST: true when the word is one of the list.
listed() {
  case " $2 " in *" $1 "*) return 0 ;; esac
  return 1
}

# await SECONDS COMMAND…: polls until it succeeds.
await() {
  local limit
  uptime
  limit=$((UPTIME + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    uptime
    [ "$UPTIME" -lt "$limit" ] || return 1
    sleep 0.1
  done
}
