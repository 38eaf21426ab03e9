# shellcheck shell=sh disable=SC2154 # what collect.sh sets
# What port 80 of this host answers to the CA's question, by asking as the CA does: this host alone is asked.
ACME_NAMES_MOST=200 ACME_SECONDS=15 ACME_ANSWER_SECONDS=3

# acme_answers ROOT PATH TEXT: lines of words with tabs between them: "answer LINEAGE NAME ADDRESS RESULT DETAIL" of each name of each
# certificate, asked for PATH at the addresses where others come in. RESULT is "right" where TEXT is in the answer, "other" where it is
# not, "status NUMBER", "refused", "late", "away HOST" for a redirect to a name of no certificate, "dead
# URL" for one to where nobody answers, or "wildcard" of one that can't be
# asked for; "unread LINEAGE"; "left COUNT" of questions that were not put; "end".
collect_acme_answers() {
  need_root || return
  [ -d "$1/live" ] || return "$ABSENT"
  need_held "$1/live/." "$1/archive/." || return
  have openssl || {
    printf 'the host lacks openssl, which tells the names of a certificate'
    return "$UNKNOWN"
  }
  acme_names "$1" | perl -MSocket=:all -e "$acme_perl" -- "$2" "$3" "$ACME_SECONDS" "$ACME_ANSWER_SECONDS" \
    "$(ss -Htln 'sport = :80' 2>/dev/null | awk '{ print $4 }' | head -n 16 | paste -sd ' ')" || return "$UNKNOWN"
  printf 'end\tyes\n'
}

# acme_names ROOT: "LINEAGE NAME" of each name, and "LINEAGE" alone where there is none to be read.
acme_names() {
  local pem lineage names name
  for pem in "$1"/live/*/fullchain.pem; do
    [ -f "$pem" ] || continue
    lineage=${pem%/*} lineage=${lineage##*/}
    names=$(timeout 5 openssl x509 -noout -ext subjectAltName -in "$pem" 2>/dev/null </dev/null |
      tr ', ' '\n\n' | sed -n 's/^DNS:\([A-Za-z0-9*._-]\{1,253\}\)$/\1/p')
    for name in ${names:-''}; do printf '%s %s\n' "$lineage" "$name"; done
  done | head -n "$ACME_NAMES_MOST"
}

# shellcheck disable=SC2016 # perl
acme_perl='
  my ($path, $text, $seconds, $each, $listening) = @ARGV;
  my ($end, $left, %certified) = (time + $seconds, 0);
  $SIG{PIPE} = "IGNORE";
  sub at {
    my ($address, $port) = @_;
    my ($error, $at) = getaddrinfo($address, $port, { flags => AI_NUMERICHOST, socktype => SOCK_STREAM });
    return $error ? undef : $at;
  }
  # The address from which this host would go out, where the kernel has a route: nothing is sent.
  sub own {
    my ($beyond, $loopback) = @_;
    my ($at, $socket) = at($beyond, 9);
    return $loopback unless $at && socket($socket, $at->{family}, SOCK_DGRAM, 0) && connect($socket, $at->{addr});
    my ($error, $own) = getnameinfo(getsockname($socket), NI_NUMERICHOST);
    return $error ? $loopback : $own;
  }
  my %asked = map { $_ => 1 } own("192.0.2.1", "127.0.0.1"), own("2001:db8::1", "::1");
  for (split " ", $listening) {
    my ($address) = /^\[?([0-9a-fA-F.:]+)\]?:80$/ or next;
    $asked{$address} = 1 unless $address =~ /^(127\.|::1$|::$|0\.0\.0\.0$)/;
  }
  sub spoken {
    my ($secure, $address, $name, $path) = @_;
    my $request = "GET $path HTTP/1.1\r\nHost: $name\r\nAccept: */*\r\nConnection: close\r\n"
      . "User-Agent: Mozilla/5.0 (compatible; harden asks as a certificate authority does)\r\n\r\n";
    my ($in, $answer) = (undef, "");
    my $ended = eval {
      local $SIG{ALRM} = sub { die "late\n" };
      alarm $each;
      if ($secure) {
        my $place = $address =~ /:/ ? "[$address]:443" : "$address:443";
        open $in, "-|", "sh", "-c", q(printf %s "$1" | timeout "$2" openssl s_client -quiet -connect "$3" -servername "$4" 2>/dev/null),
          "sh", $request, $each, $place, $name or die "refused\n";
      } else {
        my $to = at($address, 80) or die "refused\n";
        socket($in, $to->{family}, SOCK_STREAM, 0) && connect($in, $to->{addr}) or die "refused\n";
        syswrite $in, $request;
      }
      while (length $answer < 65536) { sysread $in, $answer, 8192, length $answer or last }
      alarm 0;
      1;
    };
    my $why = $@ =~ s/\n//r;
    alarm 0;
    return $ended || length $answer ? ($answer, "") : ("", $why);
  }
  sub result {
    my ($address, $name) = @_;
    my ($secure, $host, $where) = (0, $name, $path);
    for my $hop (0 .. 3) {
      my ($answer, $why) = spoken($secure, $address, $host, $where);
      return sprintf "dead\t%s://%s", $secure ? "https" : "http", $host if $hop && $answer eq "";
      return $why if $why ne "";
      my ($status) = $answer =~ m{^HTTP/1\.[01] (\d{3})} or return "other";
      return $status ne "200" ? "status\t$status" : index($answer, $text) < 0 ? "other" : "right" unless $status =~ /^30[12378]$/;
      my ($to) = $answer =~ /^Location:[ \t]*([!-~]{1,2000})\r?$/mi or return "status\t$status";
      if ($to =~ m{^(https?)://([A-Za-z0-9._-]+)(?::(80|443))?((?:/[^#]*)?)(?:#.*)?$}i) {
        my ($scheme, $next, $port, $rest) = (lc $1, lc $2, $3, $4);
        return "away\t" . substr $next, 0, 253 unless $certified{$next};
        return "status\t$status" if $port && $port ne ($scheme eq "https" ? 443 : 80);
        ($secure, $host, $where) = ($scheme eq "https", $next, $rest || "/");
      } elsif ($to =~ m{^/(?!/)}) { $where = $to }
      else { return "away\t" . substr $to, 0, 253 }
    }
    return "status\t302";
  }
  my @names = map { [split " "] } <STDIN>;
  $certified{lc $_->[1]} = 1 for grep { @$_ > 1 } @names;
  for (@names) {
    my ($lineage, $name) = @$_;
    if (!defined $name) { print "unread\t$lineage\n"; next }
    if ($name =~ /\*/) { print "answer\t$lineage\t$name\t\twildcard\n"; next }
    for my $address (sort keys %asked) {
      if (time >= $end) { $left++; next }
      print join("\t", "answer", $lineage, lc $name, $address, result($address, lc $name)), "\n";
    }
  }
  print "left\t$left\n" if $left;
'
