# shellcheck shell=sh
# Services: what they were before, and bringing that back.

# unit_state UNIT: sets LOADED, ENABLED and ACTIVE.
unit_state() {
  LOADED=not-found
  ENABLED=
  ACTIVE=inactive
  shown=$(systemctl show -p LoadState -p UnitFileState -p ActiveState -- "$1" 2>/dev/null)
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

preflight_unit() { # UNIT OPERATION
  unit_state "$1"
  [ "$LOADED" != not-found ] || refuse no-unit "$1" "there is no such unit"
}

snapshot_unit() {
  quote "$1"
  unit_state "$1"
  # The first line of a unit holds its state before the run; each line an operation that the undo repeats.
  quote "$1" "$LOADED" "$ENABLED" "$ACTIVE" "$2"
  printf 'undo_unit %s .\n' "$QUOTED" >>"$RUN/undo/units"
}

apply_unit() {
  unit_state "$1"
  before="$ENABLED $ACTIVE"
  case $2 in
  reload)
    case $1 in
    ssh | ssh.service | sshd | sshd.service) reload_ssh "$1" ;;
    *) unit_run reload "$1" ;;
    esac
    ;;
  enable | disable | start | stop | restart) unit_run "$2" "$1" ;;
  *) fail bad-data "$1" "unknown operation $2" ;;
  esac
  [ -z "$FAILED" ] || return 0
  case $1:$2 in
  fail2ban*:start | fail2ban*:restart | fail2ban*:reload) await 15 fail2ban-client ping ||
    { fail unit "$1" "it does not answer" && return; }
    await_jails ;;
  esac
  unit_state "$1"
  journal "unit-$2" "$1" "$before" "$ENABLED $ACTIVE"
  own unit "$1" $before
}

# unit_run OPERATION UNIT: with what systemd says when it fails.
unit_run() {
  if [ "$1" = reload ] && [ "$ACTIVE" != active ]; then return 0; fi
  free_socket "$2" "$1"
  said=$(systemctl "$1" -- "$2" 2>&1) || fail unit "$2" "$1: $said
$(systemctl status --no-pager -n 5 -- "$2" 2>&1 | tail -n 8)"
}

# free_socket UNIT OPERATION: systemd refuses to start ssh.socket while ssh.service runs, and would leave nobody
# listening; open sessions stay (KillMode=process).
free_socket() {
  case $1:$2 in ssh.socket:restart | ssh.socket:start) systemctl stop -- ssh.service 2>/dev/null ;; esac
}

