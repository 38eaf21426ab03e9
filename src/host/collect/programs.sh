# shellcheck shell=sh disable=SC2034,SC2016 # ssh-servers.sh reads what is set here; perl
# Whose a socket is: programs of processes and of units, and network namespaces. With the lines of inventory.sh and sockets.sh.
programs_perl='
  # Folders of /proc, one of each network namespace that is not this one and has more than a loopback: its processes, services
  # before those of users, may be of no container engine, for the engine knows what its containers are.
  sub namespaces {
    my ($seconds) = @_;
    my ($end, $tried, $closed, @folders) = (now() + $seconds, 0, 0);
    my %known = (readlink "/proc/self/ns/net" // "", 1);
    opendir my $proc, "/proc" or return;
    my @pids = grep { /^\d+$/ } readdir $proc;
    my %theirs = map { $_ => ((stat "/proc/$_")[4] // 0) >= 1000 } @pids;
    for my $pid (sort { $theirs{$a} <=> $theirs{$b} || $a <=> $b } @pids) {
      if ($tried++ % 8 == 0 && now() > $end) {
        unread($_, "there are too many processes to find their network namespaces in $seconds s of processor time") for "listener", $theirs{$pid} ? "asked" : "ssh";
        last;
      }
      my $namespace = readlink "/proc/$pid/ns/net";
      my $is_closed = !defined $namespace && $!{EACCES};
      next if defined $namespace ? $known{$namespace} : !$is_closed;
      next if in_container($pid);
      $closed++ if $is_closed;
      next if $is_closed || $known{$namespace}++;
      push @folders, "/proc/$pid" if grep { /^\s*(?!lo:)\S+:/ } lines("/proc/$pid/net/dev");
    }
    unread($_, "the network namespaces of $closed processes could not be read") for $closed ? qw(listener asked) : ();
    return @folders;
  }
  # By its cgroup below that of the first process, as docker, containerd, podman, Kubernetes, lxc, incus and systemd-nspawn name them.
  sub in_container {
    my ($pid) = @_;
    my $containers = qr{[0-9a-f]{64}|/docker[-/]|/buildkit/|/kubepods|/lxc[./]|/machine\.slice/|/(docker|containerd|podman)\.service};
    my %own = map { m{^(\d+:.*?:)(.*?)(?:/|/init\.scope)?$} } lines("/proc/1/cgroup");
    return grep { m{^(\d+:.*?:)(.*)} && substr($2, index($2, $own{$1} // "") ? 0 : length($own{$1} // "")) =~ $containers } lines("/proc/$pid/cgroup");
  }

  # PATH and INODE of each unix socket that listens, or takes datagrams, and that every account reaches: in a file of root that all may write
  # to, or without one. Users have as many as they like.
  sub local_sockets {
    my ($seconds) = @_;
    my ($end, $count, @found) = (now() + $seconds, 0);
    open my $in, "<", "/proc/net/unix" or return;
    while (<$in>) {
      if (++$count % 128 == 0 && now() > $end) {
        unread("listener", "there are too many local sockets to list them in $seconds s of processor time");
        last;
      }
      chomp;
      my ($flags, $type, $inode, $path) = (split " ", $_, 8)[3, 4, 6, 7];
      next unless defined $path && (hex($flags) & 0x10000 || $type eq "0002");
      $path =~ s{^/var/run/}{/run/};
      if ($path =~ m{^/}) {
        my (undef, undef, $mode, undef, $uid) = lstat $path or next;
        next unless -S _ && $uid == 0 && $mode & 02;
        my @above = map { substr $path, 0, $_ } grep { substr($path, $_, 1) eq "/" } 1 .. length($path) - 1;
        next if grep { !(((stat $_)[2] // 0) & 1) } @above;
      }
      push @found, {path => $path, inode => $inode};
    }
    return @found;
  }

  # Whether a process of root, or a socket of systemd, is of a unit that a package brought: the unit as it lies, and of its processes the main
  # one or a program of a package that runs nothing of others. What cron, or a login, has started is none. Generators are listed themselves.
  sub unit_file {
    my ($unit) = @_;
    my ($file) = grep { -f } map { my $folder = $_; map { "$folder/$_" } $unit, $unit =~ s/@[^.]+/@/r } glob "{/etc,/run}/systemd/system /run/systemd/transient /usr/local/lib/systemd/system /usr/lib/systemd/system /run/systemd/generator{,.early,.late}";
    return defined $file ? Cwd::realpath($file) : undef;
  }
  sub unit_of {
    my ($pid) = @_;
    return (map { m{^\d+:(?:name=systemd)?:/(?:[^/]+[.]slice/)*([^/]+[.]service)(?:/|$)} ? $1 : () } lines("/proc/$pid/cgroup"))[0];
  }
  # Those of them that nothing explains: PID (none where systemd holds it for UNIT), PATH and UNIT each.
  sub unexplained {
    my @all = map { {%$_, file => unit_file($_->{unit} // unit_of($_->{pid}) // "")} } grep { $_->{pid} ne "1" } @_;
    my $known = packaged(map { ($_->{file} // (), $_->{path}) } @all);
    return grep {
      my ($pid, $path, $file) = @$_{qw(pid path file)};
      my $unit = $_->{unit} // unit_of($pid) // "";
      my $is_explained = defined $file && ($known->{$file} || $file =~ m{^/run/systemd/generator}) && ($pid eq "" || ($known->{$path} && $path !~ passes()) || `systemctl show -p MainPID --value -- "$unit" 2>/dev/null` =~ /^$pid$/);
      !$is_explained
    } @all;
  }
  sub has_root { return (text("/proc/$_[0]/status") // "") =~ /^Uid:(?:\t\d+)*?\t0\b/m }

  # PATH, WORDS: of a process, or of what systemd starts. Words of a process that is not root alone may keep their reader waiting.
  sub process {
    my ($pid) = @_;
    my ($status, $path) = (text("/proc/$pid/status") // "", readlink "/proc/$pid/exe");
    my ($comm) = $status =~ /^Name:\t(.*)$/m;
    my $root = $status =~ /^Uid:\t0\t0\t0\t0$/m;
    my @words = $root ? split /\0/, text("/proc/$pid/cmdline") // "" : ();
    my $elsewhere = $root && grep({ files_of($pid)->[$_] ne files_of("self")->[$_] } 0, 1);
    return {path => ($path // $comm // "unknown") =~ s/ \(deleted\)$//r, file => "/proc/$pid/exe", root => $root, words => \@words, elsewhere => $elsewhere, openssh => of_title($pid, $words[0] // "")};
  }
  sub files_of { return [readlink "/proc/$_[0]/ns/mnt" // "", join " ", (stat "/proc/$_[0]/root/.")[0, 1]] }
  sub service {
    my ($name) = @_;
    my ($path, $words) = `systemctl show -p ExecStart --value -- "$name" 2>/dev/null` =~ /^\{ path=(.*?) ; argv\[\]=(.*?) ; ignore_errors=/;
    my @words = split " ", $words // "";
    my $openssh = ($path // "") =~ m{/sshd$} && grep({ /^-[^-]*i/ } @words) ? join " ", @words : undef;
    return {path => $path // "unknown", file => $path // "", root => 1, words => \@words, elsewhere => "", openssh => $openssh};
  }
  # The command line of an sshd that listens, of its title. That is cut where its first words and variables had no more
  # place (proc_pid_stat(5): arg_start, env_end), and what looks like its end may then be of a word.
  sub of_title {
    my ($pid, $title) = @_;
    my ($command) = $title =~ /^[^ ]*: (\/.*) \[listener\] \d+ of \d+-\d+ startups *$/s or return;
    my @stat = split " ", (text("/proc/$pid/stat") // "") =~ s/.*\) //sr;
    return length $title < $stat[48] - $stat[45] - 2 ? $command : undef;
  }

  # What passes connections on, or runs the programs of others, may hide an ssh server; any other file of a package is what it is.
  my $passes = qr{/(sshd[^/]*|dropbear[^/]*|ssh|socat|nc[^/]*|netcat|[^/]*inetd|haproxy|sslh[^/]*|stunnel[^/]*|systemd-socket-proxyd|rinetd|tcpserver|busybox|(ld(64)?[.-]|qemu-|python|perl|ruby|node|php|java|lua|bash|dash|sh)[^/]*)$};
  sub passes { return $passes }
  sub packaged {
    my @paths = map { ($_, s{^/usr(?=/)}{}r) } grep { m{^/} && !/[\n*?\[\\]/ } @_ or return {};
    my @lists = glob "/var/lib/dpkg/info/*.list" or return {};
    my %found;
    if (open my $out, "-|", "grep", "-hxF", (map { ("-e", $_) } @paths), "--", @lists) { while (<$out>) { chomp; $found{$_} = $found{"/usr$_"} = 1 } }
    return \%found;
  }
'
