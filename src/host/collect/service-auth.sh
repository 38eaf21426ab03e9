# shellcheck shell=sh disable=SC2154 # what collect.sh sets
# Whether redis and PostgreSQL want a password, by real attempts: of containers from the host's side of the container's network,
# which its neighbours share; of the host's own at the address that others come to.

# service_auth: "ID SERVICE ADDRESS PORT,... ANSWER SHOWN" a line and "end" behind them; ID is "host" of the host's own. SHOWN:
# "shown" where the command has redis' password, else "-". ANSWER of both: open, usual (a password that anybody tries), silent
# (nothing listens for others), unread (nothing answers, and on what it listens is not known), elsewhere (it listens there, and gives
# no answer of the service, or was not asked), strange; of redis: password, denied (protected mode); of postgres: clear, md5, scram, untried (scram, and not every usual password
# could be tried), denied.
collect_service_auth() {
  need_root || return
  told=''
  if have dockerd && engine_runs; then
    told=$(engine ps -q --no-trunc) || return
    # shellcheck disable=SC2086 # ids hold no blanks
    [ -z "$told" ] || told=$(engine inspect --type container --format "$(service_auth_format)" $told | service_auth_lines)
  fi
  { service_auth_here; printf '%s\n' "$told"; } | service_auth_ask
  echo end
}

# service_auth_format: for inspect, "ID PID IMAGE SHOWN ,ADDRESS,... ,PORT,... USER MODE" a line; images hold no blanks. Of the
# environment it takes only what PostgreSQL's superuser is called, as JSON, as the network's mode is, which may have blanks.
# shellcheck disable=SC2016 # the $ are the engine's
service_auth_format() {
  printf '%s' '{{.ID}} {{.State.Pid}} {{.Config.Image}}'
  printf '%s' ' {{if gt (len (split (json .Args) "requirepass")) 1}}shown{{else}}-{{end}}'
  printf '%s' ' ,{{range .NetworkSettings.Networks}}{{.IPAddress}},{{end}}'
  printf '%s' ' ,{{range $p, $e := .Config.ExposedPorts}}{{$p}},{{end}}'
  printf '%s' ' {{range .Config.Env}}{{if eq (index (split . "=") 0) "POSTGRES_USER"}}{{json .}}{{end}}{{end}} {{json .HostConfig.NetworkMode}}'
}

# service_auth_lines: "ID SERVICE ADDRESS PID SHOWN USER" a line, by the image's name or by the port that it exposes. One in the
# network of another has the addresses of that one.
service_auth_lines() {
  awk '{
    if ($3 ~ /(redis|valkey|keydb)/ || $6 ~ /,6379\/tcp,/) service[$1] = "redis"
    else if ($3 ~ /(postgres|pgvector|postgis|timescale)/ || $6 ~ /,5432\/tcp,/) service[$1] = "postgres"
    user = match($0, / "POSTGRES_USER=[A-Za-z0-9_-]+" /) ? substr($0, RSTART + 16, RLENGTH - 18) : "postgres"
    rest[$1] = $2 " " $4 " " user
    owner[$1] = match($0, /"container:[0-9a-f]+"$/) ? substr($0, RSTART + 11, RLENGTH - 12) : ""
    addresses[$1] = $5
  }
  END {
    for (id in service) {
      of = id
      for (step = 0; step < 9 && owner[of] != ""; step++) of = owner[of]
      n = split(addresses[of], address, ",")
      for (at = 1; at <= n; at++) if (address[at] ~ /^[0-9.]+$/) print id, service[id], address[at], rest[id]
    }
  }' | sort
}

# service_auth_ask: reads such lines, and prints each with its answer. No answer within 2 s is silence.
service_auth_ask() { perl -e "$(service_auth_table)$(service_auth_perl)$(service_auth_scram)$(service_auth_each)"; }

