# shellcheck shell=sh
# The undo of services: what they were before comes back, as far as systemd answers.

# undoing_service: a way in comes first, since the others may be waited for.
undoing_service() {
  UNITS_DONE='' ENGINE_WAS_OFF=''
  reread_units
  eval "$(grep -e " 'listens=" -e " 'frees=" "$RUN/undo/service" | grep ' \.$')"
}

undone_service() {
  WAITED=
  free_ports
  undone_docker
}

early_service() { hold_ports; }

confirm_service() { free_ports; }

# third_service: told as each is undone, which asks systemd for its state anyway. A boot has started them anew.
third_service() { [ ! -e "$MARK" ] || WAITED=1; }

quiet_service() {
  UNTAKEN=
  quiet_docker
}

# Enablement, then activity; a reload or restart is repeated, as the files are the old ones again.
undo_service() { # UNIT LOADED ENABLED ACTIVE OPERATION WORD… .
  local unit loaded was_enabled was_active on_demand operations told moved
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
  moved=
  LOADED=
  word_of socket "$@"
  if [ -n "$VALUE" ]; then
    unit_state "$VALUE"
    [ "$ACTIVE" != active ] || on_demand=restart
    ! socket_moved "$VALUE" "$@" || moved=$VALUE
  fi
  [ "$LOADED" = unread ] || unit_state "$unit"
  [ -z "${WAITED-}" ] || third_unit
  [ -z "$on_demand$moved" ] || was_active=$ACTIVE
  # Logins come by the unit now: at the next boot, too.
  [ -z "$moved" ] || [ -n "$on_demand" ] || was_enabled=$ENABLED
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
  [ -z "$on_demand$moved" ] || was_active=$ACTIVE
  [ "$(calm "$ENABLED $ACTIVE")" = "$(calm "$was_enabled $was_active")" ] ||
    amiss service differs "$unit" "was: $was_enabled $was_active; is: $ENABLED $ACTIVE"
}

# calm STATE: prints it as it is once a job has ended, and as `inactive` for whichever reason.
calm() {
  case $1 in
  *' reloading' | *' activating') printf '%s active' "${1% *}" ;;
  *' failed' | *' deactivating') printf '%s inactive' "${1% *}" ;;
  *) printf '%s' "$1" ;;
  esac
}

# third_unit: of the caller's $unit, whose state is read. Where a socket starts it for whoever comes, it is nobody's whether it runs.
third_unit() {
  local left
  case $LOADED:$ENABLED in unread:* | not-found:* | *:masked) return ;; esac
  left=$(unit=$unit awk -F '\t' '$4 ~ /^service-/ && $5 == ENVIRON["unit"] { left = $7 } END { print left }' "$RUN/journal")
  if [ -n "$on_demand$moved" ]; then
    third_state "$unit" "$ENABLED" "$was_enabled" "${left% *}"
  else
    third_state "$unit" "$(calm "$ENABLED $ACTIVE")" "$(calm "$was_enabled $was_active")" "$(calm "$left")"
  fi
}

# socket_moved SOCKET WORD…: true, and told, where somebody else has started or stopped the socket of the caller's $unit, whose state
# is read. It stays so, as logins may have no other way in.
socket_moved() {
  local socket was now back
  socket=$1
  shift
  word_of socket-was "$@"
  was=$VALUE
  now=$(calm "- $ACTIVE")
  now=${now#- }
  case $LOADED:$was in unread:* | *: | *:"$now") return 1 ;; esac
  quote "$socket"
  ! grep -q -F -e "undo_service $QUOTED " "$RUN/undo/service" || return 1
  back="systemctl disable --now $socket; systemctl enable --now $unit"
  [ "$now" = active ] || back="systemctl disable --now $unit; systemctl enable --now $socket"
  note changed-by-others "$socket" "somebody changed it during the run: it was $was, is $now, and stays so, as logins may come in by it. Before the run $unit was $was_enabled $was_active. To have that again: $back"
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
    elif is_due; then
      case $operations in
      *" 'restart' "*) if is_same "$@"; then reload_same "$@"; else undo_restart "$unit" restart "$@"; fi ;;
      *" 'reload' "*) [ -n "$told" ] || undo_restart "$unit" "${on_demand:-reload}" "$@" ;;
      esac
    fi
    ;;
  *) case $ACTIVE in active | activating | reloading) patient stop -- "$unit" 2>/dev/null ;; esac ;;
  esac
}

# is_due: true where the caller's $unit is to read its files anew: at a boot what may have read them before they were restored, as
# journald, which nothing waits for.
is_due() {
  ! listed "$unit" "$UNTAKEN" || return 0
  [ -z "$LAST_LOOK" ] && { [ -z "$AT_BOOT" ] || ! starts_behind "$unit"; }
}

# starts_behind UNIT: true where a boot starts it behind the early half.
starts_behind() {
  local after
  after=$(ask show -p After --value -- "$1" 2>/dev/null) || unanswered $?
  listed "$EARLY_UNIT" "$after" || listed sysinit.target "$after"
}

# is_same WORD…: true where a unit whose restart harms others has not been started anew since the run began.
is_same() {
  word_of keeps "$@"
  [ -n "$VALUE" ] && "same_$VALUE"
}

# reload_same WORD…: of the caller's $unit: of the run's files it has read what a reload takes, and no more.
reload_same() { ! takes_back "$unit" "$@" || patient reload -- "$unit" 2>/dev/null; }

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
