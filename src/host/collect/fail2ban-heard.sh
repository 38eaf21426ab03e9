# shellcheck shell=sh disable=SC2034,SC2016 # fail2ban.sh reads what is set here; perl
# Whether the jail gets to hear of failed logins at sshd.

# The sshd of this very login, the outermost last: what it has said comes by the same way as what it says of a failed one.
own_sshd='
    sub own_sshd {
      my ($pid, @own) = $$;
      while ($pid > 1 && open my $in, "<", "/proc/$pid/stat") {
        my ($name, $parent) = <$in> =~ /\((.*)\) \S (\d+)/s or last;
        open my $line, "<", "/proc/$pid/cmdline";
        # The one that listens says other things.
        push @own, $pid if $name =~ /^sshd/ && (<$line> // "") !~ /\[listener\]/;
        $pid = $parent;
      }
      return @own;
    }
'

# A part of the program of collect_fail2ban, by its variables: prints "deaf WHY" for each thing that keeps words of sshd from the jail.
fail2ban_heard=$own_sshd'
    sub unheard {
      my $said = join "|", own_sshd() or return;
      alarm 3;
      # What writes the file may be some moments late.
      for my $try (0 .. 20) {
        select undef, undef, undef, 0.1 if $try;
        for my $path (@_) {
          open my $in, "<", $path or next;
          seek $in, -262144, 2;
          local $/;
          return if <$in> =~ / sshd(?:-session)?\[(?:$said)\]: (?!pam_)/;
        }
      }
      return 1;
    }
    # Which kinds of the last failed logins are not in the files, by whatever rule: of what rsyslogd was there for to write.
    sub unwritten {
      my ($began, $hour) = ((lstat "/run/systemd/units/invocation:rsyslog.service")[9] // 0, time - 3600);
      my $since = $began > $hour ? $began + 2 : $hour;
      my (%last, @missing);
      for (qx(timeout 3 journalctl -q -n 300 -o short-unix -u ssh.service _UID=0 -S \@$since -U -3s 2>/dev/null)) {
        push @{$last{$2}}, "$1$2$3" if / sshd(?:-session)?(\[\d+\]: )(Invalid user|Failed \w+|User \w+ from|Connection closed by \w+ user|Disconnected from \w+ user|error: maximum auth)(.{0,12})/;
      }
      return unless %last;
      my $written = "";
      for my $path (map { ("$_.1", $_) } @_) {
        open my $in, "<", $path or next;
        seek $in, -2097152, 2;
        local $/;
        $written .= <$in> // "";
      }
      for my $kind (sort keys %last) {
        my @some = reverse @{$last{$kind}};
        push @missing, $kind unless grep { index($written, $_) >= 0 } splice @some, 0, 3;
      }
      return join ", ", @missing;
    }
    # Rules of rsyslog by which the words of a failed login are thrown away before auth.log is written.
    sub thrown_away {
      my %fits = (
        contains => sub { index($_[0], $_[1]) >= 0 },
        contains_i => sub { index(lc $_[0], lc $_[1]) >= 0 },
        startswith => sub { index($_[0], $_[1] =~ s/^ //r) == 0 },
        isequal => sub { $_[0] eq $_[1] =~ s/^ //r },
        "==" => sub { $_[0] eq $_[1] =~ s/^ //r },
        regex => sub { my ($text, $form) = @_; eval { $text =~ /$form/ } },
      );
      $fits{ereregex} = $fits{regex};
      for my $path (glob("/etc/rsyslog.d/*.conf"), "/etc/rsyslog.conf") {
        open my $in, "<", $path or next;
        my $text = join "", map { s/^\s*#.*//r } grep { defined } (<$in>)[0 .. 4999];
        $text =~ s/^auth\b.*//ms if $path eq "/etc/rsyslog.conf";
        $text =~ s/\\\n//g;
        while ($text =~ /^[ \t]*:(?:raw)?msg,\s*(!?)(\w+),\s*"((?:[^"\\]|\\.)*)"\s*(?:[^\n]*\n[ \t]*&[ \t]*)?(?:stop|~)/gm) {
          my ($not, $how, $value) = ($1, $fits{lc $2}, $3);
          return "$path $value" if $how && grep { ($not eq "") == !!$how->($_, $value) } @words;
        }
        while ($text =~ /\bif\b((?:(?!\bthen\b).)*)\bthen\b\s*(?:\{[^}]*)?\b(?:stop|discard)\b/gs) {
          my $when = $1;
          next if $when =~ /\$(?:programname|app-name|syslogtag)\s*\S+\s*["\x27](?!sshd)/;
          while ($when =~ /\$(?:raw)?msg\s+(contains_i|contains|startswith|==)\s+["\x27]([^"\x27]*)["\x27]/g) {
            my ($how, $value) = ($fits{$1}, $2);
            return "$path $value" if grep { $how->($_, $value) } @words;
          }
        }
      }
      return;
    }
    sub deaf {
      my ($encoding) = strings(ask qw(get sshd logencoding));
      $out .= "deaf encoding $encoding\n" if $encoding =~ /^[\w-]+$/ && $encoding =~ /16|32|37|500|1140/;
      my $dates = join " ", strings(ask qw(get sshd datepattern));
      $out .= "deaf dates\n" if $dates !~ /Default Detectors$/;
      my @files = strings($answer{"get sshd logpath"});
      $out .= "deaf unheard @files\n" if @files && unheard(@files);
      my $unwritten = @files ? unwritten(@files) : "";
      $out .= "deaf unwritten $unwritten\n" if $unwritten;
      my $thrown = @files ? thrown_away() : undef;
      $out .= "deaf thrown " . substr($thrown =~ s/[^ -~]/?/gr, 0, 200) . "\n" if defined $thrown;
    }
'
