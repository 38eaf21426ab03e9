# shellcheck shell=sh
# The ports on which a service in a container is asked: those on which something listens, by the kernel's table of its network.

# shellcheck disable=SC2016 # perl's
service_auth_each() {
  printf '%s' '
    my %usual_port = (redis => 6379, postgres => 5432);
    # Ports that are open at ADDRESS in the network of process PID, or by IPv6 alone; undef where the kernel does not tell.
    sub listens {
      my ($pid, $address) = @_;
      my %ports;
      for my $table ("tcp", "tcp6") {
        my $in;
        unless (open $in, "<", "/proc/$pid/net/$table") { return if $table eq "tcp"; next }
        <$in>;
        while (<$in>) {
          my (undef, $local, undef, $state) = split;
          # Those that listen come first.
          last if $state ne "0A" || $. > 4096;
          my ($hex, $port) = split /:/, $local;
          $ports{hex $port} = 1 if is_open(pack("L*", map { hex } unpack "(A8)*", $hex), $address);
        }
      }
      return [keys %ports];
    }
    sub is_open {
      my ($bytes, $address) = @_;
      $bytes =~ s/^\0{10}\xff\xff//;
      return $bytes ne "\0" x 15 . "\1" if length $bytes == 16;
      return $bytes eq "\0" x 4 || inet_ntoa($bytes) eq $address;
    }
    # "PORT,... ANSWER" each. Eight ports, and 30 s for all: the usual one comes first.
    sub answers {
      my ($service, $address, $pid, $user) = @_;
      my $usual = $usual_port{$service};
      my $known = listens($pid, $address);
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
      my ($id, $service, $address, $pid, $shown, $user) = split;
      next unless defined $user;
      print "$id $service $address $_ $shown\n" for answers($service, $address, $pid, $user);
    }'
}
