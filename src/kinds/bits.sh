# shellcheck shell=sh
# Permission bits of what users of the host own, or can swap for something else at any moment.

# Arguments: PATH UID GID FROM TO INODE. Looks with the effective ids of the owner alone, so that nobody can signal or trace
# this: no right of root's is in it, unless root owns the thing. Goes down folder by folder, each the very one that was
# looked at and none of them a link; opens what is at the end, which blocks for no pipe and follows no link; and sets what
# was opened, if it is a file with one name or a folder, that owner's, and its mode is FROM (and its inode INODE, where that
# is not -). Prints "MODE UID GID INODE" of before, or why not. TO is - where it only looks.
# shellcheck disable=SC2016 # perl
BITS='
  use Fcntl qw(:DEFAULT :mode);
  use IO::Handle;
  my ($path, $uid, $gid, $from, $to, $inode) = @ARGV;
  sub out { print "$_[0]\n"; exit $_[1] }
  sub checked { my @stat = @_; @stat or out(lc $!, 1); return @stat }
  # The group first: whoever has become somebody may change it no more.
  $) = "$gid $gid";
  $> = $uid;
  out("nobody can become $uid", 1) unless $> == $uid && $) == $gid;
  my (undef, @folders) = split m{/}, $path;
  my $name = pop @folders;
  chdir "/";
  for my $folder (@folders) {
    my @at = checked lstat $folder;
    out("$folder is no folder", 1) unless S_ISDIR $at[2];
    chdir $folder or out(lc $!, 1);
    my @in = checked stat ".";
    out("$folder was swapped", 1) unless "@at[0, 1]" eq "@in[0, 1]";
  }
  my @stat = checked lstat $name;
  out("it is no file and no folder", 1) unless S_ISREG $stat[2] or S_ISDIR $stat[2];
  sysopen my $thing, $name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY or out(lc $!, 1);
  @stat = checked stat $thing;
  out("it is no file and no folder", 1) unless S_ISREG $stat[2] or S_ISDIR $stat[2];
  my $mode = sprintf "%04o", S_IMODE $stat[2];
  out("it belongs to the user $stat[4]", 1) unless $stat[4] == $uid;
  out("it has $stat[3] names", 1) if S_ISREG $stat[2] and $stat[3] != 1;
  out("its mode is $mode", 1) unless $mode eq $from;
  out("it was replaced since", 1) unless $inode eq "-" or $inode eq $stat[1];
  $to eq "-" or (chmod oct $to, $thing and $thing->sync) or out(lc $!, 1);
  out("$mode $stat[4] $stat[5] $stat[1]", 0);
'

# bits PATH UID GID FROM TO INODE: as above, with what it prints in SEEN. A file system of a user's may never answer.
bits() {
  SEEN=$(timeout -s KILL 5 perl -e "$BITS" -- "$@" 2>/dev/null) && return
  SEEN=${SEEN:-it did not answer}
  return 1
}

preflight_bits() {
  command -v perl >/dev/null || refuse no-tool perl "the host lacks this program"
}

snapshot_bits() { # PATH UID GID FROM TO INODE
  bits "$1" "$2" "$3" "$4" - "$6" || return 0
  quote "$1" "$2" "$3" "$5" "$4" "${SEEN##* }"
  grep -q -x -F -e "undo_bits $QUOTED ." "$RUN/undo/bits" 2>/dev/null ||
    { undo_line bits "$QUOTED" && { keep_places "${1%/*}/" || no_undo; }; }
}

# Only the very thing that the undo knows.
apply_bits() {
  local known
  quote "$1" "$2" "$3" "$5" "$4"
  known=$(grep -F -e "undo_bits $QUOTED '" "$RUN/undo/bits" 2>/dev/null | tail -n 1)
  known=${known% .}
  known=${known##* }
  known=${known#\'}
  known=${known%\'}
  if [ -n "$known" ] && bits "$1" "$2" "$3" "$4" "$5" "$known"; then
    journal bits "$1" "$SEEN" "$5 ${SEEN#* }"
    own bits "$1" $SEEN "$5"
  else
    [ -n "$known" ] || bits "$1" "$2" "$3" "$4" - "$6" || :
    case $6:$SEEN in
    # Another step of the run has set it.
    *:"its mode is $5") ;;
    -:*) note not-set "$1" "left as it is: $SEEN" ;;
    *) note not-restored "$1" "$(bits_stay "$5")" ;;
    esac
    # Nothing of it is ours; what was to be given back is nobody's any more.
    [ -z "$RELEASE" ] || released
  fi
}

# bits_stay MODE: prints what a note says of those that are not given back.
bits_stay() { printf '%s' "its mode was $1 before the run, and is not given back: $SEEN"; }

# undo_bits PATH UID GID FROM TO INODE .: what is not as the run left it is its owner's by now.
undo_bits() {
  bits "$1" "$2" "$3" "$4" "$5" "$6" || [ "$SEEN" = "its mode is $5" ] ||
    amiss bits not-restored "$1" "$(bits_stay "$5")"
}

# collect_bits PATH UID GID: "MODE UID GID INODE" of a file or a folder, seen with the rights of that user.
collect_bits() {
  need_root || return
  have perl || { printf 'perl is missing' && return "$UNKNOWN"; }
  # shellcheck disable=SC2016 # perl
  timeout -s KILL 5 perl -e '
    my ($path, $uid, $gid) = @ARGV;
    $) = "$gid $gid";
    $> = $uid;
    my @stat = $> == $uid && $) == $gid ? lstat $path : ();
    @stat && (-f _ || -d _) or exit 3;
    printf "%04o %d %d %d\n", $stat[2] & 07777, @stat[4, 5, 1];
  ' -- "$@" 2>/dev/null || return "$ABSENT"
}
