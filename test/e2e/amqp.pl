# Says whether a login by AMQP 0-9-1 succeeds: amqp.pl ADDRESS USER PASSWORD
use strict;
use warnings;
use IO::Socket::INET;

my ($address, $user, $password) = @ARGV;
my $server = IO::Socket::INET->new(PeerAddr => $address, PeerPort => 5672, Timeout => 5) or exit 1;
$server->autoflush(1);

# The class and the method of the next frame.
sub method {
  read($server, my $header, 7) == 7 or exit 1;
  my (undef, undef, $size) = unpack "C n N", $header;
  read($server, my $body, $size + 1) == $size + 1 or exit 1;
  return join ".", unpack "n n", $body;
}

print $server "AMQP\0\0\x09\x01";
method() eq "10.10" or exit 1;
# Whom it refuses it tells so only where the client knows of that.
my $ability = pack "C/a* a C", "authentication_failure_close", "t", 1;
my $client = pack "C/a* a N/a*", "capabilities", "F", $ability;
my $start = pack "n n N/a* C/a* N/a* C/a*", 10, 11, $client, "PLAIN", "\0$user\0$password", "en_US";
print $server pack("C n N/a* C", 1, 0, $start, 0xce);
my $answer = method();
print $answer eq "10.30" ? "in\n" : $answer eq "10.50" ? "refused\n" : "$answer\n";
