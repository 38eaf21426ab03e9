# shellcheck shell=sh disable=SC2034,SC2016 # fail2ban.sh reads what is set here; perl
# Which failed logins the running filter counts.

# A part of the program of collect_fail2ban, by its variables: prints "judged", "narrow", "ignores", "newer" and "foreign".
fail2ban_filter='
    # A pattern that looks ahead or behind for what the package does not may pass over some addresses or users, and so may one
    # without the package way of an address.
    my $usual = qr/\(\?(?:! from |<=:|!Too many authentication failures|!publickey|!found\\b)\)/;
    sub narrows { return $_[0] =~ s/$usual//gr =~ /\(\?(?:<?[=!]|\((?!cond_))/ }
    my $anywhere = q{(?P<ip4>(?:\d{1,3}\.){3}\d{1,3})};
    my @narrow;
    # Python and perl spell a condition on a named group differently. A match that is no failure is named nofail.
    sub counts {
      my ($text, $unsure, @patterns) = ($_[0], 0, @{$_[1]});
      for my $own (@patterns) {
        my $pattern = $own =~ s/\(\?\(([A-Za-z_]\w*)\)/(?(<$1>)/gr;
        my $found = eval { $text =~ /$pattern/ && !defined $+{nofail} && (!$_[2] || ($+{ip4} // $+{ip6} // "") eq $_[2]) };
        $unsure = 1 if $@;
        next unless $found;
        return "yes" unless $_[2] && (index($own, $anywhere) < 0 || narrows($own));
        $unsure = 1;
        push @narrow, $own;
      }
      return $unsure ? "unknown" : "no";
    }
    # Texts of somebody, a line each.
    sub quoted {
      my ($word, %said) = shift;
      $out .= "$word " . substr($_ =~ s/[^ -~]/?/gr, 0, 200) . "\n" for splice @{[grep { !$said{$_}++ } @_]}, 0, 5;
    }
    my @words = ("Failed password for invalid user intruder from 192.0.2.1 port 4242 ssh2",
      "Invalid user intruder from 192.0.2.1 port 4242",
      "Failed password for root from 2001:db8::1 port 4242 ssh2");
    # Whether the running filter counts what sshd says of a failed login; where it does not, what somebody made of it.
    sub judge {
      my @fail = strings(ask qw(get sshd failregex));
      my @ignore = strings(ask qw(get sshd ignoreregex));
      my ($head) = strings(ask qw(get sshd prefregex));
      my $name = -e "/usr/lib/openssh/sshd-session" ? "sshd-session" : "sshd";
      my $missed = 0;
      for my $said (@words) {
        my ($line, $content) = ("host $name\[42]: $said", "host $name\[42]: $said");
        if (defined $head && $head ne "") {
          $content = "";
          eval { $content = $+{content} if $line =~ /$head/ };
        }
        my $counts = counts($content, \@fail, $said =~ / from (\S+)/);
        ($counts, @narrow) = ("unknown", @narrow, $head) if $counts eq "yes" && narrows($head // "");
        $counts = "no" if $counts eq "yes" && @ignore && counts($line, \@ignore) ne "no";
        $missed = 1 if $counts ne "yes";
        $out .= "judged $counts $said\n";
      }
      quoted("narrow", @narrow);
      quoted("ignores", @ignore);
      my @files = map { "/etc/fail2ban/filter.d/$_" } qw(sshd.conf sshd.local common.conf common.local);
      $out .= "newer $_\n" for newer(@files);
      return unless $missed;
      $out .= "foreign $_\n" for grep { /local$/ && -e } @files;
      for (qx(dpkg --verify fail2ban 2>/dev/null)) { $out .= "foreign $1\n" if m{ (/etc/fail2ban/filter\.d/(?:sshd|common)\.conf)$} }
    }
'