# shellcheck disable=SC2016 # perl's
service_auth_perl() {
  printf '%s' '
    my @usual = qw(redis password admin changeme secret 123456 foobared);
    # What the documentation of the image has, and what anybody tries; the name of the user goes with them.
    my @defaults = qw(postgres password mysecretpassword example changeme);
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
    # The first bytes of an answer to TEXT: as many as MORE wants, given what is there.
    sub say_to {
      my ($s, $text, $more) = @_;
      my $got = "";
      eval {
        local $SIG{ALRM} = sub { die };
        local $SIG{PIPE} = "IGNORE";
        alarm 2;
        syswrite($s, $text);
        while (my $size = $more->($got)) { sysread($s, $got, $size, length $got) or last }
        alarm 0;
      };
      alarm 0;
      return $got;
    }
    # One answer of redis is one piece.
    sub piece { return $_[0] eq "" ? 1024 : 0 }
    sub redis {
      my ($address, $port) = @_;
      my $s = reach($address, $port) or return "silent";
      my $said = say_to($s, "PING\r\n", \&piece);
      return "open" if $said =~ /^\+PONG/;
      return "denied" if $said =~ /^-DENIED/;
      return "strange" unless $said =~ /^-NOAUTH/;
      for my $word (@usual) { return "usual" if say_to($s, "AUTH $word\r\n", \&piece) =~ /^\+OK/ }
      return "password";
    }
    # https://www.postgresql.org/docs/current/protocol-message-formats.html
    sub message {
      my ($got) = @_;
      return 5 - length $got if length $got < 5;
      my $size = unpack("x N", $got);
      return 1 + ($size > 8192 ? 8192 : $size) - length $got;
    }
    # Its connection, and how it wants a password: a number, or undef behind what it said.
    sub greet {
      my ($address, $port, $user) = @_;
      my $s = reach($address, $port) or return;
      my $words = "user\0$user\0database\0postgres\0\0";
      my $said = say_to($s, pack("N N", length($words) + 8, 196608) . $words, \&message);
      my ($kind, undef, $how) = unpack("a N N", $said . "\0" x 9);
      return ($s, $said, $kind eq "R" ? $how : undef);
    }
    sub postgres {
      my ($address, $port, $user) = @_;
      my ($s, $said, $how) = greet($address, $port, $user) or return "silent";
      if (defined $how) {
        my $answer = { 0 => "open", 3 => "clear", 5 => "md5", 10 => "scram" }->{$how} // "strange";
        return $answer =~ /open|strange/ ? $answer : guessed($address, $port, $user, $answer);
      }
      return "strange" unless $said =~ /^E/;
      # Who is refused for a role or a database that is not there was let in before.
      return $said =~ /\0RClientAuthentication\0/ ? "denied" : $said =~ /\0R(InitializeSessionUserId|InitPostgres)\0/ ? "open" : "strange";
    }
    # Each password by a login of its own, until one lets in or 20 s are over.
    sub guessed {
      my ($address, $port, $user, $how) = @_;
      my ($untried, %seen) = (0);
      for my $word (grep { !$seen{$_}++ } @defaults, $user) {
        my $is = time - $^T > 20 ? undef : enters($address, $port, $user, $word);
        return "usual" if $is;
        $untried = 1 unless defined $is;
      }
      return $how eq "scram" && $untried ? "untried" : $how;
    }
    # 1: WORD lets USER in, 0: it does not, undef: nobody knows.
    sub enters {
      my ($address, $port, $user, $word) = @_;
      my ($s, $said, $how) = greet($address, $port, $user) or return;
      return unless defined $how;
      return eval { scram($s, $said, $word) } if $how == 10;
      return answer_of(answer_to($s, "$word\0")) if $how == 3;
      return unless $how == 5 && eval { require Digest::MD5 };
      my $salt = substr($said, 9, 4);
      return answer_of(answer_to($s, "md5" . Digest::MD5::md5_hex(Digest::MD5::md5_hex($word . $user) . $salt) . "\0"));
    }
    sub answer_to { my ($s, $text) = @_; return say_to($s, "p" . pack("N", 4 + length $text) . $text, \&message) }
    # In, or past the last step of scram; or refused for the password or the user.
    sub answer_of {
      my ($said) = @_;
      return 1 if $said =~ /^R.{4}\0\0\0[\0\014]/s;
      return $said =~ /^E.*\0C28/s ? 0 : undef;
    }'
}

