# shellcheck shell=sh disable=SC2154 # what collect.sh sets
# fail2ban: what its server works with, and the files that say so.

# The running server's own values, a line "QUESTION HEX" each, where HEX is the pickle that it answered with; then
# "rule4 TEXT" and "rule6 TEXT" for what the jail has in the kernel, which is nothing before its first ban.
# fail2ban-client starts Python (110 ms for these questions); perl-base is essential on Debian and takes 10.
# Only what exists is asked for: the server writes each refused question into its log.
collect_fail2ban() {
  need fail2ban-server || return
  need_root || return
  have perl || { printf 'perl is missing' && return "$UNKNOWN"; }
  # shellcheck disable=SC2016
  perl -e '
    use Socket;
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
    socket(S, AF_UNIX, SOCK_STREAM, 0) && connect(S, sockaddr_un($path)) or exit 0;
    my ($end, $rest, $out) = ("<F2B_END_COMMAND>", "", "");
    sub ask {
      syswrite S, "(l" . join("", map { "S\x27$_\x27\na" } @_) . ".$end";
      my $at;
      while (($at = index $rest, $end) < 0) {
        fail "fail2ban answers with too much" if length $rest > 1048576;
        sysread S, $rest, 65536, length $rest or fail "fail2ban hung up";
      }
      my $answer = substr $rest, 0, $at;
      $rest = substr $rest, $at + length $end;
      $out .= "@_ " . unpack("H*", $answer) . "\n";
      return $answer{"@_"} = $answer;
    }
    sub strings {
      my ($pickle, @found) = @_;
      while ($pickle =~ /\x8c(.)/gs) { push @found, substr $pickle, pos $pickle, ord $1 }
      return @found;
    }
    if (ask("status") =~ /(?:, |\x8c.|X....)sshd(?:, |\x94)/s) {
      ask "get", "sshd", $_ for qw(maxretry findtime bantime ignoreip journalmatch logpath);
      for my $action (grep { /^[A-Za-z0-9_.-]+$/ } strings(ask qw(get sshd actions))) {
        next unless grep { $_ eq "port" } strings(ask qw(get sshd actionproperties), $action);
        ask qw(get sshd action), $action, "port";
      }
      my $actions = join " ", strings($answer{"get sshd actions"});
      my @save = $actions =~ /iptables/ ? ("iptables-save", "ip6tables-save") : ();
      push @save, "nft list chain inet f2b-table f2b-chain" if $actions =~ /nftables/;
      for my $save (@save) {
        for (qx($save 2>/dev/null)) {
          next unless /(-j f2b-sshd|\@addr6?-set-sshd)\s/;
          $out .= ("$save$_" =~ /^ip6|addr6-set/ ? "rule6" : "rule4") . " $_";
        }
      }
    }
    print $out;
  '
}

# What the configuration says of the sshd jail, in the order in which it is read: "F PATH", then lines "L TEXT".
# Only what is compared: other keys hold passwords and tokens of actions.
collect_fail2ban_files() {
  [ -d /etc/fail2ban ] || return "$ABSENT"
  set --
  for path in /etc/fail2ban/jail.conf /etc/fail2ban/jail.d/*.conf \
    /etc/fail2ban/jail.local /etc/fail2ban/jail.d/*.local; do
    [ -f "$path" ] || continue
    if [ ! -r "$path" ]; then
      printf '%s: permission denied' "$path"
      return "$UNKNOWN"
    fi
    set -- "$@" "$path"
  done
  [ $# -gt 0 ] || return 0
  awk '
    FNR == 1 { print "F " FILENAME; section = wanted = 0 }
    /^[ \t]*([#;]|\r?$)/ { next }
    /^\[/ { section = wanted = $0 ~ /^\[(DEFAULT|sshd)\]/ }
    /^[^ \t[]/ {
      wanted = section && tolower($0) ~ \
        /^(enabled|port|maxretry|findtime|bantime|ignoreip|backend|journalmatch|logpath)[ \t]*[=:]/
    }
    wanted { print "L " substr($0, 1, 4096) }
  ' "$@"
}
