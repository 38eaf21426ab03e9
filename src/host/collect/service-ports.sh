# shellcheck shell=sh
# The ports on which a service is asked: in a container those on which something listens, by the kernel's table of its network; of the
# host's own those that its process has.

# shellcheck disable=SC2016 # perl's
service_auth_table() {
  printf '%s' '
    use strict; use Socket;
    # ADDRESS in bytes, PORT and INODE of each socket that listens in the network of process PID; undef where the kernel does not tell.
    sub listening {
      my ($pid) = @_;
      my @all;
      for my $table ("tcp", "tcp6") {
        my $in;
        unless (open $in, "<", "/proc/$pid/net/$table") { return if $table eq "tcp"; next }
        <$in>;
        while (<$in>) {
          my (undef, $local, undef, $state, @more) = split;
          # Those that listen come first.
          last if $state ne "0A" || $. > 4096;
          my ($hex, $port) = split /:/, $local;
          my $bytes = pack "L*", map { hex } unpack "(A8)*", $hex;
          $bytes =~ s/^\0{10}\xff\xff//;
          push @all, [$bytes, hex $port, $more[5]];
        }
      }
      return \@all;
    }'
}

# service_auth_here: "host SERVICE ADDRESS PID - postgres PORT" a line: what others reach of redis and PostgreSQL in the host's own network,
# where containers on it are, too. A process that listens everywhere is asked at the first address that is not the loopback's.
# shellcheck disable=SC2016 # perl's
service_auth_here() {
  perl -e "$(service_auth_table)"'
    my $own = readlink "/proc/self/ns/net";
    my %service = map({ ($_ => "redis") } qw(redis-server valkey-server keydb-server)) , map { ($_ => "postgres") } qw(postgres postmaster);
    my %inode;
    for (@{listening("self") // []}) {
      my ($bytes, $port, $id) = @$_;
      my $all = $bytes !~ /[^\0]/;
      next if !$all && (length $bytes == 16 || $bytes =~ /^\x7f/);
      $inode{$id} = [$all ? "" : inet_ntoa($bytes), $port];
    }
    exit unless %inode;
    my $first = (grep { !/^127[.]/ } map { /inet ([0-9.]+)/ } `ip -4 -o address show scope global 2>/dev/null`)[0] // "127.0.0.1";
    my ($until, %seen) = (time + 5);
    for my $pid (map { m{(\d+)/comm$} } glob "/proc/[0-9]*/comm") {
      last if time > $until;
      open my $in, "<", "/proc/$pid/comm" or next;
      chomp(my $comm = <$in> // "");
      my $service = $service{$comm} or next;
      next unless (readlink "/proc/$pid/ns/net" // "") eq $own;
      for my $fd (glob "/proc/$pid/fd/*") {
        my ($id) = (readlink $fd // "") =~ /^socket:\[(\d+)\]$/ or next;
        my ($address, $port) = @{$inode{$id} // next};
        $address = $first if $address eq "";
        print "host $service $address $pid - postgres $port\n" unless $seen{"$service $address $port"}++;
      }
    }'
}

# shellcheck disable=SC2016 # perl's
service_auth_each() {
  printf '%s' '
    my %usual_port = (redis => 6379, postgres => 5432);
    # Ports that are open at ADDRESS in the network of process PID, or by IPv6 alone; undef where the kernel does not tell.
    sub listens {
      my ($pid, $address) = @_;
      my $all = listening($pid) or return;
      my %ports = map { is_open($_->[0], $address) ? ($_->[1] => 1) : () } @$all;
      return [keys %ports];
    }
    sub is_open {
      my ($bytes, $address) = @_;
      return $bytes ne "\0" x 15 . "\1" if length $bytes == 16;
      return $bytes eq "\0" x 4 || inet_ntoa($bytes) eq $address;
    }
    # "PORT,... ANSWER" each. Eight ports, and 30 s for all: the usual one comes first.
    sub answers {
      my ($service, $address, $pid, $user, $port) = @_;
      my $usual = $port // $usual_port{$service};
      my $known = defined $port ? [$port] : listens($pid, $address);
      my @ports = sort { ($b == $usual) - ($a == $usual) || $a <=> $b } @{$known // [$usual]};
      return "$usual silent" unless @ports;
      my (@answers, @mute, @left);
      for my $port (@ports) {
        if (@answers + @mute == 8 || time - $^T > 30) { push @left, $port; next }
        my $answer = $service eq "redis" ? redis($address, $port) : postgres($address, $port, $user);
        if ($answer eq "silent" || $answer eq "strange" && $port != $usual) { push @mute, $port }
        else { push @answers, "$port $answer" }
      }
      return "$usual unread" if !$known && @mute;
      push @left, @mute unless @answers;
      splice @left, 8;
      return @left ? (@answers, join(",", @left) . " elsewhere") : @answers;
    }
    while (<STDIN>) {
      chomp;
      my ($id, $service, $address, $pid, $shown, $user, $port) = split;
      next unless defined $user;
      print "$id $service $address $_ $shown\n" for answers($service, $address, $pid, $user, $port);
    }'
}
