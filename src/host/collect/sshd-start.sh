# shellcheck shell=sh disable=SC2034,SC2154 # sshd.sh reads what is set here; what collect.sh and sshd.sh set
# What sshd was started with, and what systemd will start it with next. See collect.sh and sshd.sh.
sshd_pid='' sshd_text='' sshd_known='' sshd_args=''

# sshd_process: the sshd that listens, as its title says what it was started with: into $sshd_pid and $sshd_text. Its pid
# stands in its pid file, else among those of its unit; where sessions stay in there, a title may be a user's.
sshd_process() {
  for list in /run/sshd.pid /sys/fs/cgroup/system.slice/ssh.service/cgroup.procs \
    /sys/fs/cgroup/systemd/system.slice/ssh.service/cgroup.procs; do
    [ -r "$list" ] || continue
    while read -r pid; do
      case $pid in '' | *[!0-9]*) continue ;; esac
      # A user's process could also keep its reader waiting. dash, bash and busybox know -O.
      # shellcheck disable=SC3067
      [ "$uid" != 0 ] || [ -O "/proc/$pid" ] || continue
      title=''
      [ -r "/proc/$pid/cmdline" ] && IFS= read -r title <"/proc/$pid/cmdline"
      case $title in "sshd: /"*" [listener] "*) ;; *) continue ;; esac
      title=${title% "[listener] "*}
      sshd_pid=$pid sshd_text=${title#sshd: }
      return 0
    done <"$list"
  done
}

# sshd_words TEXT: of a command line the words that change what sshd -T says, a line each, into $sshd_args; false where the
# text can't be told apart. It is getopt(3)'s, and what is no option belongs to the value before it: sshd takes no operands.
sshd_words() {
  sshd_args='' sshd_blank=''
  case $1 in *"$NL"* | *'  '* | *' ') return 1 ;; esac
  sshd_ifs=$IFS
  IFS=' '
  set -f
  # shellcheck disable=SC2086 # the title has lost which blanks are parts of words
  set -- $1
  set +f
  IFS=$sshd_ifs
  [ "${1-}" = "$(command -v sshd)" ] || return 1
  shift
  while [ $# -gt 0 ]; do
    # After a value with a blank nobody knows what is an option and what a part of it.
    case $sshd_blank$1 in -?*) ;; *) return 1 ;; esac
    letters=${1#-}
    shift
    while [ -n "$letters" ]; do
      letter=${letters%"${letters#?}"} letters=${letters#?}
      case $letter in
      [46]) sshd_args=$sshd_args$NL-$letter ;;
      [DGQRTdeiqrtV]) ;;
      [CEbcfghkopu])
        value=$letters letters=''
        if [ -z "$value" ]; then
          [ $# -gt 0 ] || return 1
          value=$1
          shift
        fi
        while [ $# -gt 0 ]; do
          case $1 in -*) break ;; esac
          value="$value $1" sshd_blank=yes
          shift
        done
        case $letter in [cfghop]) sshd_args=$sshd_args$NL-$letter$NL$value ;; esac
        [ "$letter" != f ] || sshd_main=$value
        ;;
      *) return 1 ;;
      esac
    done
  done
  case $sshd_main in /*) ;; *) return 1 ;; esac
}

# sshd_as_started WORD...: sshd with the words of the one that runs, and these.
sshd_as_started() {
  sshd_ifs=$IFS
  IFS=$NL
  set -f
  # shellcheck disable=SC2086 # a word a line
  set -- $sshd_args "$@"
  set +f
  IFS=$sshd_ifs
  sshd "$@"
}

# sshd_start UNIT...: "@NONCE units" and what systemd has merged of how it starts sshd, whether by ssh.service or for each
# connection of ssh.socket; then, in their order, "@NONCE env PATTERN" for each EnvironmentFile, followed by "@NONCE file PATH"
# for what that names; and "@NONCE dropin PATH" for each drop-in.
collect_sshd_start() {
  units_show || return
  start_units=$(units_of "$@")
  printf '\n@%s units -\n%s\n' "$nonce" "$start_units"
  start_ifs=$IFS
  IFS=$NL
  for line in $start_units; do
    case $line in
    EnvironmentFiles=*)
      line=${line#*=}
      printf '\n@%s env %s\n' "$nonce" "${line% (ignore_errors=*}"
      for path in ${line% (ignore_errors=*}; do start_file file "$path"; done
      ;;
    DropInPaths=/*)
      IFS=' '
      for path in ${line#*=}; do start_file dropin "$path"; done
      IFS=$NL
      ;;
    esac
  done
  IFS=$start_ifs
  return 0
}

start_file() { # WORD PATH
  [ -f "$2" ] && [ -r "$2" ] || return 0
  printf '\n@%s %s %s\n' "$nonce" "$1" "$2"
  head -c 65536 -- "$2"
}
