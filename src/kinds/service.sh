# shellcheck shell=sh
# Services: what they were before, and bringing that back. What a unit needs beyond systemctl comes as words:
#     ready=NAME       there again when ready_NAME says so, after a start, restart or reload
#     listens=NAME     a reload is done when main_NAME has a new socket on each port of listens_NAME, and an undo when it
#                      listens where it did before the run
#     check=NAME       an undo reloads it only with a configuration that check_NAME takes
#     socket=UNIT      where that is active, systemd starts this for whoever comes, and a reload would end it
#     frees=UNIT       stopped before this starts, which would refuse to start beside it
#     socket-was=STATE as the run found that; only in an undo
#     keeps=NAME       keep_NAME before and kept_NAME after a start or restart: what that would change besides; where the first
#                      is false it does not happen; preflight_NAME and record_NAME before the run, undone_NAME after its undo

# word_of NAME WORD…: sets VALUE.
word_of() {
  local name
  name=$1
  shift
  VALUE=
  while [ $# -gt 0 ]; do
    case $1 in "$name="*) VALUE=${1#*=} ;; esac
    shift
  done
}

# unit_state UNIT: sets LOADED, ENABLED and ACTIVE; LOADED is `unread` where systemd does not answer.
unit_state() {
  local shown key value
  LOADED=unread
  ENABLED=
  ACTIVE=inactive
  INVOKED=
  shown=$(ask show -p LoadState -p UnitFileState -p ActiveState -p InvocationID -- "$1" 2>/dev/null) || unanswered $?
  while IFS='=' read -r key value; do
    case $key in
    LoadState) LOADED=$value ;;
    UnitFileState) ENABLED=$value ;;
    ActiveState) ACTIVE=$value ;;
    InvocationID) INVOKED=$value ;;
    esac
  done <<END
$shown
END
  : "${ENABLED:=none}"
}

preflight_service() { # UNIT OPERATION WORD…
  unit_state "$1"
  case $LOADED in
  not-found) refuse no-unit "$1" "there is no such unit" ;;
  unread) refuse unreadable "$1" "systemd did not say its state in time" ;;
  esac
  word_of keeps "$@"
  case $2:$VALUE in restart:?* | stop:?*) "preflight_$VALUE" ;; esac
}

# known_unit UNIT: unit_state; what it was is never guessed, as an undo would bring that back.
known_unit() {
  unit_state "$1"
  [ "$LOADED" != unread ] || { fail unit "$1" "systemd did not say its state in time" && return 1; }
}

# The first line of a unit holds its state before the run; each line an operation that the undo repeats.
snapshot_service() {
  local unit operation
  unit=$1
  operation=$2
  shift 2
  word_of socket "$@"
  if [ -n "$VALUE" ]; then
    known_unit "$VALUE" || return 0
    set -- "$@" "socket-was=$ACTIVE"
  fi
  known_unit "$unit" || return 0
  quote "$unit" "$LOADED" "$ENABLED" "$ACTIVE" "$operation" "$@"
  undo_line service "$QUOTED" || return
  word_of keeps "$@"
  [ -z "$VALUE" ] || "record_$VALUE"
  word_of listens "$@"
  [ -z "$VALUE" ] || record_listener "$VALUE"
}

apply_service() {
  local unit operation before said
  unit=$1
  operation=$2
  shift 2
  known_unit "$unit" || return 0
  before="$ENABLED $ACTIVE"
  word_of listens "$@"
  case $operation:$VALUE in
  reload:?*) reload_listener "$unit" "$VALUE" ;;
  reload:* | enable:* | disable:* | start:* | stop:* | restart:*) unit_run "$operation" "$unit" "$@" ;;
  *) fail bad-data "$unit" "unknown operation $operation" ;;
  esac
  [ -z "$FAILED" ] || return 0
  word_of ready "$@"
  case $operation:$VALUE in
  start:?* | restart:?* | reload:?*)
    said=$("ready_$VALUE") || { fail unit "$unit" "${said:-it does not answer}" && return; }
    ;;
  esac
  unit_state "$unit"
  journal "service-$operation" "$unit" "$before" "$ENABLED $ACTIVE"
  own service "$unit" $before
}

# unit_run OPERATION UNIT WORD…: with what systemd says when it fails.
unit_run() {
  local operation unit said
  operation=$1
  unit=$2
  shift 2
  if [ "$operation" = reload ] && [ "$ACTIVE" != active ]; then return 0; fi
  free "$operation" "$@"
  afresh "$operation" "$unit"
  retain "$@" || return 0
  # As long as the dead-man waits for a step.
  said=$(timeout "$APPLY_TIMEOUT" systemctl "$operation" -- "$unit" 2>&1) || fail unit "$unit" "$operation:" "$said
$(ask status --no-pager -n 5 -- "$unit" 2>&1 | tail -n 8)"
  retained "$@"
}

# afresh OPERATION UNIT: some units refuse to start for the n-th time within a while, whoever started them before.
afresh() { case $1 in start | restart) patient reset-failed -- "$2" 2>/dev/null || : ;; esac; }

# retain WORD…, retained WORD…: around a restart; the first is false where there is to be none.
retain() {
  word_of keeps "$@"
  [ -z "$VALUE" ] || "keep_$VALUE"
}

retained() {
  word_of keeps "$@"
  [ -z "$VALUE" ] || "kept_$VALUE"
}

# free OPERATION WORD…: open sessions stay (KillMode=process).
free() {
  local operation
  operation=$1
  shift
  word_of frees "$@"
  case $operation:$VALUE in restart:?* | start:?*) patient stop -- "$VALUE" 2>/dev/null ;; esac
}

# state_service: loaded, enabled, active.
state_service() {
  local unit
  for unit in ssh.service ssh.socket ufw.service fail2ban.service auditd.service audit-rules.service \
    unattended-upgrades.service docker.service apt-daily-upgrade.timer systemd-journald.service rsyslog.service; do
    systemctl show -p LoadState -p UnitFileState -p ActiveState "$unit" 2>/dev/null | sort | tr '\n' ' ' |
      awk -v unit="$unit" '/LoadState=not-found/ { print "unit " unit " absent"; next } { print "unit " unit " " $0 }'
  done
}
