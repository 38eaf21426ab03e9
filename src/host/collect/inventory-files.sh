# shellcheck shell=sh disable=SC2034,SC2016 # inventory.sh reads what is set here; perl
# The parts of the inventory that go by files and what dpkg knows of them; see inventory.sh for what they print.

# What dpkg knows, and ucf of what scripts of packages made: bytes by path. A path is as dpkg names it, and below /usr.
inventory_packages='
  sub usr { return $_[0] =~ s{^/?(bin|sbin|lib|lib32|lib64|libx32)/}{usr/$1/}r =~ s{^/}{}r }
  my (%sum, %diverted, %replaced, $broken);
  my @diversions = lines("/var/lib/dpkg/diversions");
  while (my ($from, $to, $by) = splice @diversions, 0, 3) { $diverted{$from} = [$to, $by] }
  for my $list ("/var/lib/ucf/hashfile", glob "/var/lib/dpkg/info/*.md5sums") {
    my ($package) = $list =~ m{([^/:]+)(?::[^/]*)?\.md5sums$};
    next unless -f $list && open my $in, "<", $list;
    while (<$in>) {
      my ($sum, $path) = /^\\?([0-9a-f]{32})  (.*)$/ or next;
      my $away = $diverted{"/$path"};
      if ($away && $away->[1] ne $package) {
        $replaced{"/$path"} = $away;
        $path = $away->[0];
      }
      $sum{usr($path)} = $sum;
    }
  }
  if (-f "/var/lib/dpkg/status" && open my $in, "<", "/var/lib/dpkg/status") { while (<$in>) { $sum{usr($1)} = $2 if /^ (\/.*) ([0-9a-f]{32})( obsolete)?$/ } }
  else { $broken = "/var/lib/dpkg/status could not be read" }
  $broken //= "dpkg has no sums of files" unless %sum;

  # What base-files makes at its first installation.
  $sum{"etc/profile"} //= $sum{"usr/share/base-files/profile"} if $sum{"usr/share/base-files/profile"};
  my %at_home;
  for my $name (qw(bashrc profile)) {
    my $brought = $sum{"usr/share/base-files/dot.$name"} // next;
    for (map { usr($_) . "/.$name" } @root_homes) { $at_home{$_} = 1; $sum{$_} //= $brought }
  }

  # The sums of regular files, as md5sum(1) has them.
  sub sums {
    my %found;
    my @paths = grep { -f } @_;
    while (my @some = splice @paths, 0, 500) {
      open my $out, "-|", "md5sum", "-z", "--", @some or next;
      local $/ = "\0";
      while (<$out>) { chomp; $found{substr $_, 34} = substr $_, 0, 32 }
    }
    return \%found;
  }
  # The begin of a sum, by which a baseline knows whether a file was written anew. Of what not everybody may read it is a sum with the
  # keys of this host: by the report alone nobody can try what is in the file.
  my @host_keys = grep { -f } glob "/etc/ssh/ssh_host_*_key";
  sub is_public {
    my ($at) = @_;
    return 0 unless ((stat $at)[2] // 0) & 4;
    while ($at =~ s{/[^/]*$}{} && $at ne "") { return 0 unless ((stat $at)[2] // 0) & 1 }
    return 1;
  }
  sub shown {
    my ($path, $sum) = @_;
    return substr $sum, 0, 12 if $sum eq "" || is_public($path);
    return "" unless @host_keys && open my $out, "-|", "sh", "-c", "cat -- \"\$@\" | sha256sum", "sh", @host_keys, $path;
    return substr <$out> // "", 0, 12;
  }
  # Each path that no package explains: it is in none, or has other bytes than there; with whether one knows it, where it is and its sum.
  # What an upgrade laid beside a changed file is of its package too. Of what no package knows a mebibyte is read: a user may have made it of any size.
  sub unexplained {
    my %real = map { ($_, Cwd::realpath($_) // $_) } @_;
    my $sums = sums(grep { defined $sum{usr($_)} || (-s $_ // 0) < 1 << 20 } values %real);
    return map {
      my $known = $sum{usr($real{$_} =~ s/[.](dpkg|ucf)-(dist|new)$//r)} // "";
      my $is = $sums->{$real{$_}} // "";
      !-e $_ || ($is ne "" && $known eq $is) ? () : [$_, $known ne "", $real{$_}, $is]
    } sort keys %real;
  }
  sub strange { return map { [$_->[0], $_->[1] ? "changed" : "none", shown(@$_[2, 3])] } unexplained(@_) }
'

# What users may mount by fstab(5), of which the setuid programs or devices count: the options for users exclude both, unless these come after.
inventory_fstab='
  unread("setuid", "/etc/fstab could not be read") if -e "/etc/fstab" && !defined text("/etc/fstab");
  for (lines("/etc/fstab")) {
    my ($source, $point, $type, $options) = split;
    next if !defined $options || $source =~ /^#/;
    my $image = unescaped($source);
    swap($image) if $type eq "swap";
    # What an image of others holds belongs to root once it is mounted.
    if (",$options," !~ /,nosuid,/ && $image =~ m{^/(?!dev/)}) {
      if (-f $image) { writable_above(undef, $image) } elsif (!-e _) { missing($image) }
    }
    my %is;
    for (map { s/=.*//r } split /,/, $options =~ s/"[^"]*"//gr) {
      if (/^(?:users?|owner|group)$/) { @is{$_, "suid", "dev"} = (1, 0, 0) } else { $is{s/^no//r} = !/^no/ }
    }
    entry("setuid", join(" ", "/etc/fstab", map { unescaped($_) } $source, $point), "mounts", "", $options) if (grep { $is{$_} } qw(user users owner group)) && ($is{suid} || $is{dev});
  }
'

# Programs that run as somebody else than who starts them, where anybody but root comes to them; devices and keys in the same walk.
inventory_rights='
  unread("capability", "not known how $Config{archname} is asked for them") unless $setxattr;
  sub capability { return unpack "H*", attribute($_[0], "security.capability") // "" }
  # Whether others than root can go through all folders above.
  sub open_to_others {
    my ($path) = @_;
    for (my $at = $path; $at ne ""; $at =~ s{/[^/]*$}{}) {
      my (undef, undef, $mode, undef, $uid, $gid) = stat $at or return 0;
      return 0 if $uid == 0 && !($mode & 1) && !($mode & 010 && ($gid != 0 || lists_other($at, "access", 1)));
    }
    return 1;
  }
  # Of what belongs to others than root, who can make as much of it as they like, no more than are told.
  my (%limits, @roots, @walked, @found, @others, %others);
  sub found {
    my ($user, $kind, @words) = @_;
    if ($user eq "root") { push @found, [$kind, @words] } elsif ($others{$kind}++ < $most) { push @others, [$kind, @words] }
  }
  sub folder_at { return join ":", (stat "$_[0]/")[0, 1] }
  # Whether find comes from the one folder to the other, without an end of "/".
  sub leads_to {
    my ($from, $path) = @_;
    my ($device) = stat "$from/";
    for (my $at = $path; $at ne $from; $at =~ s{/[^/]*$}{}) { return 0 if $at eq "" || ((stat $at)[0] // -1) != $device }
    return open_to_others($path);
  }
  # A folder that is mounted at several places is walked at the first one that others come to. The devices of /dev are searched for elsewhere.
  for (mounts()) {
    my ($point, $device, $options, $root) = map { $_ eq "/" ? "" : $_ } @$_;
    my $limits = $limits{$point} = join " ", $options =~ /\b(nosuid|nodev)\b/g;
    next if $point eq "/dev" || !-d "$point/" || !open_to_others($point);
    my $is = folder_at($point);
    next if grep {
      my ($from, $of, $top, $with) = @$_;
      my @ways = ($point, $of eq $device && index("$root/", "$top/") == 0 ? $from . substr($root, length $top) : ());
      $with eq $limits && grep { leads_to($from, $_) && folder_at($_) eq $is } @ways;
    } @walked;
    push @walked, [$point, $device, $root, $limits];
    push @roots, $point;
  }
  # Where users have most of their files comes last, and a fifth of the time is left for what was found.
  my $device = (stat "/")[0];
  my $late = qr{^/(home|srv|var|tmp|mnt|media|data|dev|run)(/|$)};
  my %is_point = map { (unescaped((split " ")[4]), 1) } lines("/proc/self/mountinfo");
  opendir my $top, "/";
  my @top = map { "/$_" } grep { !/^[.][.]?$/ } readdir $top;
  @top = grep { !-l && (!-d _ || (((stat _)[0] == $device || !$is_point{$_}) && open_to_others($_))) } @top;
  @limits{@top} = ($limits{""}) x @top;
  @roots = sort { ($a =~ $late) <=> ($b =~ $late) } map { $_ eq "" ? @top : $_ } @roots;
  # A folder that is closed but for its list is a start of its own where that lets others in, and so is a subvolume of btrfs, of which no mount tells.
  my @tell = ("-printf", "%y %m %s\\t%u\\t%g\\t%p\\0");
  my @walk = ("-xdev", "-type", "d", "-uid", "0", "!", "-perm", "-0001", "(", "!", "-perm", "-0010", "-prune", "-o", "-gid", "0", @tell, "-prune", ")", "-o", "-type", "d", "-inum", "256", @tell, "-o",
    "(", "-type", "b", "-o", "-type", "c", "-o", "-type", "f", "(", "-perm", "/6000", "-o", "-perm", "/0111",
    (map { ("-o", "-size", $_ . "c", "(", "!", "-uid", "0", "-o", "-perm", "/0044", ")") } sort keys %key_size),
    "-o", "-uid", "0", "-perm", "/0044", "-size", "-32k", "(", "-name", "*key*", "-o", "-name", "id_*", "-o", "-name", "*.pem", ")", ")", ")", @tell);
  my ($seconds) = @ARGV;
  my $unfinished;
  while (defined(my $root = shift @roots)) {
    my $left = int(0.8 * $seconds) - (time - $^T);
    if ($left < 1) { $unfinished //= $root; last }
    open my $out, "-|", "timeout", $left, "find", $root, "-mindepth", -d $root ? 1 : 0, @walk or next;
    local $/ = "\0";
    while (<$out>) {
      chomp;
      my ($is, $user, $group, $path) = split /\t/, $_, 4;
      my ($type, $mode, $size) = split " ", $is;
      if ($type eq "d") {
        next if $is_point{$path} || !((stat $path)[0] != (stat $root)[0] || lists_other($path, "access", 1));
        $limits{$path} = $limits{$root};
        push @roots, $path;
        next;
      }
      if ($type ne "f") { device($path) unless $limits{$root} =~ /nodev/; next }
      if ($key_size{$size} || $path =~ m{/[^/]*(?:key[^/]*|[.]pem)$|/id_[^/]*$}) { key($path, $key_size{$size}) }
      next if !(oct($mode) & 06111) || $limits{$root} =~ /nosuid/;
      found($user, "setuid", $path, $mode, $user, $group) if oct($mode) & 06000 && oct($mode) & 0111;
      my $caps = capability($path);
      found($user, "capability", $path, $caps) if $caps ne "";
    }
    close $out;
    $unfinished //= $root if $? >> 8 == 124;
  }
  @found = map { sort { $a->[1] cmp $b->[1] } @$_ } \(@found, @others);
  my %odd = map { ($_->[0], [@$_[1, 2]]) } strange(map { $_->[1] } @found);
  for (@found) {
    my ($kind, $path, @words) = @$_;
    my ($is, $sum) = @{$odd{$path} // ["packaged"]};
    entry($kind, $path, $is, $sum // "", @words) if -e $path;
  }
  for my $kind ("setuid", "capability") {
    $count{$kind} += $others{$kind} - $most if ($others{$kind} // 0) > $most;
    unread($kind, $broken) if defined $broken;
    unread($kind, "in the time for it (privileges.seconds) not all was looked at, from $unfinished on") if defined $unfinished;
  }
  unread("raw", "in the time for it (privileges.seconds) not all was looked at, from $unfinished on") if defined $unfinished;
  done("setuid", "capability", "raw");
'

# Programs, libraries and units that are not as their packages brought them: read by a process of its own, since each is summed, and a lower priority, so that on one processor the rest is done first.
inventory_changed='
  # Of what is shared: programs, modules of languages, and what shells of root read. Images leave documents out.
  my $documents = qr{^usr/share/(?:doc|man|groff|info|lintian|linda|locale|help)/};
  my $programs = qr{^(?:usr/(?:s?bin|games|lib|lib32|lib64|libx32|libexec|share/(?:bash-completion|debconf|initramfs-tools))|opt)/|^usr/share/.*[.](?:pm|pl|py|sh)$};
  sub is_program { return $_[0] !~ $documents && ($_[0] =~ $programs || ($_[0] =~ m{^usr/share/} && -f "/$_[0]" && -x _)) }
  sub changed {
    if (defined $broken) { unread("changed", $broken) }
    else {
      my @paths = map { "/$_" } grep { is_program($_) && !$at_home{$_} } sort keys %sum;
      while (my @some = splice @paths, 0, 500) {
        my $sums = sums(@some);
        for my $path (@some) {
          my $is = $sums->{$path};
          entry("changed", $path, defined $is ? ("bytes", shown($path, $is)) : "missing") unless defined $is && $is eq $sum{substr $path, 1};
        }
      }
      # What dpkg runs of a package has no sum. One unpacking writes it and the rest that dpkg knows of the package, and a copy of the disk nearly so.
      my (%script, %unpacked);
      for my $path (glob "/var/lib/dpkg/info/*") {
        my ($package, $what) = $path =~ m{([^/]+)[.](\w+)$} or next;
        my $changed = (lstat $path)[10] // next;
        $script{$path} = [$package, $changed] if $what =~ /^(preinst|postinst|prerm|postrm|config)$/;
        $unpacked{$package} = $changed unless $changed >= ($unpacked{$package} // $changed + 1);
      }
      for my $path (sort keys %script) {
        my ($package, $changed) = @{$script{$path}};
        my $is = !-e "/var/lib/dpkg/info/$package.list" ? "none" : $changed > $unpacked{$package} + 3600 ? "changed" : next;
        entry("changed", $path, $is, shown($path, sums($path)->{$path} // ""));
      }
      # What a diversion puts in the place of a package's file is explained by the package that made it, and by its bytes.
      for my $path (grep { is_program(usr($_)) } sort keys %replaced) {
        my ($to, $by) = @{$replaced{$path}};
        my $installed = $by =~ /^[a-z0-9][a-z0-9+.-]*$/ && grep { -e } glob "/var/lib/dpkg/info/$by\{,:*}.list";
        my ($odd) = strange($path);
        next if ($installed && !$odd) || (Cwd::realpath($path) // "") eq (Cwd::realpath($to) // $to);
        entry("changed", $path, -e $path ? ("diverted", $odd ? $odd->[2] : "") : "missing");
      }
    }
    done("changed");
  }
  my $summing = open my $changed, "-|";
  if (defined $summing && $summing == 0) {
    setpriority 0, 0, 19;
    changed();
    exit;
  }
'
# What that process has found, once all else is done.
inventory_changed_found='
  if (defined $summing) { print while <$changed> }
'