# https://www.rfc-editor.org/rfc/rfc5802, without channel binding. perl-base has neither Digest::SHA nor MIME::Base64; openssl(1)
# of version 3 has a kdf in the place of the former. The passwords that it is given are known to everybody.
# shellcheck disable=SC2016 # perl's
service_auth_scram() {
  printf '%s' '
    my $has_sha = eval { require Digest::SHA };
    # What openssl makes of TEXT; dies where it is not there, or fails.
    sub openssl {
      my ($text, @words) = @_;
      require IPC::Open2;
      local $SIG{PIPE} = "IGNORE";
      my $pid = IPC::Open2::open2(my $out, my $in, "openssl", @words);
      binmode $_ for $in, $out;
      print $in $text;
      close $in;
      local $/;
      my $bytes = <$out>;
      waitpid $pid, 0;
      die if $? || $bytes eq "";
      return $bytes;
    }
    sub scram {
      my ($s, $said, $word) = @_;
      return unless $said =~ /[\n\0]SCRAM-SHA-256\0/;
      my $own = join "", map { chr(97 + rand 26) } 1 .. 24;
      my $bare = "n=,r=$own";
      my $first = answer_to($s, "SCRAM-SHA-256\0" . pack("N", 3 + length $bare) . "n,,$bare");
      return unless $first =~ m{^R.{4}\0\0\0\013(r=(${own}[!-+--~]+),s=([A-Za-z0-9+/]+=*),i=([0-9]{1,5}))\z}s;
      my ($text, $nonce, $salt, $rounds) = ($1, $2, $3, $4);
      return if $rounds > 10000;
      my $by = keyed(salted($word, plain64($salt), $rounds));
      my $client = $by->("Client Key");
      my $last = "c=biws,r=$nonce";
      my $proof = $client ^ keyed(sha256($client))->("$bare,$text,$last");
      return answer_of(answer_to($s, "$last,p=" . base64($proof)));
    }
    sub salted {
      my ($word, $salt, $rounds) = @_;
      my @how = ("digest:SHA256", "hexpass:" . unpack("H*", $word), "hexsalt:" . unpack("H*", $salt), "iter:$rounds");
      return openssl("", "kdf", "-binary", "-keylen", 32, (map { ("-kdfopt", $_) } @how), "PBKDF2") unless $has_sha;
      my $by = keyed($word);
      my $step = $by->($salt . pack("N", 1));
      my $all = $step;
      for (2 .. $rounds) { $step = $by->($step); $all ^= $step }
      return $all;
    }
    sub base64 {
      my ($bytes) = @_;
      my $text = join "", map { substr(pack("u", $_), 1, -1) } unpack("(a45)*", $bytes);
      $text =~ tr#` -_#AA-Za-z0-9+/#;
      my $pad = (3 - length($bytes) % 3) % 3;
      substr($text, -$pad) = "=" x $pad if $pad;
      return $text;
    }
    sub plain64 {
      my ($text) = @_;
      $text =~ tr#A-Za-z0-9+/##cd;
      $text =~ tr#A-Za-z0-9+/# -_#;
      return join "", map { unpack("u", chr(32 + int(length($_) * 3 / 4)) . $_) } unpack("(a60)*", $text);
    }
    # HMAC by a key.
    sub keyed {
      my ($key) = @_;
      return sub { Digest::SHA::hmac_sha256($_[0], $key) } if $has_sha;
      my @how = ("-digest", "SHA256", "-macopt", "hexkey:" . unpack("H*", $key));
      return sub { openssl($_[0], "mac", "-binary", @how, "HMAC") };
    }
    sub sha256 { return $has_sha ? Digest::SHA::sha256($_[0]) : openssl($_[0], "dgst", "-sha256", "-binary") }'
}
