# shellcheck shell=sh disable=SC2034,SC2016 # inventory.sh reads what is set here; perl
# The part of the inventory that goes by the paths that stand in configuration: a file of /etc that no package explains, and others than root can change what it names.

# By which rules a path counts, or is data.
inventory_configured='
  my ($most_files, $most_bytes, $most_paths, $most_seconds) = (3000, 1 << 24, 20000, 3);
  # Lists of accounts and rules that only name what is protected or shared, and what other parts look at.
  my $not_configuration = qr{^/etc/(?:(?:passwd|group|g?shadow|sub[ug]id)-?$|shells$|mtab$|exports(?:\.d/|$)|ld\.so\.|alternatives/|apparmor(?:\.d)?/|audit/(?:rules\.d/|audit\.rules)|aide/|ssl/certs/|rc.\.d/|udev/hwdb\.bin$|(?:aliases|postfix/.*)\.db$|systemd/[^/]+/.*\.(?:wants|requires)/)};
  # The part of a line that counts, of files by whose form others of its words are data.
  my @forms = (
    [qr{^/etc/fstab$}, sub {
      my ($source, $point, undef, $options) = split " ", $_[0];
      return "" unless defined $options;
      return $options =~ /\bbind\b/ && $point !~ m{^/(?:etc|usr|boot|opt|root|lib\w*|s?bin)(?:/|$)} ? $options : "$source $options";
    }],
    [qr{^/etc/tmpfiles\.d/}, sub { (split " ", $_[0], 7)[6] // "" }],
    [qr{^/etc/logrotate\.(?:conf$|d/)}, sub { $_[0] =~ /^\s*(?:include|(?:un)?compresscmd)\b/ ? $_[0] : "" }],
    [qr{^/etc/letsencrypt/renewal/}, sub { $_[0] =~ /hook|config/ ? $_[0] : "" }],
  );
  # Words before a path that is data: what is written to, and what a server of files hands out.
  my @data = (
    [qr{}, qr/(?:^|[_.:[-])(?:(?:access|error|custom|transfer|slow|debug|general)?_?logs?(?:[_-]?(?:file|path|dir|target))?|pid(?:[_-]?(?:file|path))?|sock(?:et)?(?:[_-]?(?:file|path))?|te?mp(?:[_-]?(?:dir|path))?|upload\w*|save_path)\]?$/i],
    [qr{^/etc/(?:nginx|apache2|httpd|lighttpd|caddy|php)/}, qr/^(?:root|alias|[\w.-]*document-?root|directory(?:match)?|\w*alias(?:match)?|wsgi\w+|location(?:match)?|rewrite\w*|redirect\w*|return|try_files|error_page|errordocument|if|proxy\w*|fastcgi_\w+|[us]\w?wsgi_\w+|\w+_temp_path|auth_basic_user_file|authuserfile|xsendfilepath|open_basedir|doc_root|user_dir|server|include_path|chdir)$/i],
    [qr{^/etc/(?:samba/|rsyncd|vsftpd|proftpd)}, qr/^(?:path|local_root|anon_root|defaultroot)$/i],
    [qr{^/etc/(?:postfix|dovecot|exim4)/}, qr/mail\w*_(?:location|home|base|dir\w*|path)$|^home_mailbox$/i],
  );
  # Files whose sections run as the account that they name.
  my $by_section = qr{^/etc/(?:supervisor/|php/[^/]+/fpm/|mysql/|my\.cnf|uwsgi)};
  my $as_another = qr/^\s*(?:user|uid)\s*=\s*(?!(?:root|0)\s*$)\S/m;
  # What lies below /etc by the name of a service that is not run by root is read by that one alone; its policy is what root goes by.
  my ($service) = map { qr{^/etc/(?:default/)?(?:$_)(?:[^/]*/|$|\.)} } join("|", map { quotemeta } grep { !/^(?:polkit|dbus|systemd|ssh|apt|cron|pam|security|default|profile)/ } sort keys %unprivileged) || "(?!)";

  # Each name on the way to a path, links followed one by one, the last one first.
  sub way {
    my @parts = split m{/}, $_[0];
    my ($at, $links, @way) = ("", 0);
    while (defined(my $part = shift @parts)) {
      next if $part eq "" || $part eq ".";
      if ($part eq "..") { $at =~ s{/[^/]*$}{}; next }
      unshift @way, "$at/$part";
      my $to = -l "$at/$part" && $links++ < 20 ? readlink "$at/$part" : undef;
      if (defined $to) {
        $at = "" if $to =~ m{^/};
        unshift @parts, split m{/}, $to;
      } else { $at .= "/$part" }
    }
    return @way;
  }
  # Whose it is, where a service has it for itself: by the name of its own folder or of that of its settings, or in the folders where services write.
  sub is_own {
    my ($file, $path, $mode, $uid, $gid) = @_;
    return 1 if of_service(@_[1 .. 4]);
    my $group = $mode & 020 && $in_group{$gid};
    return 0 if $uid >= 1000 || ($group && $gid >= 1000) || $mode & 02;
    return 1 if $path =~ m{^/(?:run|tmp|var/(?:log|cache|spool|mail|tmp))(?:/|$)};
    my ($part) = $file =~ m{^/etc/(?:default/)?([^/]+)};
    return !grep { my $name = s/^_|^debian-//ir; length $name < 3 || index($part, $name) != 0 } grep { $_ ne "root" } scalar(getpwuid $uid) // $uid, $group ? scalar(getgrgid $gid) // $gid : ();
  }
  # Where others come to what is at a path or will be: a name of its way, with mode, owner and group.
  sub come_to {
    my ($file, $path) = @_;
    for my $at (way($path)) {
      my ($folder) = $at =~ m{^(.*)/};
      my $above = (stat($folder eq "" ? "/" : $folder))[2] // 0;
      return ($folder, "missing") if ($above & 01002) == 01002 && !-e $at && !-l $at;
      my ($mode, $uid, $gid, $listed) = open_to($at) or next;
      return ($at, sprintf("%04o", $mode & 07777), scalar getpwuid($uid) // $uid, scalar getgrgid($gid) // $gid) if $listed || !is_own($file, $at, $mode, $uid, $gid);
    }
    return;
  }
  # A pattern as far as its folders are fixed; the names that match its first word, too, where root alone makes them.
  sub fixed {
    my ($path) = @_;
    my ($folder, $part, $rest) = $path =~ m{^((?:/[^/*?[\$%\x7b]*)*)/([^/]*[*?[\$%\x7b][^/]*)(.*)$} or return $path;
    return $folder eq "" ? "/" : $folder if open_to($folder);
    my @names = grep { !-k } File::Glob::bsd_glob(("$folder/$part") =~ s/[ ~]/\\$&/gr);
    return $folder, map { "$_$rest" } @names[0 .. ($#names < 99 ? $#names : 99)];
  }
  # The paths of a line, each as it stands there, with what stands before it and the paths that it may be.
  sub paths_in {
    my ($line, $folder) = @_;
    my @found;
    while ($line =~ m{(?:(?<![\w./~%\$\\\x7d*?-])|(?<![\w/]-)(?<=-)|(?<=[\s"\x27=]-\w))/|(?<![\w./])(?:\.\./)+}g) {
      my $from = $-[0];
      my $before = substr $line, 0, $from;
      $before = substr $before, -200 if $from > 200;
      my $rest = substr $line, $from, 4096;
      my ($path) = $rest =~ m{^([^\s\0"\x27=:|<>(),;&`]+)} or next;
      $path =~ s/[]\x7d]+$// unless $path =~ /[[\x7b]/;
      my @paths = ($path, grep { $_ ne $path && -e } map { $rest =~ /^($_)/ ? unescaped($1) =~ s/\\(.)/$1/gr : () } qr/[^\s"\x27]+/, qr/[^"]+/, qr/[^\x27]+/, qr/.*\S/);
      for (@paths) {
        if ($before =~ /(?:file|copy|unix|fd):$/) { s{^//[^/]*/}{/} } elsif ($before =~ /:$/ && m{^//(?!/)}) { next }
        s{^/proc/[^/]+/root(?=/)}{};
        s{/+}{/}g;
        push @found, [$_, $before, m{^\.\.} ? ("$folder/$_", "/" . s{^(?:\.\./)+}{}r) : $_];
      }
      pos($line) = $from + length $path;
    }
    return @found;
  }
  sub is_data {
    my ($file, $line, $path, $before) = @_;
    return 1 if $path =~ m{^/(?:dev/(?!shm/)|proc/|sys/)|\.(?:log|sock|socket|pid)$} || $before =~ /unix:$/;
    # To what stands behind a pipe a program writes, by starting it.
    return 0 if $before =~ /\|\s*$/;
    my @words = map { $_ // () } ($line =~ /^[\s<"\x27-]*([\w.:-]+(?:\[[\w.]+\])?)/)[0], ($before =~ /([\w.:-]+(?:\[[\w.]+\])?)[\s"\x27=:<(-]*$/)[0];
    return grep { my ($where, $what) = @$_; $file =~ $where && grep { s/:+$//r =~ $what } @words } @data;
  }

  my ($begun, $count, $files, $left) = (time, 0, 0);
  # Each path of a file once, by the first line that names it.
  sub look_at {
    my ($file) = @_;
    return unless -f $file && open my $in, "<", $file;
    read($in, my $text, $most_bytes);
    $left //= "the end of $file" unless eof $in;
    my ($folder, $number, %seen) = ($file =~ s{/[^/]*$}{}r, 0);
    my ($form) = map { $_->[1] } grep { $file =~ $_->[0] } @forms;
    for my $section ($file =~ $by_section ? split /^(?=\s*\[)/m, $text : $text) {
      my $others = $file =~ $by_section && $section =~ $as_another;
      for my $line (split /\n/, $section) {
        $number++;
        next if $others || $line =~ m{^\s*(?:#(?!include)|//(?!\w+/)|;)};
        my $part = $form ? $form->($line) : $line =~ s/\s#\s.*//r;
        for (paths_in($part, $folder)) {
          my ($path, $before, @paths) = @$_;
          next if $seen{$path} || is_data($file, $part, $path, $before);
          $seen{$path} = 1;
          if (++$count > $most_paths || time - $begun > $most_seconds) { $left //= $file; return }
          my ($where) = grep { @$_ } map { [come_to($file, $_)] } map { fixed($_) } @paths;
          entry("configured", $file, $path, $number, @$where) if $where;
        }
      }
    }
  }
  # What belongs to others is listed as such, and jobs, units and scripts are looked through as such.
  my %looked_at = map { ($_, 1) } @jobs, @units, grep({ !$hook{$_} } @startup), grep { !$environment{$_} } keys %environment;
  my @etc;
  if (!defined $broken && open my $out, "-|", "find", "/etc", grep({ m{^/etc/} } map { $_->[0] } mounts()), "-xdev", "(", "-type", "f", "-uid", "0", "-o", "-type", "l", ")", "-print0") {
    local $/ = "\0";
    while (<$out>) {
      chomp;
      next if $_ =~ $not_configuration || $_ =~ $service || $looked_at{$_};
      push @etc, $_ if !-l || ((Cwd::realpath($_) // "") !~ m{^/(?:etc|usr|run|proc|dev)/|^$} && -f && (stat _)[4] == 0);
    }
  }
  unread("configured", $broken) if defined $broken;
  my @local = map { $_->[0] } unexplained(@etc);
  for my $file (@local) {
    if ($files++ >= $most_files || time - $begun > $most_seconds) { $left //= $file; last }
    look_at($file);
  }
  unread("configured", "not all was looked at, from $left on") if defined $left;
  done("configured");

  # By a rule of hosts_access(5) who connects is given a program of root: a shell is a login that asks for nothing.
  for my $file ("/etc/hosts.allow", "/etc/hosts.deny") {
    unread("twist", "$file could not be read") if -e $file && !defined text($file);
    for (map { s/^\s+|\s+$//gr } split /\n/, (text($file) // "") =~ s/\\\n/ /gr) {
      entry("twist", "$file $_") if /^[^#].*\btwist\b.*(?:^|[\/\s])(?:[a-z]*sh|busybox|(?:python|perl|ruby|lua)[\d.]*|socat|nc|ncat|su|login)(?![\w.-])/i;
    }
  }
  done("twist");
'
