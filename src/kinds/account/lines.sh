# shellcheck shell=sh
# What /etc has of an account or a group: kept before it is removed, and put back line by line.

# Arguments: save ETC NAME MADE UID GID, or back ETC LINES ROW MEMBERS TEMPORARY. NAME is what the account is called that a run
# made as MADE; UID is - where it is a group alone; GID is that of its own group. To save prints, file by file, own lines as
# "+LINE", what names the others, in order, as " NAME", and each list of members with the account as "=GID FIELD LIST".
# To put back takes own lines from LINES and members from MEMBERS, under the lock of lckpwdf(3), which every program that
# writes these files takes. Prints "taken WHO" where somebody else has the name or a number by now: nothing is changed then;
# "range NAME" where somebody else has subordinate numbers of it; or why it could not. passwd comes last: what a cut has left
# undone is done the next time.
# shellcheck disable=SC2016 # perl
LINES='
  use Fcntl qw(:DEFAULT F_SETLK F_WRLCK);
  use IO::Handle;
  my ($do, $etc, @words) = @ARGV;
  my @files = qw(subuid subgid gshadow group shadow passwd);
  my %lists = (group => [3], gshadow => [2, 3]);
  sub out { print "@_\n"; exit 1 }
  sub slurp { open my $from, "<", $_[0] or return; chomp(my @lines = <$from>); return @lines }
  sub fields { return split /:/, $_[0], -1 }
  sub name_of { return (fields $_[0])[0] // "" }
  # How the line of another is known: without its hash.
  sub key { my ($file, $line) = @_; return $file =~ /^sub/ || $line !~ /:/ ? $line : name_of $line }
  my (%now, %gid_of, %group_of);
  for my $file (@files) { $now{$file} = [slurp "$etc/$file"] if -e "$etc/$file" }
  for (@{$now{group}}) { my ($name, undef, $gid) = fields $_; next unless defined $gid; $gid_of{$name} //= $gid; $group_of{$gid} //= $name }
  if ($do eq "save") {
    my ($name, $made, $uid, $gid) = @words;
    my %own = ($name => 1, $made => 1, $uid => 1);
    my $group = $group_of{$gid} // "";
    print "who $name $made $uid $gid $group\n";
    for my $file (@files) {
      next unless $now{$file};
      print "file $file\n";
      for (@{$now{$file}}) {
        my @field = fields $_;
        my $is_own = $lists{$file} ? $field[0] eq $group : $uid ne "-" && ($file =~ /^sub/ ? $own{$field[0]} : $field[0] eq $name);
        print $is_own ? "+$_\n" : " " . key($file, $_) . "\n";
        next if $is_own || !$lists{$file} || $uid eq "-";
        for my $at (@{$lists{$file}}) {
          print "=$gid_of{$field[0]} $at $field[$at]\n" if defined $gid_of{$field[0]} && grep { $_ eq $name } split /,/, $field[$at] // "";
        }
      }
    }
    exit 0;
  }
  my ($saved, $members, $temporary) = @words;
  my (%lines, %listed, $file);
  my (undef, $name, $made, $uid, $gid, $group) = split / /, (slurp $saved)[0], -1;
  for (slurp $saved) { if (/^file (.*)/) { $file = $1 } elsif ($file && /^[ +]/) { push @{$lines{$file}}, $_ } }
  for (slurp $members) { if (/^file (.*)/) { $file = $1 } elsif (/^=(.*)/) { push @{$listed{$file}}, [split / /, $1, -1] } }
  my %own = ($name => 1, $made => 1, $uid => 1);
  sysopen my $lock, "$etc/.pwd.lock", O_RDWR | O_CREAT, 0600 or out(lc $!);
  my $until = time + 30;
  my $whole = pack "ssx60", F_WRLCK, 0;
  until (fcntl $lock, F_SETLK, $whole) {
    time < $until or out("another program has locked $etc/.pwd.lock");
    select undef, undef, undef, 0.2;
  }
  for my $file (@files) { $now{$file} = [slurp "$etc/$file"] if -e "$etc/$file" }
  %group_of = ();
  for (@{$now{group}}) { my ($of, undef, $number) = fields $_; $group_of{$number} //= $of if defined $number }
  sub saved_of { return map { substr $_, 1 } grep { /^\+/ } @{$lines{$_[0]} // []} }
  # A line of it under either of its names.
  sub rest_of { return $_[0] =~ s/^[^:]*//r }
  sub is_same { my ($line, $file) = @_; return $own{name_of $line} && grep { rest_of($_) eq rest_of $line } saved_of($file) }
  my @taken;
  if ($uid ne "-") {
    for (@{$now{passwd}}) {
      my ($of, undef, $number) = fields $_;
      next unless defined $number && ($own{$of} || $number eq $uid);
      push @taken, "$of ($number)" unless is_same($_, "passwd") && grep { name_of($_) eq $of && is_same($_, "shadow") } @{$now{shadow}};
    }
  }
  for (@{$now{group}}) {
    my ($of, undef, $number) = fields $_;
    next if !defined $number || $group eq "" || ($of ne $group && $number ne $gid);
    push @taken, "the group $of ($number)" unless $number eq $gid && ($of eq $group || $own{$of});
  }
  out("taken", join ", ", @taken) if @taken;
  sub overlaps {
    my ($line, $file) = @_;
    my (undef, $from, $count) = fields $line;
    return grep { my ($of, $start, $many) = fields $_; defined $many && !$own{$of} && $start < $from + $count && $from < $start + $many } @{$now{$file}};
  }
  sub merged {
    my ($file) = @_;
    my @lines = @{$now{$file}};
    my @saved = @{$lines{$file} // []};
    my $is_group = $lists{$file};
    @lines = grep { !is_same($_, $file) } @lines unless $is_group;
    for my $at (0 .. $#saved) {
      next unless $saved[$at] =~ /^\+(.*)/;
      my $line = $1;
      next if $is_group && grep { name_of($_) eq name_of $line or $file eq "group" && (fields $_)[2] eq $gid } @lines;
      if ($file =~ /^sub/ && overlaps($line, $file)) { print "range $file $line\n"; next }
      my ($place, $before) = (0, $at);
      while (!$place && $before-- > 0) {
        my $key = $saved[$before] =~ /^\+(.*)/ ? key($file, $1) : substr $saved[$before], 1;
        for (0 .. $#lines) { $place = $_ + 1 if key($file, $lines[$_]) eq $key }
      }
      splice @lines, $place, 0, $line;
    }
    for (@{$listed{$file} // []}) {
      my ($number, $at, $list) = @$_;
      for (@lines) {
        my @field = fields $_;
        next unless @field > $at && $field[0] eq ($group_of{$number} // "");
        my @members = grep { $_ ne $made } split /,/, $field[$at];
        next if grep { $_ eq $name } @members;
        my $place = 0;
        for my $before (split /,/, $list) {
          last if $before eq $name;
          for (0 .. $#members) { $place = $_ + 1 if $members[$_] eq $before }
        }
        splice @members, $place, 0, $name;
        $field[$at] = join ",", @members;
        $_ = join ":", @field;
      }
    }
    return @lines;
  }
  for my $file (grep { $now{$_} } @files) {
    my @lines = merged $file;
    next if join("\n", @lines) eq join("\n", @{$now{$file}});
    my $to = "$etc/$file";
    while (defined(my $link = readlink $to)) { $to = $link =~ m{^/} ? $link : $to =~ s{[^/]*$}{}r . $link }
    my ($folder) = $to =~ m{^(.*)/};
    my $new = "$folder/$temporary";
    unlink $new;
    (system("cp", "-a", "--attributes-only", "--", $to, $new) == 0 && open my $text, ">", $new) or out("$file could not be written");
    (print {$text} map { "$_\n" } @lines) && $text->flush && $text->sync && close($text) && rename $new, $to or do { my $why = lc $!; unlink $new; out("$file: $why") };
    system "sync", $folder;
  }
'

# save_lines NAME MADE UID GID: prints them.
save_lines() { perl -e "$LINES" -- save "$R/etc" "$@" 2>/dev/null; }

# lines_back LINES MEMBERS: false where nothing is back. SEEN says why, or what else is not. IN_THE_WAY is set where there is no
# room for it.
lines_back() {
  SEEN=$(perl -e "$LINES" -- back "$R/etc" "$1" "$2" ".harden.$ID.lines" 2>/dev/null) && {
    [ -z "$SEEN" ] || SEEN="subordinate numbers of it are another's by now: $(printf '%s\n' "$SEEN" | cut -d ' ' -f 2- | tr '\n' ' ')"
    return
  }
  case $SEEN in
  'taken '*) SEEN="it stays removed: its name or a number of it is another's by now: ${SEEN#taken }" ;;
  *'no space left'* | *'quota exceeded'*) SEEN='' IN_THE_WAY="no room: $(space_of "$R/etc")" ;;
  '') SEEN="it stays removed: its lines could not be read" ;;
  esac
  return 1
}
