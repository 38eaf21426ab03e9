# shellcheck shell=sh disable=SC2034 # keys.sh and the collector use what is set here
# How authorized_keys of a user is read and written, for a run and for the collector.

# Arguments: HOME UID GID DO, and to write ID FILE FOLDERMODE BEFORE NEW. FILE is `MODE` or `MODE:GID:FLAGS:ATTRIBUTES`; a new
# file has what MODE alone leaves out from the one that it replaces. Looks with the effective ids of the user alone,
# so that no right of root's is in it; goes down folder by folder, none of them a link; opens what is at the end, which
# blocks for no pipe and follows no link. BEFORE and NEW are files of root's, opened before that, or - for none; NEW only
# becomes the file where what is there is byte for byte BEFORE. Prints one line, `there HOMEMODE FOLDERMODE FILE`,
# `absent HOMEMODE FOLDERMODE` or `no-folder HOMEMODE`, and the content where it only looks; or why not, with status 1.
# shellcheck disable=SC2016 # perl
KEYS='
  use Fcntl qw(:DEFAULT :mode);
  use IO::Handle;
  my ($home, $uid, $gid, $do, $id, $as, $foldermode, $before, $new) = @ARGV;
  my ($filemode, @beside) = split /:/, $as // "", -1;
  my $most = 262144;
  sub out { print "$_[0]\n"; exit 1 }
  sub checked { my @stat = @_; @stat or out(lc $!); return @stat }
  sub slurp { my $text = ""; open my $from, "<", $_[0] or out(lc $!); 1 while sysread $from, $text, 65536, length $text; return $text }
  my ($was, $text) = map { defined && $_ ne "-" ? slurp $_ : undef } $before, $new;
  # The group first: whoever has become somebody may change it no more.
  sub become {
    my ($group) = @_;
    $> = $<;
    $) = "$group $group";
    $> = $uid;
    out("nobody can become $uid") unless $> == $uid && $) == $group;
  }
  become($gid);
  sub enter {
    my ($folder) = @_;
    my @at = lstat $folder or return;
    out("$folder is no folder of its own") unless S_ISDIR $at[2];
    chdir $folder or out(lc $!);
    my @in = checked stat ".";
    out("$folder was swapped") unless "@at[0, 1]" eq "@in[0, 1]";
    return @in;
  }
  chdir "/";
  my @in;
  for (grep { length } split m{/}, $home) { @in = enter $_ or out("$home is not there") }
  out("$home belongs to the user $in[4]") unless $in[4] == $uid;
  my $line = sprintf "%04o", S_IMODE $in[2];
  my @folder = enter ".ssh";
  if (!@folder) {
    if ($do eq "look" || !defined $text) { print "no-folder $line\n"; exit 0 }
    out("the folder is new by now") if defined $was;
    mkdir ".ssh", 0700 or out(lc $!);
    sync_folder();
    @folder = enter ".ssh" or out(lc $!);
  }
  out(".ssh belongs to the user $folder[4]") unless $folder[4] == $uid;
  $line .= sprintf " %04o", S_IMODE $folder[2];
  my $name = "authorized_keys";
  my @file = lstat $name;
  my $found;
  my @found_beside;
  if (@file) {
    out("it is a symbolic link") if S_ISLNK $file[2];
    out("it is no regular file") unless S_ISREG $file[2];
    sysopen my $from, $name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY or out(lc $!);
    @file = checked stat $from;
    out("it is no regular file") unless S_ISREG $file[2];
    out("it belongs to the user $file[4]") unless $file[4] == $uid;
    out("it has $file[3] names") unless $file[3] == 1;
    ($found, my $count) = ("", 1);
    $count = sysread $from, $found, 65536, length $found while $count && length $found <= $most;
    defined $count or out(lc $!);
    out("it is longer than $most bytes") if length $found > $most;
    @found_beside = beside($from);
    length "@found_beside" < 32768 or out("its extended attributes are too long");
    $line .= join ":", sprintf(" %04o", S_IMODE $file[2]), @found_beside;
  }
  if ($do eq "look") {
    print defined $found ? "there" : "absent", " $line\n", $found // "";
    exit 0;
  }
  sub sync_folder { sysopen my $here, ".", O_RDONLY or return; $here->sync }
  out("somebody has changed it") unless defined $was ? defined $found && $found eq $was : !defined $found;
  if (defined $text) {
    my $temporary = ".harden.$id";
    unlink $temporary;
    sysopen my $to, $temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600 or out(lc $!);
    @beside = @found_beside unless @beside;
    if (@beside) {
      # A group that the user is not in is given by root alone, and to this very file.
      $> = $<;
      set_beside($to, @beside);
      become($gid);
    }
    my $at = 0;
    while ($at < length $text) {
      my $count = syswrite $to, $text, 65536, $at;
      if (!$count) { my $why = lc $!; unlink $temporary; out($why) }
      $at += $count;
    }
    chmod(oct $filemode, $to) && $to->sync && rename($temporary, $name) or do { my $why = lc $!; unlink $temporary; out($why) };
  } else {
    @file and (unlink $name or out(lc $!));
  }
  sync_folder();
  if ($foldermode =~ /^[0-7]/) {
    # Whoever is not in the group of a folder can not set its setgid bit.
    become($folder[5]);
    chmod oct $foldermode, ".";
  }
  if ($foldermode eq "remove") { chdir ".."; rmdir ".ssh"; sync_folder() }
  print "done\n";
'

# keys_home USER: sets KEYS_HOME, KEYS_UID and KEYS_GID. The home without the links that lead to it.
keys_home() {
  local line
  line=$(getent passwd "$1") || return 1
  line=${line#*:*:}
  KEYS_UID=${line%%:*}
  line=${line#*:}
  KEYS_GID=${line%%:*}
  line=${line#*:*:}
  KEYS_HOME=$(readlink -f -- "${line%:*}") && [ -n "$KEYS_HOME" ]
}

# keys_look: what is there, of whom keys_home has found.
keys_look() { timeout -s KILL 5 perl -e "$PERL_BESIDE$KEYS" -- "$KEYS_HOME" "$KEYS_UID" "$KEYS_GID" look 2>/dev/null; }

# keys_then USER RUN RUNS: prints what the file is to be when RUN of the folder RUNS is undone: to the byte as it was before
# where it is as a run left it. What is there now is what `keys_there USER` prints.
keys_then() {
  local run first after
  first=$3/$2/keys/$1
  after=
  for run in $(runs_in_order "$3" keys | sed -n "\|^$3/$2/keys\$|,\$p"); do
    run=$run/$1.after
    [ -f "$run" ] || continue
    after="$after $run"
    if keys_there "$1" | cmp -s "$run" -; then
      cat "$first.before"
      return
    fi
  done
  # shellcheck disable=SC2086 # paths of runs hold no blanks
  keys_there "$1" | awk '
    part == "was" { was[$0] = 1; order[++n] = $0; next }
    part == "ours" { ours[$0] = 1; next }
    { if (!($0 in ours) || ($0 in was)) print; there[$0] = 1 }
    END { for (i = 1; i <= n; i++) if (!(order[i] in there) && !(order[i] in ours)) print order[i] }' \
    part=was "$first.before" part=ours $after part=now -
}
