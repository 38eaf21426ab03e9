# shellcheck shell=sh
# A login may come from a process of the host itself, such as `ssh -R`, that has gone out to others by itself. Perl, behind that of sockets.sh.

# shellcheck disable=SC2016,SC2034 # perl, for sockets.sh
relay_perl='
  # The address and the port, in hex, that this login comes from: sudo takes them away, its parents still have them.
  sub comer {
    local $/;
    my $pid = getppid;
    for (my $parents = 0; $pid > 1 && $parents < 32; $parents++) {
      open my $in, "<", "/proc/$pid/environ" or last;
      return ($1, sprintf "%04X", $2) if (<$in> // "") =~ /(?:^|\0)SSH_CONNECTION=([0-9a-f.:]+) (\d{1,5}) /;
      open $in, "<", "/proc/$pid/stat" or last;
      ($pid) = (<$in> // "") =~ /.*\) \S (\d+)/s or last;
    }
    return ("", "");
  }
  # As sshd writes what address() gives.
  sub plain { return $_[0] =~ s/^\[(?:::ffff:(?=\d+\.))?(.*)\]\z/$1/r }

  # "PROTOCOL ADDRESS:PORT" of what the process with these sockets has gone out to: not what came to one of the ports %$open.
  # A UDP socket may send to anybody: port 0.
  sub outward {
    my ($copies, $open) = @_;
    my @out;
    for (@$copies) {
      my $protocol = (undef, "tcp", "udp")[unpack "i", getsockopt($_, $socket_level, 3) // pack "i", 0] // next;
      my ($own, $port) = (place(getsockname $_) // next) =~ /(.*):(\d+)\z/;
      my $other = place(getpeername $_);
      next if defined $other ? near($other) || $other =~ /^\Q$own\E:/ : $protocol eq "tcp" || $port < 32768;
      push @out, "$protocol " . ($other // ($own =~ /:/ ? "[::]:0" : "0.0.0.0:0")) unless $open->{sprintf "%04X", $port};
    }
    return @out;
  }
'
