# shellcheck shell=sh disable=SC2154 # what collect.sh sets
# Units as systemd has them, and what lies on the disk for its next start.

# Where systemd looks for units, in its order.
unit_folders='/etc/systemd/system.control /run/systemd/system.control /run/systemd/transient /run/systemd/generator.early
/etc/systemd/system /etc/systemd/system.attached /run/systemd/system /run/systemd/system.attached /run/systemd/generator
/usr/local/lib/systemd/system /usr/lib/systemd/system /run/systemd/generator.late'

# What systemd says of $units, which the generated lines set: of all that any collector reads, asked once for those of a
# lane. A question takes systemd 8 ms, and 2 to 3 for each unit: of those that there are not it would say no more than that.
units='' units_shown=''
units_show() {
  if [ ! -d /run/systemd/system ]; then
    printf 'systemd does not run here'
    return "$UNSUPPORTED"
  fi
  [ -z "$units_shown" ] || return 0
  units_missing=''
  set --
  # shellcheck disable=SC2086 # names of units have no blanks
  for unit_name in $units; do
    if unit_exists "$unit_name"; then set -- "$@" "$unit_name"; else units_missing="$units_missing $unit_name"; fi
  done
  [ $# -gt 0 ] || return 0
  units_shown=$(systemctl show -p Id,Names,LoadState,ActiveState,SubState,UnitFileState,MainPID,NeedDaemonReload,Listen \
    -p ExecStart,TimersCalendar,TimersMonotonic,FragmentPath,DropInPaths,Accept \
    -p Environment,EnvironmentFiles,UnsetEnvironment,PassEnvironment -- "$@" 2>/dev/null) || {
    units_shown=''
    printf 'systemctl show failed'
    return "$UNKNOWN"
  }
}

# unit_exists NAME: in one of the folders, an instance by its template; or it runs, and somebody has deleted its file. An
# Ubuntu that began long ago may have a /lib of its own.
unit_exists() {
  [ ! -L "/run/systemd/units/invocation:$1" ] || return 0
  unit_template=$1
  case $1 in *@*.*) unit_template=${1%%@*}@.${1##*.} ;; esac
  for unit_folder in $unit_folders /lib/systemd/system; do
    for unit_path in "$unit_folder/$1" "$unit_folder/$unit_template"; do
      if [ -e "$unit_path" ] || [ -L "$unit_path" ]; then return 0; fi
    done
  done
  return 1
}

# units_of NAME...: of what systemd says the blocks of these.
units_of() {
  printf '%s\n' "$units_shown" | NAMES="$*" awk -v RS= '
    BEGIN { count = split(ENVIRON["NAMES"], names, " ") }
    { for (at = 1; at <= count; at++) if (index("\n" $0 "\n", "\nId=" names[at] "\n")) print $0 "\n" }'
}

# unit_pid NAME: of what systemd says its main process.
unit_pid() {
  printf '%s\n' "$units_shown" | NAME=$1 awk -v RS= '{ text = "\n" $0 "\n" }
    index(text, "\nId=" ENVIRON["NAME"] "\n") && match(text, /\nMainPID=[0-9]+/) { print substr(text, RSTART + 9, RLENGTH - 9) }'
}

# unit NAME...: after a line "@NONCE shown" what systemd says of each, a blank line between them; then, after
# "@NONCE disk", in the order in which systemd looks: "fragment PATH" ("mask PATH" where it is empty or /dev/null) and "drop-in PATH" with the lines of those outside of /usr/lib as "| TEXT",
# "wanted PATH" for links of their names, "default TARGET", md5sum(1) of those in /usr/lib, and dpkg's lines of them.
collect_unit() {
  units_show || return
  printf '\n@%s shown\n' "$nonce"
  # A service's environment may hold passwords.
  printf '%s\n' "$units_shown" | grep -v '^Environment'
  for unit_name in $units_missing; do printf '\nId=%s\nLoadState=not-found\n' "$unit_name"; done
  printf '\n@%s disk\n' "$nonce"
  while IFS= read -r unit_line; do
    case $unit_line in Names=*) printf '%s\n' "${unit_line#*=}" ;; esac
  done <<END | unit_disk "$@"
$units_shown
END
  return 0
}

