# shellcheck shell=sh disable=SC2154,SC2016 # what collect.sh sets; programs of awk
# What a boot reads or runs besides the units of ours: files that no package explains, as far as they name what is ours.

# boot_files PATTERN DATA GLOB... -- GLOB...: of the files of the first globs, each whose bytes aren't dpkg's: "file PATH"
# with the lines that match PATTERN, as "PATH:TEXT", as "| NUMBER TEXT", "large PATH" of one that is too long to be read,
# "binary PATH" of a program, "code PATH" of what no shell reads, "closed PATH" of what not everybody may read. A unit only
# where something may start it, also a script of another one. Then the scripts that these run, and those that they run in
# turn; DATA matches files that run nothing. Units and crontabs of users who may become root are among them. The second globs
# are links by which units are started: "link PATH" each.
collect_boot_files() {
  need_root || return
  boot_pattern=$1 boot_data=$2 boot_links=''
  shift 2
  boot_ifs=$IFS IFS='
'
  boot_globs=$*
  IFS=$boot_ifs
  boot_users=$(boot_users)
  [ -z "$boot_users" ] || boot_globs="${boot_users%%
--*}
$boot_globs${boot_users##*
--}"
  # systemd writes what its generators make anew while it reads its units again.
  for boot_wait in 0.1 0.2 0.4 0.8 ''; do
    if boot_read_all; then
      boot_said=$(printf '%s\n' "$boot_links" "$boot_said" "$boot_more" | grep -v '^\(call\|idle\|start\) ')
      boot_named=$(printf '%s\n' "$boot_said" | sed -n 's/^file //p')
      printf '%s\n' "$boot_said"
      [ -z "$boot_named" ] || boot_split "$boot_named" boot_closed
      return 0
    fi
    [ -z "$boot_wait" ] || sleep "$boot_wait"
  done
  printf 'the files that a boot reads could not be read'
  return "$UNKNOWN"
}

# boot_closed FILE...: those that not everybody may read.
boot_closed() {
  find -L "$@" -maxdepth 0 ! -perm -0004 -printf 'closed %p\n' 2>/dev/null || :
}

# boot_generated: what tells that generators write, or have written anew.
boot_generated() {
  stat -c '%i %z' /run/systemd/generator /run/systemd/generator/*.requires /run/systemd/generator/*.wants 2>/dev/null || :
}

# Fails where one of the files went while it was read, or where generators wrote meanwhile.
boot_read_all() {
  boot_made=$(boot_generated)
  boot_read_once && [ "$boot_made" = "$(boot_generated)" ]
}

boot_read_once() {
  boot_ifs=$IFS IFS='
'
  # shellcheck disable=SC2086 # globs, a line each: of names nothing is split
  set -- ${boot_globs##*
--}
  boot_links=$(printf 'link %s\n' "$@" | grep -v '[*]$')
  # shellcheck disable=SC2086
  set -- ${boot_globs%%
--*}
  IFS=$boot_ifs
  boot_started=''
  for boot_round in 1 2 3; do
    boot_said=$(boot_read first "$@") && boot_more=$(boot_scripts second "$boot_said") || return
    case "
$boot_more" in
    *"
start "*) boot_started="$boot_started $(printf '%s\n' "$boot_more" | sed -n 's/^start //p')" ;;
    *) break ;;
    esac
  done
  boot_more="$boot_more
$(boot_scripts third "$boot_more")" || return
}

# boot_scripts second|third ANSWER: those that it calls.
boot_scripts() {
  boot_idle=''
  case "
$2" in *"
idle "*) boot_idle=$(printf '%s\n' "$2" | sed -n 's/^idle //p') ;; esac
  boot_called=$(printf '%s\n' "$2" | sed -n 's/^call \(.*[^/.]\)$/\1/p')
  boot_folders=$(printf '%s\n' "$2" | sed -n 's/^call \(.*\)\/$/\1/p; s/^call \(.*\/[.]\)$/\1/p')
  if [ -n "$boot_folders" ]; then
    boot_parts=$(boot_split "$boot_folders" boot_run_parts | head -n 1001)
    # Of more files nothing is known.
    [ "$(printf '%s\n' "$boot_parts" | wc -l)" -le 1000 ] || return
    boot_called="$boot_called
$boot_parts"
  fi
  [ -z "$boot_called" ] || boot_split "$boot_called" boot_read "$1"
}

# boot_run_parts FOLDER...: the files that run-parts(8) takes of them; those with a dot in their names of "FOLDER/." only.
boot_run_parts() {
  find -L "$@" -maxdepth 1 -type f ! -name '*[!A-Za-z0-9_.-]*' \( -path '*/./*' -o ! -name '*.*' \)
}

# boot_split LINES COMMAND...: runs it with each line as a word more.
boot_split() {
  boot_lines=$1
  shift
  boot_ifs=$IFS IFS='
'
  set -f
  # shellcheck disable=SC2086 # a line each
  set -- "$@" $boot_lines
  set +f
  IFS=$boot_ifs
  "$@"
}

# boot_read first|second|third PATH...: "second" are the scripts that the first ones run, where long ones are programs. What a user
# owns may be among these: no reading of them waits.
boot_read() {
  boot_step=$1
  shift
  boot_large=''
  if [ "$boot_step" = first ]; then
    boot_large=$(find -L "$@" -maxdepth 0 -type f -size +256k)
    boot_files=$(find -L "$@" -maxdepth 0 -type f)
    [ -n "$boot_files" ] || return
  else
    boot_files=$(find -L "$@" -maxdepth 0 -type f -size -257k)
    [ -n "$boot_files" ] || return 0
  fi
  boot_split "$boot_files" boot_filter
}
