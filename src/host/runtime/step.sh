# shellcheck shell=sh
# A data line is `step NUMBER ADDRESS TOLD OWN-CONTROL OWN-ADDRESS RELEASE-ADDRESS VERB WORD…`; TOLD is the address as an
# event has it. It is evaluated in three passes: preflight reads only, snapshot writes backups and undo, apply changes.

step() {
  [ -z "$FAILED" ] || return 0
  N=$1
  ADDRESS=$2
  OWN_CONTROL=$4
  OWN_ADDRESS=$5
  RELEASE=$6
  local told verb
  told=$3
  verb=$7
  shift 7
  case $PASS in
  preflight | snapshot) "${PASS}_$verb" "$@" ;;
  apply)
    # Stopped between two steps when somebody claimed the rollback.
    [ -e "$D/$WHILE/$ID" ] || exit 0
    renew "$APPLY_TIMEOUT" || fail no-space "$RUN" "the deadline can't be renewed; $(space_of "$RUN")"
    [ -z "$FAILED" ] || return 0
    emit step "$N" start "$told" "$verb"
    "apply_$verb" "$@"
    [ -n "$FAILED" ] || emit step "$N" "done" "$told" "$verb"
    ;;
  esac
}

# fail CODE OBJECT TEXT [OUTPUT]: the run can't go on. A full disk may be the reason, and must take it.
fail() {
  FAILED=1
  release_reserve
  keep_output "$2" "${4-}"
  emit failed "$1" "$(b64 "$2")" "$(b64 "$3")" "$N" ${4:+"$(b64 "$4")"}
}

# fail_backup OBJECT: what it was could not be kept, on the journal's file system or on its own.
fail_backup() {
  case $1 in
  /*) fail backup "$1" "the backup could not be made; $(space_of "$RUN" "$1")" ;;
  *) fail backup "$1" "the backup could not be made; $(space_of "$RUN")" ;;
  esac
}

# undo_line KIND WORDS: a line by which an undo gives something back. The run can't go on without it: false.
undo_line() { printf 'undo_%s %s .\n' "$1" "$2" >>"$RUN/undo/$1" || no_undo; }

# no_undo: nothing of the step has been changed yet, and nothing could give it back.
no_undo() { fail no-space "$RUN" "the undo could not be written; $(space_of "$RUN")" && return 1; }

# refuse CODE OBJECT TEXT [OUTPUT]: found before anything changed; all reasons are collected.
refuse() {
  REFUSED=$((REFUSED + 1))
  emit refused "$1" "$(b64 "$2")" "$(b64 "$3")" "$(b64 "$ADDRESS")" ${4:+"$(b64 "$4")"}
}

# own WORD…: the step's thing is ours from now on; WORD… is the data that gives the original back.
own() {
  local undo
  [ -z "$RELEASE" ] || released
  [ -n "$OWN_ADDRESS" ] || return 0
  quote "$@"
  undo=$QUOTED
  quote "$OWN_ADDRESS" "$OWN_CONTROL" "$undo"
  printf 'manifest_own %s .\n' "$QUOTED" >>"$RUN/owned" || fail_owned
}

# released: what the step gives back is nobody's any more; $RELEASE has tabs between addresses.
released() {
  local address
  while IFS= read -r address; do
    quote "$address"
    printf 'manifest_release %s .\n' "$QUOTED" >>"$RUN/owned" || fail_owned
  done <<END
$(printf '%s' "$RELEASE" | tr '\t' '\n')
END
}

fail_owned() { fail no-space "$RUN/owned" "it could not be written; $(space_of "$RUN")"; }

# journal VERB OBJECT BEFORE AFTER BACKUP: one tab-separated line a change; see docs of host/script.ts.
journal() {
  uptime
  # Steps of the same second have the same time.
  [ "$STAMPED" = "$UPTIME" ] || { STAMP=$(now) && STAMPED=$UPTIME; }
  printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$STAMP" "$N" "$ADDRESS" "$1" "$2" "$3" "$4" "${5--}" >>"$RUN/journal" ||
    fail no-space "$RUN/journal" "it could not be written; $(space_of "$RUN")"
}

# fresh PATH WORD…: true when the path looks as the plan says it did.
fresh() {
  local path
  path=$1
  shift
  look "$path"
  [ "$SEEN" = "$*" ]
}

# first_touch OBJECT: true once an object; only then does the plan's preimage describe it.
first_touch() {
  case $TOUCHED in
  *"|$1|"*) return 1 ;;
  esac
  TOUCHED="$TOUCHED|$1|"
}
