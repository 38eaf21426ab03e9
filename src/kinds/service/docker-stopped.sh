# shellcheck shell=sh
# Containers that somebody has stopped: at its start the engine starts those again whose policy is always, or on-failure after an
# end with another code than 0 (tried on 20.10.24 and 26.1.5). Theirs is `no` while a run restarts it.

# hold_stopped_docker: with their policies written down, for they outlive the run; false where they can't be.
# shellcheck disable=SC2046,SC2086 # ids are split on purpose
hold_stopped_docker() {
  local stopped
  stopped=$(engine ps --all --quiet --no-trunc --filter status=exited)
  [ -n "$stopped" ] || return 0
  engine inspect --type container --format '{{.Id}} {{.HostConfig.RestartPolicy.Name}}:{{.HostConfig.RestartPolicy.MaximumRetryCount}}' $stopped |
    sed -n 's/ always:.*/ always/p; /^[^ ]* on-failure:/p' >>"$RUN/undo/held-back" && sync "$RUN/undo/held-back" "$RUN/undo" ||
    { [ "$PASS" = undo ] || no_undo || return; }
  [ -s "$RUN/undo/held-back" ] || return 0
  engine update --restart no $(cut -d ' ' -f 1 "$RUN/undo/held-back" | sort -u) >/dev/null || :
}

# held_docker: names those whose policies could not be set back.
held_docker() {
  [ ! -s "$RUN/undo/held-back" ] ||
    amiss service differs docker.service "these containers were stopped when the engine restarted, and their restart policies are not set back yet. Set them: $(sed 's/\(.*\) \(.*\)/docker update --restart \2 \1/' "$RUN/undo/held-back" | tr '\n' ';' | sed 's/;$//; s/;/; /g')"
}

# free_stopped_docker: their policies come back, but for those that somebody has given another one since.
free_stopped_docker() {
  local id policy
  [ -s "$RUN/undo/held-back" ] || return 0
  while read -r id policy <&4; do
    case $(engine inspect --type container --format '{{.HostConfig.RestartPolicy.Name}}' "$id") in
    no) engine update --restart "$policy" "$id" >/dev/null || return 1 ;;
    esac
  done 4<"$RUN/undo/held-back"
  rm -f "$RUN/undo/held-back"
}