# await SECONDS COMMAND…: polls until it succeeds.
await() {
  uptime
  await_until=$((UPTIME + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    uptime
    [ "$UPTIME" -lt "$await_until" ] || return 1
    sleep 0.1
  done
}

# await_jails: fail2ban's server answers before its configuration has come, which a thread of its own brings all at once
# (fail2banclient.py, configureServer). What never comes is for the proof to say.
await_jails() {
  has_jails || ! fail2ban-client -d 2>/dev/null | grep -q "^\['add'," || await 15 has_jails
}

has_jails() { fail2ban-client status 2>/dev/null | grep -q 'Number of jail:[[:space:]]*[1-9]'; }

# listeners: `PORT INODE` of each TCP socket that listens.
listeners() {
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk '$4 == "0A" { sub(/.*:/, "", $2); print $2, $10 }'
}

# reload_ssh UNIT: with a config that sshd refuses, the old daemon goes on; it is never restarted.
reload_ssh() {
  [ "$ACTIVE" = active ] || return 0
  listeners >"$RUN/listeners"
  unit_run reload "$1"
  [ -n "$FAILED" ] || await 3 listens_again ||
    note slow-reload "$1" "no new listening socket within 3 seconds"
  rm -f "$RUN/listeners"
}

# listens_again: each of sshd's ports has a socket that was not there before the reload.
listens_again() {
  ports=$(sshd -T -C user=root,host=localhost,addr=127.0.0.1,laddr=127.0.0.1,lport=22 2>/dev/null | awk '$1 == "port" { printf "%04X\n", $2 }')
  [ -n "$ports" ] || return 1
  for port in $ports; do
    listeners | awk -v port="$port" -v old="$RUN/listeners" '
      BEGIN { while ((getline line < old) > 0) seen[line] = 1 }
      $1 == port && !($0 in seen) { found = 1 } END { exit !found }' || return 1
  done
}

# patient WORD…: a job that never ends must not keep the rest of the undo from happening.
patient() { timeout 120 systemctl "$@"; }

# undo_units [boot]: enablement, then activity; a reload or restart is repeated, as the files are the old ones again.
undo_units() {
  [ -f "$RUN/undo/units" ] || return 0
  UNITS_DONE=
  UNDO_AT_BOOT=${1-}
  data=$(grep ' \.$' "$RUN/undo/units")
  eval "$data"
}

undo_unit() { # UNIT LOADED ENABLED ACTIVE OPERATION .
  case $UNITS_DONE in *"|$1|"*) return 0 ;; esac
  UNITS_DONE="$UNITS_DONE|$1|"
  was_enabled=$3
  was_active=$4
  on_demand "$1"
  unit_state "$1"
  [ -z "$ON_DEMAND" ] || was_active=$ACTIVE
  [ "$2" != not-found ] && [ "$LOADED" != not-found ] || return 0
  if [ -n "$UNDO_AT_BOOT" ] && brought "$1"; then
    unlink_unit "$1"
    return
  fi
  undo_enablement "$1"
  quote "$1"
  operations=$(grep -F -e "undo_unit $QUOTED " "$RUN/undo/units")
  case $was_active in
  active | reloading | activating)
    if [ "$ACTIVE" != active ]; then
      patient start -- "$1" 2>/dev/null
    elif [ -z "$UNDO_AT_BOOT" ]; then
      case $operations in
      *" 'restart' ."*) undo_restart "$1" restart ;;
      *" 'reload' ."*) undo_restart "$1" "${ON_DEMAND:-reload}" ;;
      esac
    fi
    ;;
  *) case $ACTIVE in active | activating | reloading) patient stop -- "$1" 2>/dev/null ;; esac ;;
  esac
  unit_state "$1"
  [ -z "$ON_DEMAND" ] || was_active=$ACTIVE
  case $was_active in reloading | activating) was_active=active ;; failed | deactivating) was_active=inactive ;; esac
  case $ACTIVE in failed | deactivating) ACTIVE=inactive ;; activating | reloading) ACTIVE=active ;; esac
  [ "$ENABLED $ACTIVE" = "$was_enabled $was_active" ] ||
    note differs "$1" "was: $was_enabled $was_active; is: $ENABLED $ACTIVE"
}

# on_demand UNIT: sets ON_DEMAND where systemd listens for sshd and starts it for whoever comes: then it is nobody's state
# whether it runs, and a reload would end it.
on_demand() {
  ON_DEMAND=
  [ "$1" = ssh.service ] || return 0
  unit_state ssh.socket
  [ "$ACTIVE" != active ] || ON_DEMAND=restart
}

# brought UNIT: true when a package that the run installed brought it.
brought() { grep -q -x -F -e "$1" "$RUN/undo/masked" 2>/dev/null; }

# unlink_unit UNIT: masked since the boot until its package goes, it has nothing to stop or to compare; systemctl
# disables no masked unit.
unlink_unit() {
  [ "$was_enabled" = enabled ] || find "$R/etc/systemd/system" -maxdepth 2 -type l -lname "*/$1" -exec rm -f {} +
}

undo_restart() { # UNIT OPERATION
  case $1 in
  ssh | ssh.service | sshd | sshd.service)
    sshd -t 2>/dev/null || { note not-restored "$1" "its original configuration is not valid; left running" && return; }
    ;;
  esac
  free_socket "$1" "$2"
  patient "$2" -- "$1" 2>/dev/null || note not-restored "$1" "$2 failed"
}

undo_enablement() { # UNIT
  [ "$ENABLED" != "$was_enabled" ] || return 0
  case $ENABLED in masked*) systemctl unmask -- "$1" 2>/dev/null ;; esac
  case $was_enabled in
  enabled) systemctl enable -- "$1" 2>/dev/null ;;
  disabled) systemctl disable -- "$1" 2>/dev/null ;;
  masked) systemctl mask -- "$1" 2>/dev/null ;;
  esac
}
