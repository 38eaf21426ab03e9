# shellcheck shell=sh disable=SC2154 # what collect.sh sets
# Whether redis and PostgreSQL in containers want a password, by real attempts: from the host's side of the container's network,
# which its neighbours share.

# service_auth: "ID SERVICE ADDRESS ANSWER SHOWN" a line and "end" behind them; nothing where the engine doesn't run. SHOWN:
# "shown" where the command has redis' password, else "-". ANSWER of redis: open, usual (a password that anybody tries), password,
# denied (protected mode); of postgres: open, clear, md5, scram, denied; of both: silent, strange.
collect_service_auth() {
  engine_here || return
  need_root || return
  containers_engine || return 0
  told=$(engine ps -q --no-trunc) || return
  # shellcheck disable=SC2086 # ids hold no blanks
  [ -z "$told" ] || told=$(engine inspect --type container --format "$(service_auth_format)" $told | service_auth_lines)
  printf '%s\n' "$told" | service_auth_ask
  echo end
}

# service_auth_format: for inspect, "ID IMAGE SHOWN ADDRESS,... PORT,..." a line; images hold no blanks.
# shellcheck disable=SC2016 # the $ are the engine's
service_auth_format() {
  printf '%s' '{{.ID}} {{.Config.Image}}'
  printf '%s' ' {{if gt (len (split (json .Args) "requirepass")) 1}}shown{{else}}-{{end}}'
  printf '%s' ' {{range .NetworkSettings.Networks}}{{.IPAddress}},{{end}}'
  printf '%s' ' {{range $p, $e := .Config.ExposedPorts}}{{$p}},{{end}}'
}

# service_auth_lines: "ID SERVICE ADDRESS SHOWN" a line, by the image's name or by the port that it exposes.
service_auth_lines() {
  awk '{
    service = ""
    if ($2 ~ /(redis|valkey|keydb)/ || "," $5 ~ /,6379\/tcp,/) service = "redis"
    else if ($2 ~ /(postgres|pgvector|postgis|timescale)/ || "," $5 ~ /,5432\/tcp,/) service = "postgres"
    n = service == "" ? 0 : split($4, address, ",")
    for (at = 1; at < n; at++) if (address[at] ~ /^[0-9.]+$/) print $1, service, address[at], $3
  }'
}

# service_auth_ask: reads such lines, and prints each with its answer. No answer within 2 s is silence.
service_auth_ask() {
  # shellcheck disable=SC2016 # perl's
  perl -e '
    use strict; use Socket;
    my @usual = qw(redis password admin changeme secret 123456 foobared);
    # A connection, or undef.
    sub reach {
      my ($address, $port) = @_;
      socket(my $s, PF_INET, SOCK_STREAM, 0) or return;
      my $done = eval {
        local $SIG{ALRM} = sub { die };
        alarm 2;
        my $is = connect($s, sockaddr_in($port, inet_aton($address)));
        alarm 0;
        $is;
      };
      return $done ? $s : undef;
    }
    # The first bytes of an answer to TEXT.
    sub say_to {
      my ($s, $text) = @_;
      my $got = "";
      eval {
        local $SIG{ALRM} = sub { die };
        local $SIG{PIPE} = "IGNORE";
        alarm 2;
        syswrite($s, $text);
        sysread($s, $got, 1024);
        alarm 0;
      };
      alarm 0;
      return $got;
    }
    sub redis {
      my ($address) = @_;
      my $s = reach($address, 6379) or return "silent";
      my $said = say_to($s, "PING\r\n");
      return "open" if $said =~ /^\+PONG/;
      return "denied" if $said =~ /^-DENIED/;
      return "strange" unless $said =~ /^-NOAUTH/;
      for my $word (@usual) { return "usual" if say_to($s, "AUTH $word\r\n") =~ /^\+OK/ }
      return "password";
    }
    # https://www.postgresql.org/docs/current/protocol-message-formats.html
    sub postgres {
      my ($address) = @_;
      my $s = reach($address, 5432) or return "silent";
      my $words = "user\0postgres\0database\0postgres\0\0";
      my $said = say_to($s, pack("N N", length($words) + 8, 196608) . $words);
      my ($kind, undef, $how) = unpack("a N N", $said . "\0" x 9);
      return { 0 => "open", 3 => "clear", 5 => "md5", 10 => "scram" }->{$how} // "strange" if $kind eq "R";
      return "strange" unless $kind eq "E";
      # Who is refused for a role or a database that is not there was let in before.
      return $said =~ /\0RClientAuthentication\0/ ? "denied" : $said =~ /\0R(InitializeSessionUserId|InitPostgres)\0/ ? "open" : "strange";
    }
    while (<STDIN>) {
      my ($id, $service, $address, $shown) = split;
      next unless defined $shown;
      print "$id $service $address ", ($service eq "redis" ? redis($address) : postgres($address)), " $shown\n";
    }'
}
