# shellcheck shell=sh
# The runs of a host in the order of their numbers: an id has the time of a clock that may have been wrong.

# runs_in_order RUNS FILE: prints the path of FILE in each run of the folder RUNS that has it, that of the oldest run first. One
# that has lost its header counts as older than all others.
runs_in_order() {
  local run number
  {
    awk '$1 == "number" && !(FILENAME in seen) { seen[FILENAME]; print $2, FILENAME }' "$1"/*/header 2>/dev/null
    for run in "$1"/*; do [ ! -d "$run" ] || [ -e "$run/header" ] || printf '0 %s/header\n' "$run"; done
  } | sort -n | while read -r number run; do
    run=${run%/header}/$2
    [ ! -e "$run" ] || printf '%s\n' "$run"
  done
}
