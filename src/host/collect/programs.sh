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
  sub packaged {
    my @paths = map { ($_, s{^/usr(?=/)}{}r) } grep { m{^/} && !/[\n*?\[\\]/ } @_ or return {};
    my @lists = glob "/var/lib/dpkg/info/*.list" or return {};
    my %found;
    if (open my $out, "-|", "grep", "-hxF", (map { ("-e", $_) } @paths), "--", @lists) { while (<$out>) { chomp; $found{$_} = $found{"/usr$_"} = 1 } }
    return \%found;
  }
'
