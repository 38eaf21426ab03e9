# shellcheck shell=sh
# The units that keep the promise: on disk while a run is pending, so that no crash and no reboot loses them.

# ask WORD…: systemctl. Any user can keep systemd from answering: 124 or 143 where it has not in its time, which is ten seconds
# once, then two, and none when those are spent that a process waits for it in all.
ask() {
  systemd_limit
  [ "$LIMIT" -gt 0 ] || return 124
  timeout "$LIMIT" systemctl "$@" || unanswered $?
}

# was_silent: true when systemd has not answered in time.
was_silent() { [ "$SYSTEMD_TIME" -lt "$SYSTEMD_MOST" ]; }

# systemd_limit: sets LIMIT.
systemd_limit() {
  LIMIT=2
  was_silent || LIMIT=10
  [ "$SYSTEMD_TIME" -gt 0 ] || LIMIT=0
}

# unanswered STATUS: returns it. A caller that asks in a subshell calls this as well, since what is counted there is lost.
unanswered() {
  systemd_limit
  case $1 in 124 | 143) SYSTEMD_TIME=$((SYSTEMD_TIME - LIMIT)) ;; esac
  return "$1"
}

# patient WORD…: ask, and a job is waited for: two minutes while it runs, and as long as for an answer before it begins, apart from
# a boot, where it has its turn. 124 or 143 then; the job itself stays in systemd's queue.
patient() {
  local verb begins ends jobs
  verb=$1
  case $verb in
  start | stop | restart | reload) ;;
  *)
    ask "$@"
    return
    ;;
  esac
  ask --no-block "$@" || return
  shift
  [ "$1" != -- ] || shift
  systemd_limit
  uptime
  ends=$((UPTIME + 120))
  begins=$((UPTIME + LIMIT))
  [ -z "${AT_BOOT-}" ] || begins=$ends
  while :; do
    jobs=$(ask list-jobs --no-legend -- "$@" "$1.service" 2>/dev/null) || unanswered $? || return
    uptime
    case $jobs in
    '') return 0 ;;
    *' waiting'*) [ "$UPTIME" -lt "$begins" ] || unanswered 124 || return ;;
    *) [ "$UPTIME" -lt "$ends" ] || return 124 ;;
    esac
    sleep 0.1
  done
}

# daemon_reload: an apply has time for a host of many units.
daemon_reload() {
  if [ "$PASS" = apply ]; then timeout 120 systemctl daemon-reload; else ask daemon-reload; fi 2>/dev/null
}

# arm: from here on the host comes back by itself. What is started must not inherit the lock that is held meanwhile.
arm() {
  local wants
  ALTERED=
  for wants in "$UNITS/sysinit.target.wants" "$UNITS/multi-user.target.wants"; do
    [ -d "$wants" ] || { printf '%s\n' "$wants" >>"$RUN/made" && mkdir "$wants"; } || return 1
  done
  mkdir -p "$R/run/systemd/system" &&
    unit_early >"$UNITS/$EARLY_UNIT" &&
    unit_deadman >"$UNITS/$DEADMAN_UNIT" &&
    unit_apply >"$R/run/systemd/system/$APPLY_UNIT" &&
    ln -sf "../$EARLY_UNIT" "$UNITS/sysinit.target.wants/$EARLY_UNIT" &&
    ln -sf "../$DEADMAN_UNIT" "$UNITS/multi-user.target.wants/$DEADMAN_UNIT" &&
    chmod 644 "$UNITS/$EARLY_UNIT" "$UNITS/$DEADMAN_UNIT" "$R/run/systemd/system/$APPLY_UNIT" &&
    sync "$UNITS/$EARLY_UNIT" "$UNITS/$DEADMAN_UNIT" "$UNITS" "$UNITS/sysinit.target.wants" \
      "$UNITS/multi-user.target.wants" &&
    true >"$MARK" &&
    renew "$APPLY_TIMEOUT" &&
    unaltered &&
    ask start "$DEADMAN_UNIT" 9<&- &&
    ask is-active --quiet "$DEADMAN_UNIT" &&
    printf '%s\n' "$ID" >"$RUN/claim" && sync "$RUN/claim" "$RUN" "$D/runs" &&
    mv -T "$RUN/claim" "$D/pending/$ID" && sync "$D/pending" "$D"
}

