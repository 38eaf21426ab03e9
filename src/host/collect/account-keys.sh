# shellcheck shell=sh disable=SC2154 # what collect.sh, accounts.sh and sshd.sh set
# The keys by which sshd lets accounts in.

# expand_keys PATTERN USER UID HOME: sshd's tokens of AuthorizedKeysFile, into $expanded.
expand_keys() {
  expanded='' rest=$1
  while :; do
    case $rest in *%*) ;; *) break ;; esac
    expanded=$expanded${rest%%\%*} rest=${rest#*%}
    case $rest in
    h*) expanded=$expanded$4 ;;
    u*) expanded=$expanded$2 ;;
    U*) expanded=$expanded$3 ;;
    *) expanded=$expanded% ;;
    esac
    rest=${rest#?}
  done
  expanded=$expanded$rest
  case $expanded in /*) ;; *) expanded=$4/$expanded ;; esac
}

# Reads key files as sshd does: with the effective ids of their user, never blocking, regular files only, and at most
# KEYS_MOST bytes of each. Only the effective ids: so nobody can signal or trace the reader, and a file system of a
# user's own refuses it. Whoever doesn't answer within KEYS_EACH seconds is given up, all of them within KEYS_ALL.
# Input: the nonce, then six lines a file: user, uid, gid, home, path, "here" or "elsewhere". Output: a frame "keys USER:HOME:PATH" each, with
# the mode, uid and gid of the file and of every folder above it, an empty line, and the lines that look like keys, since
# nothing else needs to leave the host; "unread USER:HOME:PATH" with the reason, where it was not read, or not whole; and
# "folder USER:HOME:PATH" with the same line of the folder that is named for it, wherever that really is; with StrictModes off
# "way USER:HOME:PATH" with those of each folder and link on the way from the root, up to what isn't there; and
# "elsewhere USER:HOME:PATH" of a file that counts only for who comes another way.
KEYS_MOST=262144 KEYS_EACH=1.5 KEYS_ALL=4
# shellcheck disable=SC2016 # perl
keys_reader='
  use Fcntl qw(O_RDONLY O_NONBLOCK O_NOCTTY);
  my ($most, $each, $all, $loose) = @ARGV;
  # ENOENT and ENOTDIR, as Linux has them: what perl brings for these and for modes takes longer to load than all the rest.
  my ($no_entry, $no_folder) = (2, 20);
  sub is_regular { return ($_[0] & 0170000) == 0100000 }
  $| = 1;
  chomp(my ($nonce, @words) = <STDIN>);
  my (@files, %groups, %stalled);
  push @files, [splice @words, 0, 6] while @words >= 6;
  if (open my $group, "<", "/etc/group") {
    while (<$group>) { chomp; my (undef, undef, $gid, $of) = split /:/; push @{$groups{$_}}, $gid for split /,/, $of // "" }
  }
  sub line { my ($path, @stat) = @_; return sprintf "%x %d %d %s\n", @stat[2, 4, 5], $path =~ tr/\0-\x1f\x7f/?/r }
  # Also where it has no file.
  sub folder {
    my ($folder) = $_[4] =~ m{^(.*)/};
    chdir $folder or return "";
    my $line = line(readlink "/proc/self/cwd", stat ".");
    chdir "/";
    return $line;
  }
  sub way {
    my ($at, $links, @left) = ("", 0, split m{/+}, $_[4]);
    my $steps = line("/", lstat "/");
    while (@left) {
      my $name = shift @left;
      next if $name eq "" || $name eq ".";
      $at =~ s{/[^/]*$}{}, next if $name eq "..";
      my @stat = lstat "$at/$name" or last;
      $steps .= line("$at/$name", @stat);
      if (($stat[2] & 0170000) == 0120000) {
        my $to = readlink "$at/$name";
        last if !defined $to || $links++ > 40;
        $at = "" if $to =~ m{^/};
        unshift @left, split m{/+}, $to;
      }
      else { $at .= "/$name" }
    }
    return $steps;
  }
  # "absent", "unread" and why, or "keys", why not whole, and the rest.
  sub look {
    my (undef, $uid, undef, undef, $path) = @_;
    my @stat = stat $path or return $! == $no_entry || $! == $no_folder ? "absent" : ("unread", lc $!);
    return ("unread", "it is no regular file") unless is_regular($stat[2]);
    sysopen my $file, $path, O_RDONLY | O_NONBLOCK | O_NOCTTY or return ("unread", lc $!);
    @stat = stat $file;
    return ("unread", "it is no regular file") unless is_regular($stat[2]);
    my ($text, $count) = ("", 1);
    $count = sysread $file, $text, 65536, length $text while $count && length $text <= $most;
    return ("unread", lc $!) unless defined $count;
    my $real = readlink "/proc/self/fd/" . fileno $file;
    my $steps = line($real, @stat);
    while ($real =~ s{/[^/]*$}{}) {
      @stat = lstat($real || "/") or return ("unread", lc $!);
      $steps .= line($real || "/", @stat);
    }
    my ($keys, $why) = ("", length $text > $most ? "it is longer than $most bytes" : "");
    for (split /\n/, $text) {
      next if /^[ \t]*(#|\r?$)/;
      $keys .= "$_\n";
      $why ||= "it holds more keys than are looked at", last if length $keys > $most / 2;
    }
    return ("keys", $why, "$steps\n$keys");
  }
  sub as_user {
    my ($user, $uid, $gid) = @_;
    # The group first: whoever has become somebody may change it no more.
    $) = join " ", $gid, $gid, @{$groups{$user} // []};
    $> = $uid;
    my @found = $> == $uid && $) == $gid ? look(@_) : ("unread", "nobody can become $user");
    @found = ($found[0], $found[1] // "", $> == $uid ? folder(@_) : "", $loose && $> == $uid ? way(@_) : "", $found[2] // "");
    $> = 0;
    $) = "0 0";
    return join "\0", @found;
  }
  my ($worker, $from, $left);
  sub start {
    my ($at) = @_;
    pipe $from, my $to;
    return if $worker = fork;
    defined $worker or exit 4;
    close STDOUT;
    close $from;
    alarm $all + $each;
    for (@files[$at .. $#files]) { my $found = as_user(@$_); syswrite $to, pack("N", length $found) . $found }
    exit;
  }
  # The next bytes of the worker; undefined where it keeps silent.
  sub next_bytes {
    my ($want, $got) = (@_, "");
    while (length $got < $want) {
      my $ready = "";
      vec($ready, fileno $from, 1) = 1;
      my ($count, $rest) = select $ready, undef, undef, $left;
      $left = $rest;
      return if $count < 1 || !sysread $from, $got, $want - length $got, length $got;
    }
    return $got;
  }
  my $until = time + $all;
  for my $at (0 .. $#files) {
    my ($user, undef, undef, $home, $path, $where) = @{$files[$at]};
    my ($word, $why, $folder, $way, $rest) = ("unread", "reading it took more than $each s", "", "", "");
    if (time >= $until) { $why = "no time was left for it" }
    elsif (!$stalled{$user}) {
      start $at unless $worker;
      $left = $each;
      my $length = next_bytes 4;
      my $found = defined $length ? next_bytes unpack "N", $length : undef;
      if (defined $found) { ($word, $why, $folder, $way, $rest) = split /\0/, $found, 5 }
      else { $stalled{$user} = 1; kill 9, $worker; waitpid $worker, 1; $worker = 0 }
    }
    print "\n\@$nonce keys $user:$home:$path\n", $word eq "keys" ? $rest : "";
    print "\n\@$nonce unread $user:$home:$path\n$why" if $word ne "absent" && $why ne "";
    print "\n\@$nonce folder $user:$home:$path\n$folder" if $folder ne "";
    print "\n\@$nonce elsewhere $user:$home:$path\n" if $where ne "here";
    print "\n\@$nonce way $user:$home:$path\n$way" if $way ne "";
  }
  kill 9, $worker if $worker;
'

# key_patterns TEXT: AuthorizedKeysFile of what sshd printed, into $patterns. Line by line: cutting so long a text by a
# pattern takes dash 20 ms.
key_patterns() {
  patterns='' patterns_ifs=$IFS
  IFS=$NL
  for line in $1; do
    case $line in "authorizedkeysfile "*) patterns=${line#* } ;; esac
  done
  IFS=$patterns_ifs
}

# authorized_keys LOGIN PLANNED ADDRESS SERVER PORT: the key files of both logins, each where sshd looks for it, and
# of the local accounts; see keys_reader.
collect_authorized_keys() {
  need sshd || return
  need_root || return
  have perl || { printf 'perl is missing' && return "$UNKNOWN"; }
  sshd_read "$@" || return
  read_accounts "$1" "$2"
  keys_loose=''
  case $NL$sshd_global$NL in *"${NL}strictmodes no$NL"*) keys_loose=yes ;; esac
  keys_asked "$1" "$2" | perl -e "$keys_reader" "$KEYS_MOST" "$KEYS_EACH" "$KEYS_ALL" "$keys_loose" 3>&-
}

# keys_differ: whether a Match block names other files, so that sshd must be asked for each account.
# shellcheck disable=SC2016,SC2086 # awk; a word a line
keys_differ() {
  [ -n "$sshd_matches" ] || return
  keys_ifs=$IFS
  IFS=$NL
  set -- $sshd_found
  IFS=$keys_ifs
  awk 'FNR == 1 { inside = 0 }
    { line = tolower($0); sub(/^[ \t"]+/, "", line) }
    line ~ /^match[ \t="]/ { inside = 1 }
    inside && line ~ /^authorizedkeysfile[ \t="]/ { found = 1; exit }
    END { exit !found }' "$@"
}

# keys_elsewhere: where else a connection may come from, for sshd -C, a line each, where a Match block goes by that.
keys_elsewhere() {
  printf '%s\n' "$sshd_matches" | STRANGER=$sshd_stranger OWN=$sshd_tail awk -F '\t' '
    function tell(spec) { sub(/^user=[^,]*,/, "", spec); if (!(spec in seen)) print spec; seen[spec] }
    BEGIN { seen[ENVIRON["OWN"]] }
    { criteria = tolower($0); sub(/^[^\t]*\t[^\t]*/, "", criteria) }
    criteria ~ /[ \t"](address|host|local(address|port)|rdomain)[ \t="]/ { tell(ENVIRON["STRANGER"]); tell($2) }'
}

