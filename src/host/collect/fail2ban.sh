# shellcheck shell=sh disable=SC2154 # what collect.sh sets
# fail2ban: what its server works with, and whom it has banned.

# fail2ban_perl MOST PROGRAM: a program in perl that asks the running server: ask(WORD...) gives the pickle that it answers
# with, of at most MOST bytes. Nothing is printed where no server listens.
# fail2ban-client starts Python (110 ms for the questions of a plan); perl-base is essential on Debian and takes 10.
# Only what exists is asked for: the server writes each refused question into its log.
fail2ban_perl() {
  need fail2ban-server || return
  need_root || return
  have perl || { printf 'perl is missing' && return "$UNKNOWN"; }
  # A pattern of somebody's may take for ever: the alarm then ends perl in the middle of it.
  # shellcheck disable=SC2016
  PERL_SIGNALS=unsafe perl -e "my \$most = $1;" -e '
    sub fail { print $_[0]; exit 4 }
    $SIG{ALRM} = sub { fail "fail2ban does not answer" };
    alarm 3;
    my $path = "/var/run/fail2ban/fail2ban.sock";
    my $etc = "/etc/fail2ban/fail2ban";
    for my $file ("$etc.conf", sort(glob "$etc.d/*.conf"), "$etc.local", sort(glob "$etc.d/*.local")) {
      open my $in, "<", $file or next;
      while (<$in>) { $path = $1 if /^socket\s*[=:]\s*(\/\S+)/ }
    }
    exit 0 unless -S $path;
    # AF_UNIX, SOCK_STREAM and a sockaddr_un: loading Socket takes longer than all the answers.
    socket(S, 1, 1, 0) && connect(S, pack "S a108", 1, $path) or exit 0;
    my ($end, $rest, $out) = ("<F2B_END_COMMAND>", "", "");
    sub ask {
      syswrite S, "(l" . join("", map { "S\x27$_\x27\na" } @_) . ".$end";
      my $at;
      while (($at = index $rest, $end) < 0) {
        fail "fail2ban answers with too much" if length $rest > $most;
        sysread S, $rest, 65536, length $rest or fail "fail2ban hung up";
      }
      my $answer = substr $rest, 0, $at;
      $rest = substr $rest, $at + length $end;
      return $answer;
    }
    # The strings of an answer, in their order, by the opcodes that pickletools of Python names.
    sub strings {
      my ($pickle, @found) = @_;
      while ((pos $pickle // 0) < length $pickle) {
        if ($pickle =~ /\G(?:\x8c(.)|X(.{4}))/gcs) {
          my ($at, $length) = (pos $pickle, defined $1 ? ord $1 : unpack "V", $2);
          push @found, substr $pickle, $at, $length;
          pos($pickle) = $at + $length;
        } else {
          $pickle =~ /\G(?:\x95.{8}|[\x80Kh].|M..|[Jj].{4}|.)/gcs or last;
        }
      }
      return @found;
    }
  ' -e "$2"
}

# The running server's own values, a line "QUESTION HEX" each, where HEX is the pickle that it answered with; then
# "rule4 TEXT" and "rule6 TEXT" for what the jail has in the kernel, which is nothing before its first ban; "judged WORD
# MESSAGE": whether the filter counts (yes, no, unknown) a failed login as sshd writes it; "narrow TEXT" for an expression that
# counts it and may pass over others, "ignores TEXT" for one of what the filter ignores; "newer PATH" and "foreign PATH"
# for files of the filter and the actions that were changed since the server started, and the filter's that are not as the package brought them;
# "deaf WHY WORDS" for what keeps a jail whose filter is right from seeing a failed login; "barred WHAT" for what keeps the server from changing rules;
# "lacks ACTION PROGRAM" for an action whose program isn't there; "table TEXT" for its table of nftables. Where there are bans, "banned ADDRESS" for the first 20 of
# each family, "held ADDRESS" or "unsure ADDRESS" for those that nftables' sets have or may have; and of the rules that these
# meet "save4 TEXT" and "save6 TEXT".
# shellcheck disable=SC2016 # it is perl's $
collect_fail2ban() {
  fail2ban_perl 8388608 '
    my %answer;
    sub get {
      my $answer = ask(@_);
      $out .= "@_ " . unpack("H*", $answer) . "\n";
      return $answer{"@_"} = $answer;
    }
    # perl-base knows whole seconds alone.
    sub newer {
      my $born = (stat $path)[9];
      my @near = grep { -e && (stat)[9] >= $born } @_ or return;
      open my $in, "-|", "find", "-L", @near, "-maxdepth", 0, "-newer", $path or return @near;
      chomp(my @newer = <$in>);
      return @newer;
    }
'"$fail2ban_filter$fail2ban_heard$fail2ban_barred"'
    if (get("status") =~ /(?:, |\x8c.|X....)sshd(?:, |\x94)/s) {
      my (%of, %is);
      # First of all: what is banned from here on may not be in force when the rules are read.
      my $list = substr ask(qw(get sshd banip)), 0, 65536;
      my @list = strings($list);
      pop @list if length $list == 65536;
      for (grep { /^[\da-f]*[.:][\da-f.:\/]*$/ } @list) { $is{$_} = 1 if $of{/:/}++ < 20 }
      get "get", "sshd", $_ for qw(maxretry findtime bantime ignoreip ignorecommand ignorecache journalmatch logpath);
      judge;
      deaf;
      barred;
      my @actions = grep { /^[A-Za-z0-9_.-]+$/ } strings(get qw(get sshd actions));
      my %parts = map { $_ => 1 } @actions, qw(iptables iptables-common nftables nftables-common);
      my @files = map { ("/etc/fail2ban/action.d/$_.conf", "/etc/fail2ban/action.d/$_.local") } sort keys %parts;
      $out .= "newer $_\n" for newer(@files);
      for my $action (@actions) {
        my @has = strings(get qw(get sshd actionproperties), $action);
        next unless grep { $_ eq "port" } @has;
        # Other tags hold tokens of who is told.
        get qw(get sshd action), $action, $_ for grep {
          /^(port|timeout|action(start|ban)|ip6?tables|nftables|lockingopt|table(_family)?|chain|name|addr_(set|type|family)|blocktype|ipmset
            |familyopt)(\?family=inet6)?$/x
        } @has;
        for (grep { /^(iptables|nftables|pfctl|actionban)$/ } @has) {
          my ($text) = strings(ask qw(get sshd action), $action, $_);
          my ($program) = ($text // "") =~ /^\s*(?:if \[[^\n]*\] && )?([a-z\/][\w.\/-]*)(?=\s|<|$)/;
          next if !defined $program || $program =~ /^(if|for|while|until|case|test|true|false|echo|printf|exec|eval|set|cd|export|command|logger)$/;
          next if grep { -x ($program =~ m{^/} ? $program : "$_/$program") } split /:/, $ENV{PATH};
          $out .= "lacks $action $program\n";
        }
      }
      my $actions = join " ", strings($answer{"get sshd actions"});
      my @save = $actions =~ /iptables/ || %is && $actions !~ /nftables/ ? ("iptables-save", "ip6tables-save") : ();
      push @save, "nft list table inet f2b-table" if $actions =~ /nftables/;
      my %text;
      for (1 .. 4) {
        # A comment may hold what looks like a rule, and newlines before it.
        $text{$_} = (qx($_) // "") =~ s/ "(?:[^"\\]|\\.)*"/ ""/gsr for @save;
        # A ban is listed before it is in force.
        my $all = join " ", values %text;
        last if $actions !~ /nftables|iptables(?!-ipset)/ || !grep { $all !~ /(?<![\w.:])\Q$_\E(?![\w.:])/ } keys %is;
        select undef, undef, undef, 0.2;
      }
      for my $save (@save) {
        my @lines = split /^/, $text{$save};
        # A rule of iptables stays behind when its bans are gone; the next ban brings one of its own.
        next if $save =~ /^ip/ && !grep { /^-A f2b-sshd -s / } @lines;
        for (@lines) {
          next unless /(-j f2b-sshd|\@addr6?-set-sshd)\s/;
          $out .= ("$save$_" =~ /^ip6|addr6-set/ ? "rule6" : "rule4") . " $_";
        }
      }
      my $still = %is ? ask qw(get sshd banip) : "";
      index($still, $_) < 0 ? delete $is{$_} : ($out .= "banned $_\n") for sort keys %is;
      for my $save (grep { %is || /^nft/ } @save) {
        my $word = { n => "table", i => "save4" }->{substr $save, 0, 1};
        $word = "save6" if $save =~ /^ip6/;
        $text{$save} =~ s/^\tset (\S+) \{\n(.*?)^\t\}\n/
          my ($set, $body) = ($1, $2);
          for (keys %is) {
            next unless $set eq (m{:} ? "addr6-set-sshd" : "addr-set-sshd");
            $out .= "held $_\n" if $body =~ m{(?<![\w.:\/])\Q$_\E(?![\w.:\/])};
            $out .= "unsure $_\n" if $body =~ m{flags };
          }
          $body =~ m{type (\w+)} ? "\tset $set { type $1 }\n" : "" /gmse;
        for (split /^/, $text{$save}) {
          # Those of other bans: none of these meet it.
          $out .= "$word $_" unless m{^-A \S+ -s ([^\s/]+)(?:/32|/128)? } && !$is{$1};
        }
      }
    }
    print $out;
  '
}

# fail2ban_waits: "log" where the filter of the sshd jail waits for its log, "nothing" where it only sleeps, for which
# fail2ban-client has no word; absent where it polls files, and sleeps as well.
collect_fail2ban_waits() {
  local main thread name place asleep try
  need fail2ban-server || return
  need_root || return
  main=$(systemctl show -p MainPID --value fail2ban.service 2>/dev/null)
  find "/proc/${main:-0}/fd" -lname anon_inode:inotify 2>/dev/null | grep -q . || return "$ABSENT"
  for thread in "/proc/$main/task/"*; do
    { read -r name <"$thread/comm"; } 2>/dev/null && [ "$name" = f2b/f.sshd ] || continue
    # One that reads files sleeps for up to a second between two looks. Awake, or behind Python's lock, an idle one shows neither.
    asleep=0
    for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do
      place=$(cat "$thread/wchan" 2>/dev/null) || return "$ABSENT"
      case $place in
      *poll* | *select*)
        printf log
        return 0
        ;;
      *nanosleep*) asleep=$((asleep + 1)) ;;
      esac
      sleep 0.1
    done
    [ "$asleep" -ge 5 ] || return "$ABSENT"
    printf nothing
    return 0
  done
  return "$ABSENT"
}

# Who is banned: a line "jail NAME" each, and below it a line "ban HEX SINCE SECONDS" for each of its bans, where HEX is
# what it bans, in most jails an address, and SINCE counts from 1970; -1 seconds are for ever. "unasked HEX": a jail by a
# name that no question could hold; "more NUMBER": bans of the jail that are left out.
# shellcheck disable=SC2016 # it is perl's $
collect_bans() {
  fail2ban_perl 4194304 '
    require POSIX;
    $out = "server\n";
    for my $jail (split /, /, (strings(ask "status"))[-1] // "") {
      if ($jail !~ /^[\w.@-]+$/a) { $out .= "unasked " . unpack("H*", $jail) . "\n"; next }
      $out .= "jail $jail\n";
      my @bans = strings(ask "get", $jail, "banip", "--with-time");
      for (splice @bans, 0, 20000) {
        my ($who, $year, $month, $day, $h, $min, $s, $long) =
          /^(.*) \t(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d) \+ (-?\d+) = [\d: -]+\z/s
            or fail "the bans of the jail $jail are not understood";
        my $since = POSIX::mktime($s, $min, $h, $day, $month - 1, $year - 1900, 0, 0, -1);
        $out .= "ban " . unpack("H*", $who) . " $since $long\n";
      }
      $out .= "more " . @bans . "\n" if @bans;
    }
    print $out;
  '
}
