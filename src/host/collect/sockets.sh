# shellcheck shell=sh disable=SC2154 # what collect.sh and sshd.sh set
# Who listens. Any user has as many sockets, processes and descriptors as the host lets them have, so the sockets are
# listed without processes, by tables in which no text is a user's; owners are looked up afterwards. Each part has a limit, in
# seconds of processor time: on a host that is merely busy the answer stays the same.
SOCKETS_MOST=4096 SOCKETS_SECONDS=0.8 OWNERS_SECONDS=0.25 CONNECTED_SECONDS=0.3

# shellcheck disable=SC2016 # perl
sockets_perl='
  # As Linux has them; loading Socket takes five times as long as all of this, and few addresses need it.
  my ($inet, $inet6, $socket_level, $accepts, $tcp, $tcp_info, $no_descriptor) = (2, 10, 1, 30, 6, 11, 9);
  sub now { my ($user, $system) = times; return $user + $system }
  sub unknown { print $_[0]; exit 4 }

  # An address of /proc/net, as ss(8) writes it.
  my %address;
  sub address {
    my ($hex) = @_;
    return $address{$hex} //= do {
      my $bytes = pack "L*", map { hex } unpack "(A8)*", $hex;
      length $bytes == 4 ? dotted($bytes) : "[" . long_form($bytes) . "]";
    };
  }
  sub dotted { return join ".", unpack "C4", $_[0] }
  sub long_form {
    my ($bytes) = @_;
    return "::" if $bytes eq "\0" x 16;
    return "::ffff:" . dotted(substr $bytes, 12) if $bytes =~ /^\0{10}\xff\xff/;
    require Socket;
    return Socket::inet_ntop($inet6, $bytes);
  }
  sub near { return $_[0] =~ /^(?:127\.|\[::1\]|\[::ffff:127\.)/ }

  # The next row of a table: LOCAL, PEER, STATE, INODE, UID; none at its end, or where the time is over: $late. Each read walks all
  # places for connections that the kernel has, with much memory for milliseconds. It gives a page of whole rows, of at most
  # 256 bytes, so that one of less was the last.
  my ($until, $late, $rows) = (0, 0, 0);
  sub row {
    my ($table) = @_;
    $late = 1 if ++$rows % 128 == 0 && now() > $until;
    return if $late;
    while (!@{$table->{rows}} && !$table->{ended}) {
      my $count = sysread $table->{in}, my $text, 65536;
      $table->{ended} = !$count || $count < 4096 - 256;
      $table->{rows} = [split /\n/, $text // ""];
    }
    return (split " ", shift @{$table->{rows}} // return)[1, 2, 3, 9, 7];
  }
  sub table {
    my ($name, $folder) = @_;
    open my $in, "<", ($folder // "/proc") . "/net/$name" or return;
    my $table = {in => $in, rows => []};
    row($table);
    return $table;
  }

  # Copies of the sockets that a process has, by pidfd_open(2) and pidfd_getfd(2), which have these numbers everywhere: what
  # they say of themselves needs no list of others. Nothing before Linux 5.6, or in a container that may not.
  sub copies {
    my ($pid) = @_;
    opendir my $fds, "/proc/$pid/fd" or return [];
    my ($process, @copies) = syscall 434, $pid + 0, 0;
    for (grep { (readlink "/proc/$pid/fd/$_" // "") =~ /^socket:/ } readdir $fds) {
      my $copy = $process < 0 ? -1 : syscall 438, $process, $_ + 0, 0;
      next if $copy < 0 && $! == $no_descriptor;
      return if $copy < 0;
      open my $socket, "+<&=", $copy or return;
      push @copies, $socket;
    }
    return \@copies;
  }
  # ADDRESS:PORT of what getsockname(2) and getpeername(2) give; nothing for other families.
  sub place {
    my ($name) = @_;
    my $family = unpack "S", $name // return;
    return sprintf "%s:%d", dotted(substr $name, 4, 4), unpack "x2 n", $name if $family == $inet;
    return sprintf "[%s]:%d", long_form(substr $name, 8, 16), unpack "x2 n", $name if $family == $inet6;
    return;
  }

  # "PID NAME" by the words of %$of, which has them by inode. Of several that share a socket the first one, services before
  # what users have started, and systemd, which holds it for others, behind them; up to the pass LAST (0 services, 1 what root started in a login, 2 users). Descriptors that listen are low numbers.
  sub owners {
    my ($of, $seconds, $last) = @_;
    my ($end, $tried, %owner) = (now() + $seconds, 0);
    my %left = map { $_ => 1 } values %$of;
    my $look = sub {
      my ($pid) = @_;
      opendir my $fds, "/proc/$pid/fd" or return;
      for (my $count = 0; $count < 512 && defined(my $fd = readdir $fds); $count++) {
        my ($inode) = (readlink "/proc/$pid/fd/$fd" // "") =~ /^socket:\[(\d+)\]$/ or next;
        my $key = $of->{$inode} // next;
        next unless delete $left{$key};
        open my $in, "<", "/proc/$pid/comm" or next;
        local $/;
        $owner{$key} = "$pid " . (<$in> // "") =~ s/\n\z//r =~ tr/\0-\x1f\x7f/?/r;
      }
    };
    # Users have as many processes as they like: those of the system come first, then what root started in a login.
    my $rank = sub {
      my ($pid) = @_;
      return 2 if ((stat "/proc/$pid")[4] // 1000) >= 1000;
      open my $in, "<", "/proc/$pid/cgroup" or return 2;
      return (grep { m{/user\.slice/} } <$in>) ? 1 : 0;
    };
    opendir my $proc, "/proc" or return %owner;
    my @pids = sort { $a <=> $b } grep { /^\d+$/ } readdir $proc;
    push @pids, shift @pids if @pids && $pids[0] == 1;
    my @passes = (\@pids, [], []);
    for my $pass (0 .. $last // 2) {
      for my $pid (@{$passes[$pass]}) {
        return %owner if !%left || ($tried++ % 8 == 0 && now() > $end);
        my $later = $pass || $rank->($pid);
        if ($later > $pass) { push @{$passes[$later]}, $pid } else { $look->($pid) }
      }
    }
    return %owner;
  }
'

# sockets: "PROTOCOL ADDRESS:PORT PID NAME" of each place that listens for others than the host itself, with no PID where its
# owner was not found, and "raw ADDRESS:NUMBER PID NAME" of what takes in all packets of a protocol; "connected PORT PEER COUNT
# ADDRESS" for what is connected to one of those places, and "unread" where not all of those could be read. Where this login comes from
# a process of the host's own, "relayed", and "out PROTOCOL ADDRESS:PORT" for what that process has gone out to.
# shellcheck disable=SC2016 # perl
collect_sockets() {
  have perl || { printf 'perl is missing' && return "$UNKNOWN"; }
  perl -e "$sockets_perl$relay_perl"'
    my ($most, $seconds, $owners, $connected) = @ARGV;
    my (%of, %known, %open, %seen, @keys, @rest);
    $until = now() + $seconds;
    for my $name (qw(tcp tcp6 udp udp6 raw raw6)) {
      my $protocol = substr $name, 0, 3;
      my $in = table($name) or next;
      while (my @row = row($in)) {
        my ($local, $peer, $state, $inode) = @row;
        # TCP: those that listen come first.
        if ($protocol ne "raw" && $state ne ($protocol eq "tcp" ? "0A" : "07")) {
          next if $protocol eq "udp";
          push @rest, [$in, @row];
          last;
        }
        my ($address, $port) = split /:/, $local;
        next if near(address($address)) || $port eq "0000";
        my $key = sprintf "%s %s:%d", $protocol, address($address), hex $port;
        $of{$inode} = $key;
        $open{$port} = 1 if $protocol eq "tcp";
        push @keys, $key unless $known{$key}++;
        unknown("more than $most addresses and ports are listened on") if @keys > $most;
      }
      unknown("there are too many sockets to list them in $seconds s of processor time") if $late;
    }
    my %owner = owners(\%of, $owners);
    print $_, defined $owner{$_} ? " $owner{$_}" : "", "\n" for @keys;
    my ($comer, $comers_port) = comer();
    my $relay;
    $until = now() + $connected;
    for (@rest) {
      my ($in, @row) = @$_;
      for (; @row; @row = row($in)) {
        my ($local, $peer, $state, $inode) = @row;
        next if $state ne "01";
        my $port = substr $local, -4;
        $relay = $inode if $port eq $comers_port && plain(address(substr $local, 0, -5)) eq $comer;
        next unless $open{$port};
        my $from = address(substr $peer, 0, -5);
        $seen{hex($port) . " $from,"  . address(substr $local, 0, -5)}++ unless near($from);
      }
    }
    my $shown = 0;
    for (sort keys %seen) { print "connected ", s/,/ $seen{$_} /r, "\n" if $shown++ < 500 }
    print "unread\n" if $late;
    exit unless $relay;
    my ($pid) = map { split " " } {owners({$relay => ""}, $owners)}->{""} // exit;
    my $copies = copies($pid) // exit;
    print "relayed\n", map { "out $_\n" } outward($copies, \%open);
  ' "$SOCKETS_MOST" "$SOCKETS_SECONDS" "$OWNERS_SECONDS" "$CONNECTED_SECONDS"
}

# sshd_sockets: "tcp ADDRESS:PORT PID sshd" of each place where the running sshd listens, asked of its own descriptors, so
# that nothing else of the host counts.
# shellcheck disable=SC2016 # perl
collect_sshd_sockets() {
  need_root || return
  have perl || { printf 'perl is missing' && return "$UNKNOWN"; }
  sshd_process
  [ -n "$sshd_pid" ] || return 0
  perl -e "$sockets_perl"'
    my ($pid, $seconds) = @ARGV;
    -d "/proc/$pid/fd" or unknown("sshd ended while it was looked at");
    if (my $copies = copies($pid)) {
      for (grep { unpack "i", getsockopt($_, $socket_level, $accepts) // pack "i", 0 } @$copies) {
        my $place = place(getsockname $_) // next;
        print "tcp $place $pid sshd\n";
      }
      exit;
    }
    opendir my $fds, "/proc/$pid/fd" or unknown("sshd ended while it was looked at");
    my %of = map { (readlink "/proc/$pid/fd/$_" // "") =~ /^socket:\[(\d+)\]$/ ? ($1, 1) : () } readdir $fds;
    $until = now() + $seconds;
    for my $in (grep { defined } map { table($_) } qw(tcp tcp6)) {
      while (my ($local, undef, $state, $inode) = row($in)) {
        last if $state ne "0A";
        my ($address, $port) = split /:/, $local;
        printf "tcp %s:%d %d sshd\n", address($address), hex $port, $pid if $of{$inode};
      }
      unknown("there are too many sockets to list them in $seconds s of processor time") if $late;
    }
  ' "$sshd_pid" "$SOCKETS_SECONDS"
}

# port_taken PORT...: "tcp ADDRESS:PORT" of the first ones that listen on one of the ports, which the kernel picks.
collect_port_taken() {
  [ $# -gt 0 ] || return 0
  have ss || { printf 'ss is missing' && return "$UNKNOWN"; }
  for port; do
    ss -Htln "sport = :$port" 2>/dev/null | head -n 64 | while read -r _ _ _ place _; do printf 'tcp %s\n' "$place"; done
  done
}

# connections_of PID PORT: "PID STATE PEER RECEIVED UNSENT MILLISECONDS" of each TCP connection of the process to that port, with
# the process's letter of proc_pid_stat(5), the bytes received and not yet sent, and for how long nothing was sent.
# shellcheck disable=SC2016 # perl
connections_of() {
  perl -e "$sockets_perl"'
    my ($pid, $wanted) = @ARGV;
    my ($state) = `cat /proc/$pid/stat 2>/dev/null` =~ /.*\) (\S)/s;
    for (@{copies($pid) // unknown("the sockets of process $pid could not be looked at")}) {
      my ($port, $info) = (place(getpeername $_) // next, getsockopt($_, $tcp, $tcp_info) // next);
      next unless $port =~ /:$wanted\z/ && length $info >= 148;
      # tcpi_last_data_sent, tcpi_bytes_received, tcpi_notsent_bytes of linux/tcp.h
      my ($quiet, $received, $unsent) = unpack "x44 L x80 Q x8 L", $info;
      print join(" ", $pid, $state // "?", $port, $received, $unsent, $quiet), "\n";
    }
  ' "$1" "$2"
}

# port_holders PORT: the processes that listen on a TCP port of this host, a number a line.
# shellcheck disable=SC2016 # perl
port_holders() {
  perl -e "$sockets_perl"'
    my ($wanted, $seconds, $owners) = @ARGV;
    my %of;
    $until = now() + $seconds;
    for my $in (grep { defined } map { table($_) } qw(tcp tcp6)) {
      while (my ($local, undef, $state, $inode) = row($in)) {
        last if $state ne "0A";
        $of{$inode} = $inode if hex((split /:/, $local)[1]) == $wanted;
      }
    }
    my %owner = owners(\%of, $owners);
    my %pid = map { (split " ")[0], 1 } values %owner;
    print "$_\n" for sort { $a <=> $b } keys %pid;
  ' "$1" "$SOCKETS_SECONDS" "$OWNERS_SECONDS" 2>/dev/null
}
