# shellcheck shell=sh
# Services: what they were before, and bringing that back. What a unit needs beyond systemctl comes as words:
#     ready=NAME       there again when ready_NAME says so, after a start, restart or reload
#     listens=NAME     a reload is done when main_NAME has a new socket on each port of listens_NAME, and an undo when it
#                      listens where it did before the run
#     check=NAME       an undo reloads it only with a configuration that check_NAME takes
#     socket=UNIT      where that is active, systemd starts this for whoever comes, and a reload would end it
#     frees=UNIT       stopped before this starts, which would refuse to start beside it
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
  shown=$(ask show -p LoadState -p UnitFileState -p ActiveState -- "$1" 2>/dev/null) || unanswered $?
  while IFS='=' read -r key value; do
    case $key in
    LoadState) LOADED=$value ;;
    UnitFileState) ENABLED=$value ;;
    ActiveState) ACTIVE=$value ;;
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
  known_unit "$unit" || return 0
  quote "$unit" "$LOADED" "$ENABLED" "$ACTIVE" "$operation" "$@"
  printf 'undo_service %s .\n' "$QUOTED" >>"$RUN/undo/service"
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
  said=$(timeout "$APPLY_TIMEOUT" systemctl "$operation" -- "$unit" 2>&1) || fail unit "$unit" "$operation: $said
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

# undoing_service: a way in comes first, since the others may be waited for.
undoing_service() {
  UNITS_DONE='' ENGINE_WAS_OFF=''
  reread_units
  eval "$(grep -e " 'listens=" -e " 'frees=" "$RUN/undo/service" | grep ' \.$')"
}

undone_service() {
  free_ports
  undone_docker
}

early_service() { hold_ports; }

confirm_service() { free_ports; }

quiet_service() {
  UNTAKEN=
  quiet_docker
}

# Enablement, then activity; a reload or restart is repeated, as the files are the old ones again.
undo_service() { # UNIT LOADED ENABLED ACTIVE OPERATION WORD… .
  local unit loaded was_enabled was_active on_demand operations told
  case $UNITS_DONE in *"|$1|"*) return 0 ;; esac
  UNITS_DONE="$UNITS_DONE|$1|"
  unit=$1
  loaded=$2
  was_enabled=$3
  was_active=$4
  shift 5
  quote "$unit"
  operations=$(grep -F -e "undo_service $QUOTED " "$RUN/undo/service")
  told=
  ! tell_listener "$unit" "$@" || told=1
  on_demand=
  LOADED=
  word_of socket "$@"
  if [ -n "$VALUE" ]; then
    unit_state "$VALUE"
    [ "$ACTIVE" != active ] || on_demand=restart
  fi
  [ "$LOADED" = unread ] || unit_state "$unit"
  [ -z "$on_demand" ] || was_active=$ACTIVE
  [ "$loaded" != not-found ] && [ "$LOADED" != not-found ] || return 0
  if [ "$LOADED" = unread ]; then
    UNTAKEN="$UNTAKEN $unit"
    unread_unit
    back_listener "$unit" "$@"
    return
  fi
  if [ -n "$AT_BOOT" ] && brought "$unit"; then
    unlink_unit "$unit"
    return
  fi
  if [ "$ENABLED" = masked ] && [ "$was_enabled" != masked ]; then
    note differs "$unit" "somebody has masked it since the run began, and it stays so. To have it as it was ($was_enabled, $was_active): systemctl unmask $unit"
    return
  fi
  undo_enablement "$unit"
  undo_activity "$@"
  case $on_demand$was_active in active | reloading | activating) back_listener "$unit" "$@" ;; esac
  unit_state "$unit"
  [ "$LOADED" != unread ] || { unread_unit && return; }
  [ -z "$on_demand" ] || was_active=$ACTIVE
  case $was_active in reloading | activating) was_active=active ;; failed | deactivating) was_active=inactive ;; esac
  case $ACTIVE in failed | deactivating) ACTIVE=inactive ;; activating | reloading) ACTIVE=active ;; esac
  [ "$ENABLED $ACTIVE" = "$was_enabled $was_active" ] ||
    amiss service differs "$unit" "was: $was_enabled $was_active; is: $ENABLED $ACTIVE"
}

# unread_unit: of the caller's $unit.
unread_unit() {
  amiss service not-restored "$unit" "systemd did not say its state in time, so that it could not be looked at. Its files are the old ones; see whether it goes by them: systemctl status $unit"
}

# takes_back UNIT WORD…: true when its check takes the configuration that is back.
takes_back() {
  local unit
  unit=$1
  shift
  word_of check "$@"
  [ -z "$VALUE" ] || "check_$VALUE" 2>/dev/null ||
    { note not-restored "$unit" "its original configuration is not valid; left running" && return 1; }
}

# undo_activity WORD…: of the caller's $unit, $was_active, $on_demand, $operations and $told.
undo_activity() {
  case $was_active in
  active | reloading | activating)
    if [ "$ACTIVE" != active ]; then
      afresh start "$unit"
      retain "$@"
      patient start -- "$unit" 2>/dev/null
      retained "$@"
    elif [ -z "$AT_BOOT$LAST_LOOK" ] || listed "$unit" "$UNTAKEN"; then
      case $operations in
      *" 'restart' "*) undo_restart "$unit" restart "$@" ;;
      *" 'reload' "*) [ -n "$told" ] || undo_restart "$unit" "${on_demand:-reload}" "$@" ;;
      esac
    fi
    ;;
  *) case $ACTIVE in active | activating | reloading) patient stop -- "$unit" 2>/dev/null ;; esac ;;
  esac
}

# brought UNIT: true when a package that the run installed brought it.
brought() { grep -q -x -F -e "$1" "$RUN/undo/masked" 2>/dev/null; }

# unlink_unit UNIT: masked since the boot until its package goes, it has nothing to stop or to compare; systemctl
# disables no masked unit.
unlink_unit() {
  [ "$was_enabled" = enabled ] || find "$R/etc/systemd/system" -maxdepth 2 -type l -lname "*/$1" -exec rm -f {} +
}

undo_restart() { # UNIT OPERATION WORD…
  local unit operation failed
  unit=$1
  operation=$2
  failed=
  shift 2
  takes_back "$unit" "$@" || return 0
  # Not with the lines of a unit's file that is no longer there.
  if reread_units; then
    free "$operation" "$@"
    afresh "$operation" "$unit"
    retain "$@" || return 0
    patient "$operation" -- "$unit" 2>/dev/null || failed=$?
    retained "$@"
  else
    failed=124
  fi
  case $failed in 124 | 143) ;; *) return 0 ;; esac
  UNTAKEN="$UNTAKEN $unit"
  amiss service not-restored "$unit" "its files are the old ones, and systemd has not come to its $operation in time. Look whether it has by now: systemctl list-jobs. If not: systemctl $operation $unit"
}

undo_enablement() { # UNIT
  [ "$ENABLED" != "$was_enabled" ] || return 0
  case $ENABLED in masked-runtime) patient unmask -- "$1" 2>/dev/null ;; esac
  case $was_enabled in
  enabled) patient enable -- "$1" 2>/dev/null ;;
  disabled) patient disable -- "$1" 2>/dev/null ;;
  masked) patient mask -- "$1" 2>/dev/null ;;
  esac
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
