# shellcheck shell=sh disable=SC2154 # nonce and the statuses are collect.sh's
# The collector of what everybody may write to. See collect.sh.
WORLD_SHOWN=100

# Reads find's records: "DEVICE TYPE MODE UID GID PATH" and NUL each, then its status. Prints "COUNT", then a line each of the
# first ones: "TYPE MODE UID GID PATH". What is mounted below START, though find names its mount point, is another file system.
# shellcheck disable=SC2016 # perl
world_counted='
  my ($most, $start) = @ARGV;
  my ($device) = lstat $start;
  my ($count, $text, $status) = (0, "", 137);
  $/ = "\0";
  while (my $record = <STDIN>) {
    chomp $record;
    my ($on, $type, $mode, $uid, $gid, $path) = split / /, $record, 6;
    $status = $type if $on eq "status";
    next if $on ne $device or not defined $path or ++$count > $most;
    $text .= sprintf "%s %04o %d %d %s\n", $type, oct $mode, $uid, $gid, $path =~ tr/\0-\x1f\x7f/?/r;
  }
  print "$count\n$text";
  exit($status == 0 ? 0 : $status < 124 ? 1 : 2);
'

# world_writable SECONDS PATH...: below each, files that everybody may write to, and folders in which everybody may replace
# what is somebody else's, at the lowest priority and in all within SECONDS. What world_counted prints stands after a line
# "@NONCE found PATH", or "@NONCE unfinished PATH" (its time was over), or "@NONCE unread PATH" (not all of it could be
# read, or somebody else than root decides which folder it is); nothing after "@NONCE missing PATH" and "@NONCE no-folder PATH".
collect_world_writable() {
  have perl || { printf 'perl is missing' && return "$UNKNOWN"; }
  read -r world_now _ </proc/uptime
  world_until=$((${world_now%.*} + $1))
  shift
  world_idle=''
  ! have ionice || world_idle='ionice -c 3'
  for path; do
    world_text=''
    if ! is_rooted "$path"; then
      world_word=unread
    elif [ ! -e "$path" ]; then
      world_word=missing
    elif [ ! -d "$path" ]; then
      world_word=no-folder
    else
      world_text=$(world_find "$(readlink -f -- "$path")")
      case $? in 0) world_word=found ;; 1) world_word=unread ;; *) world_word=unfinished ;; esac
    fi
    printf '\n@%s %s %s\n%s' "$nonce" "$world_word" "$path" "$world_text"
  done
  return 0
}

# world_find FOLDER: what goes meanwhile is no failure.
# shellcheck disable=SC2086 # the words of a command
world_find() {
  read -r world_now _ </proc/uptime
  world_left=$((world_until - ${world_now%.*}))
  [ "$world_left" -gt 0 ] || return 2
  {
    nice -n 19 $world_idle timeout -s KILL "$world_left" find "$1" -xdev -ignore_readdir_race \
      \( -type f -perm -0002 -printf '%D file 0%m %U %G %p\0' -o \
      -type d -perm -0002 ! -perm -1000 -printf '%D folder 0%m %U %G %p\0' \)
    printf '\0status %s\0' "$?"
  } | perl -e "$world_counted" "$WORLD_SHOWN" "$1"
}