# unit_disk NAME...: with their other names on stdin.
unit_disk() {
  unit_names=" $* " unit_unwanted=' '
  while read -r unit_line; do unit_names="$unit_names$unit_line "; done
  unit_packaged=''
  for unit_folder in $unit_folders; do
    [ -d "$unit_folder" ] || continue
    for unit_name; do
      unit_path=$unit_folder/$unit_name
      if [ -c "$unit_path" ] || { [ -f "$unit_path" ] && [ ! -s "$unit_path" ]; }; then
        printf 'mask %s\n' "$unit_path"
      else
        unit_file fragment
      fi
    done
    for unit_path in "$unit_folder"/*.d/*.conf; do
      unit_is_ours "${unit_path%/*}" && unit_file drop-in
    done
    for unit_path in "$unit_folder"/*.wants/* "$unit_folder"/*.requires/*; do
      case $unit_names in *" ${unit_path##*/} "*) unit_wanted ;; esac
    done
  done
  unit_default
  [ -z "$unit_packaged" ] && return 0
  set -f
  # shellcheck disable=SC2086 # names of units have no blanks
  set -- $unit_packaged
  set +f
  md5sum -- "$@"
  for unit_path; do
    shift
    set -- "$@" -e "${unit_path#/usr/}"
  done
  grep -D skip -hF "$@" /var/lib/dpkg/info/*.md5sums
}

# unit_wanted: $unit_path, unless it is gone at the next boot, or masked by a link to /dev/null of its name further ahead.
unit_wanted() {
  case $unit_path in /run/systemd/generator*) ;; /run/*) return 0 ;; esac
  unit_link=${unit_path#"$unit_folder/"}
  case $unit_unwanted in *" $unit_link "*) return 0 ;; esac
  if [ -c "$unit_path" ]; then unit_unwanted="$unit_unwanted$unit_link "; else printf 'wanted %s\n' "$unit_path"; fi
}

# unit_is_ours FOLDER.d: of one of the units, of their kind, or of a name that theirs begin with up to a dash.
unit_is_ours() {
  unit_stem=${1##*/}
  unit_stem=${unit_stem%.d}
  unit_kind=${unit_stem##*.}
  case $unit_stem in
  "$unit_kind") case $unit_names in *".$unit_kind "*) return 0 ;; esac ;;
  *-."$unit_kind") case $unit_names in *" ${unit_stem%."$unit_kind"}"*) return 0 ;; esac ;;
  *) case $unit_names in *" $unit_stem "*) return 0 ;; esac ;;
  esac
  return 1
}

# unit_file WORD: $unit_path with its first lines, or its place among those that dpkg may know.
unit_file() {
  [ -e "$unit_path" ] || [ -L "$unit_path" ] || return 0
  printf '%s %s\n' "$1" "$unit_path"
  case $unit_path in
  *[[:space:]]*) ;;
  /usr/lib/*) unit_packaged="$unit_packaged $unit_path" && [ -f "$unit_path" ] && return 0 ;;
  esac
  [ -f "$unit_path" ] || return 0
  head -c 16384 -- "$unit_path" | sed 's/^/| /'
  printf '\n'
}

# unit_default: the target that a boot starts.
unit_default() {
  for unit_folder in /etc/systemd/system /run/systemd/system /run/systemd/generator /usr/local/lib/systemd/system \
    /usr/lib/systemd/system; do
    unit_path=$unit_folder/default.target
    if [ ! -e "$unit_path" ] && [ ! -L "$unit_path" ]; then continue; fi
    for unit_name in multi-user graphical; do
      # shellcheck disable=SC3013 # dash, bash and busybox have it
      [ "$unit_path" -ef "/usr/lib/systemd/system/$unit_name.target" ] && printf 'default %s\n' "$unit_name.target"
    done
    return 0
  done
}
