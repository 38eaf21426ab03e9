# shellcheck shell=sh disable=SC2154,SC2016 # what fail2ban-heard.sh sets; perl
# Whether the journal has what sshd says.

# Prints "unheard" where the journal has no word of the sshd of this very login. PAM goes another way than sshd with its LogLevel,
# and of an older login the words may be gone.
sshd_unheard='
  sub fail { print $_[0]; exit 4 }
  $SIG{ALRM} = sub { fail "journalctl does not answer" };
  alarm 10;
  # In hundredths of a second after the boot.
  sub started {
    open my $in, "<", "/proc/$_[0]/stat" or return 0;
    return (split " ", <$in> =~ s/.*\)//sr)[19];
  }
  my @own = own_sshd() or exit;
  my $age = (started($$) - started($own[-1])) / 100;
  exit if $age > 3600;
  my ($since, $until) = (int(time - $age - 60), time + 3);
  my @command = (qw(timeout 3 journalctl -q --system -o cat -n 50 -S), "\@$since", "_UID=0", map { "_PID=$_" } @own);
  while (1) {
    open my $journal, "-|", @command or fail "journalctl does not start";
    exit if grep { /^(?!pam_)\S/ } <$journal>;
    close $journal or fail "journalctl fails";
    last if time > $until;
    select undef, undef, undef, 0.2;
  }
  print "unheard\n";
'

# sshd_heard UNIT: what keeps words of sshd from the journal: see sshd_unheard; then what its unit leaves out, "LogLevelMax=NUMBER"
# and "LogFilterPatterns=TEXT", and what comes after "LogRateLimitBurst=NUMBER" messages in "LogRateLimitIntervalUSec=TIME", as systemd
# has them. All but the patterns stay in force until the next start, and journald has them from links: "running " stands before these limits.
collect_sshd_heard() {
  need journalctl || return
  need_root || return
  have perl || { printf 'perl is missing' && return "$UNKNOWN"; }
  perl -e "$own_sshd$sshd_unheard" 2>/dev/null || return "$UNKNOWN"
  heard_level=$(readlink "/run/systemd/units/log-level-max:$1") && printf 'LogLevelMax=%s\n' "$heard_level"
  heard_burst=$(readlink "/run/systemd/units/log-rate-limit-burst:$1") && printf 'running LogRateLimitBurst=%s\n' "$heard_burst"
  heard_time=$(readlink "/run/systemd/units/log-rate-limit-interval:$1") && printf 'running LogRateLimitIntervalUSec=%sus\n' "$heard_time"
  heard_unit=$(systemctl show -p LogLevelMax -p LogFilterPatterns -p LogRateLimitBurst -p LogRateLimitIntervalUSec -- "$1" 2>/dev/null) || {
    printf 'systemctl show failed'
    return "$UNKNOWN"
  }
  printf '%s\n' "$heard_unit" | head -c 4096
  return 0
}