# unaltered: true unless a drop-in, as service.d has them for all services, may keep the dead-man from what it restores; else
# ALTERED says which, and by what. Lines that only loosen or are about something else may stay, such as those of LXC.
unaltered() {
  local path paths line
  paths=$(ask show --property DropInPaths --value "$DEADMAN_UNIT" 2>/dev/null) || unanswered $? || return
  for path in $paths; do
    ALTERED=$path
    while IFS= read -r line || [ -n "$line" ]; do
      ALTERED="$path	${line%%=*}"
      case $line in
      '' | ['#;[']* | Description=* | Documentation=* | OnFailure*=*) ;;
      Timeout*=* | *Accounting=* | Log*=* | Syslog*=* | Standard*=* | Environment*=* | *Credential*=* | LimitCORE=* | LimitNOFILE=*) ;;
      Protect*=no | Protect*=default | ProcSubset=all | Private*=no | Restrict*=no | Lock*=no | NoNewPrivileges=no) ;;
      *) return 1 ;;
      esac
    done <"$path" || return 1
  done
  ALTERED=
}

# altered_why: ALTERED for people.
altered_why() {
  local path
  path=${ALTERED%%	*}
  printf 'a drop-in for all services could keep it from what it restores: %s, by %s. ' "$path" "${ALTERED#*	}"
  printf 'ln -s /dev/null %s takes the units of harden out of it: mkdir %s first' \
    "$UNITS/harden-.service.d/${path##*/}" "$UNITS/harden-.service.d"
}

# disarm: nothing of a settled run is left on disk but its journal. Repeatable. The dead-man, which ends by itself now,
# has systemd forget the units: nobody else waits for that.
disarm() {
  lock
  drop_lease
  unlock
  remove_units "$ID"
}

# remove_units RUN: its units, and the folders that were made for them. The dead-man's unit is the last to go: a boot
# after a crash in here starts it to do this again.
remove_units() {
  local made
  rm -f "$UNITS/sysinit.target.wants/harden-early-$1.service" "$UNITS/harden-early-$1.service" \
    "$R/run/systemd/system/harden-apply-$1.service" "$R/run/harden-$1" "$R/run/harden-$1.early"
  rm -f "$UNITS/multi-user.target.wants/harden-deadman-$1.service" "$UNITS/harden-deadman-$1.service"
  [ ! -f "$D/runs/$1/made" ] || while IFS= read -r made; do rmdir "$made" 2>/dev/null; done <"$D/runs/$1/made"
  sync "$UNITS"
}

# discard RUN: a run that was never armed leaves nothing.
discard() {
  local settled
  case $1 in '' | *[!0-9A-Za-z-]*) return ;; esac
  for settled in pending rolling confirmed rolled-back; do [ ! -e "$D/$settled/$1" ] || return; done
  remove_units "$1"
  # Room taken on other file systems, and what was brought for it.
  each_line "$D/runs/$1/undo/reserve"
  release_all "$D/runs/$1"
  rm -rf "$D/runs/$1"
}

# abandon: the same for this run, and its lease.
abandon() {
  discard "$ID"
  lock
  drop_lease
  unlock
  daemon_reload
}

unit_early() {
  cat <<END
[Unit]
Description=harden: restores the files of unconfirmed run $ID before services start
DefaultDependencies=no
Conflicts=shutdown.target
RequiresMountsFor=$D $UNITS
After=systemd-remount-fs.service
Before=sysinit.target shutdown.target $BOOT_READERS
ConditionPathExists=$RUN/runtime.sh
ConditionPathExistsGlob=|$D/pending/*
ConditionPathExistsGlob=|$D/rolling/*
ConditionPathExistsGlob=|$D/confirmed/*

[Service]
Type=oneshot
TimeoutStartSec=300
ExecStart=/bin/sh $RUN/runtime.sh early $ID
END
}

# Whoever goes to rescue or emergency.target stops sysinit.target, and with that all that needs it.
unit_deadman() {
  cat <<END
[Unit]
Description=harden: rolls run $ID back unless it is confirmed
DefaultDependencies=no
Conflicts=shutdown.target
RequiresMountsFor=$D $UNITS
ConditionPathExists=$RUN/runtime.sh
After=basic.target $BOOT_READERS
Before=shutdown.target
IgnoreOnIsolate=yes
StartLimitIntervalSec=0

[Service]
Type=simple
ExecStart=/bin/sh $RUN/runtime.sh deadman $ID
Restart=always
RestartSec=1
RestartPreventExitStatus=0
OOMScoreAdjust=-1000
KillMode=process
IgnoreSIGPIPE=no
StandardInput=null
StandardOutput=null
StandardError=journal
END
  command -v systemd-notify >/dev/null || return 0
  printf '%s\n' WatchdogSec=30 WatchdogSignal=SIGKILL NotifyAccess=all
}

unit_apply() {
  cat <<END
[Unit]
Description=harden: applies run $ID
CollectMode=inactive-or-failed

[Service]
Type=simple
ExecStart=/bin/sh $RUN/runtime.sh apply $ID
KillMode=process
TimeoutStopSec=10
IgnoreSIGPIPE=no
StandardInput=null
StandardOutput=null
StandardError=journal
END
}