# keys_named: six lines of each file of $patterns that was not named before, for keys_reader.
keys_named() {
  for pattern in $patterns; do
    [ "$pattern" != none ] || continue
    expand_keys "$pattern" "$name" "$number" "$home"
    case $NL$keys_done in *"$NL$expanded$NL"*) continue ;; esac
    keys_done=$keys_done$expanded$NL
    printf '%s\n' "$name" "$number" "$group" "$home" "$expanded" "$keys_where"
  done
}

# keys_asked LOGIN PLANNED: what keys_reader reads. The nonce goes this way, since everybody may read an argument.
keys_asked() {
  printf '%s\n' "$nonce"
  keys_each='' keys_tails=''
  ! keys_differ || keys_each=yes keys_tails=$(keys_elsewhere)
  set -f
  printf '%s\n' "$accounts" | while IFS=: read -r name _ number group _ home _; do
    case $name in "$1") text=$sshd_now ;; "$2") text=$sshd_planned ;; *)
      text=$sshd_global
      [ -z "$keys_each" ] || text=$(sshd_as_started -T -C "user=$name,$sshd_tail" 2>/dev/null </dev/null) || text=$sshd_global
      ;;
    esac
    key_patterns "$text"
    keys_done='' keys_where=here
    keys_named
    keys_where=elsewhere
    for tail in $keys_tails; do
      key_patterns "$(sshd_as_started -T -C "user=$name,$tail" 2>/dev/null </dev/null)"
      keys_named
    done
  done
  set +f
}
