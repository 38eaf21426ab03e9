# shellcheck shell=sh disable=SC2034,SC2016 # inventory.sh reads what is set here; perl
# The part of the inventory that goes by who else can write to what root runs, loads or is configured by, or replace it in its folder.

inventory_writable='
  # What a group may write to counts where somebody is in it.
  my %in_group;
  for (@groups) { my ($gid, $names) = @$_[2, 3]; $in_group{$gid}{$_} = 1 for grep { $_ ne "0" } map { $uid_of{$_} // $_ } split(/,/, $names), @{$gid_of{$gid} // []} }
  # By an access list (acl(5)), whose mask stands in the place of the group. With that of a folder (default) all that is made in it begins.
  my $self = 0;
  sub lists_other {
    my ($path, $kind, $rights) = @_;
    my @entitled = entitled(attribute($path, "system.posix_acl_$kind") // "", $rights);
    return scalar grep { $_->[1] != $self && ($_->[0] == 2 || ($_->[0] == 8 && $in_group{$_->[1]})) } @entitled;
  }
  # Mode, owner and group of what others than root can write to, and whether a list lets them. In a sticky folder nobody replaces what is not
  # his own; where programs or settings are looked for, what he adds counts.
  sub open_to {
    my ($path, $searched) = @_;
    my (undef, undef, $mode, undef, $uid, $gid) = stat $path or return;
    return if !$searched && -d _ && $mode & 01000 && $uid == 0;
    my $listed = ($mode & 020 && lists_other($path, "access", 2)) || (-d _ && lists_other($path, "default", 2));
    return ($mode, $uid, $gid, $listed) if $uid != 0 || $mode & 02 || $listed || ($mode & 020 && $gid != 0 && $in_group{$gid});
    return;
  }
  my %looked;
  sub writable {
    my ($path, $explains, $searched) = @_;
    return if $looked{$path};
    my ($mode, $uid, $gid, $listed) = open_to($path, $searched) or return;
    return if !$listed && $explains && $explains->($path, $mode, $uid, $gid);
    $looked{$path} = 1;
    entry("writable", $path, sprintf("%04o", $mode & 07777), scalar getpwuid($uid) // $uid, scalar getgrgid($gid) // $gid) unless $mode & 06000 && -f $path;
  }
  # With all folders above, of the name and of what it is a link to; of what is not there yet the folders alone.
  sub writable_above {
    my ($explains, @paths) = @_;
    for my $path (map { ($_, Cwd::realpath($_) // ()) } @paths) {
      for (my $at = $path; $at ne ""; $at =~ s{/[^/]*$}{}) { writable($at, $explains) }
    }
  }
  sub searched {
    for (map { ($_, Cwd::realpath($_) // ()) } @_) { writable($_, undef, 1) }
    writable_above(undef, @_);
  }
  # A program, script or setting that is not there: in a folder like /tmp anybody can make it.
  sub missing {
    my ($path) = @_;
    my ($folder) = $path =~ m{^(/.*)/} or return;
    entry("writable", $path, "missing", $folder) if ((stat $folder)[2] // 0) & 02;
  }
  # What a service has of its own below /etc and /var/lib, by its name: /etc/redis is of redis, /etc/postgresql of postgres.
  sub of_service {
    my ($path, $mode, $uid, $gid) = @_;
    my $group = $mode & 020 && $in_group{$gid} ? getgrgid $gid : "";
    my @others = grep { $_ ne "" && $_ ne "root" } scalar(getpwuid $uid) // $uid, $group // $gid;
    return @others && $uid < 1000 && !($mode & 02) && $path =~ m{^/(?:etc|var/lib)/(.+)} && !grep { index($1, $_) != 0 } @others;
  }
  # What package managers and systemd have other accounts do below their own folders.
  sub of_manager {
    my ($path, $mode, $uid) = @_;
    my $user = getpwuid($uid) // "";
    return !($mode & 022) && ($user eq "_apt" ? $path =~ m{/(partial|auxfiles)(/|$)} : $path =~ m{^/var/lib/systemd/(\w+)(/|$)} && $user =~ /^systemd-\Q$1\E/);
  }
  my $never = qr{^/(dev|proc|sys|run|var/(log|run|cache|spool))(/|$)};

  # What is below these is found there, on whatever file system of this host; what a link of theirs leads to is elsewhere.
  my $trees = qr{^/(etc|usr|boot|lib|lib32|lib64|libx32|bin|sbin)(/|$)};
  # By what lies here package managers, systemd and cloud-init run something as root, or put it into its place.
  my @state = grep { -d && !-l } map { glob } "/var/lib/{dpkg,apt,ucf,pam,systemd,dkms,cloud,snapd,extensions,confexts,portables,initramfs-tools,grub,needrestart,update-notifier,python}",
    "/var/cache/{apt,debconf,ldconfig}", "/run/systemd/{system,system.control,transient,generator,generator.early,generator.late,user}", "/run/{udev/rules.d,tmpfiles.d,sysctl.d,modprobe.d,modules-load.d,binfmt.d}";
  writable("/");
  writable_above(\&of_manager, @state, "/var/spool/cron/crontabs");
  if (open my $out, "-|", "find", @state, grep({ -d } qw(/etc /usr /boot /lib /lib64 /bin /sbin), grep { $_ =~ $trees } map { $_->[0] } mounts()), "-xdev",
    "(", "-type", "d", "(", "!", "-uid", "0", "-o", "-perm", "-0002", "!", "-perm", "-1000", ")", "-printf", "%p\\0\\0", "-prune", ")",
    "-o", "(", "-type", "d", "-o", "-type", "f", ")", "(", "!", "-uid", "0", "-o", "-perm", "/0022", ")", "-printf", "%p\\0\\0",
    "-o", "-type", "d", "-printf", "%p\\0.\\0",
    "-o", "-type", "l", "(", "-lname", "/*", "-o", "-lname", "*../*", ")", "-printf", "%p\\0%l\\0") {
    local $/ = "\0";
    while (defined(my $path = <$out>)) {
      my $to = <$out> // "";
      chomp($path, $to);
      # Of a folder without such a mode only its list counts.
      if ($to eq "" || $to eq ".") { writable($path, $path =~ m{^/var/} ? \&of_manager : \&of_service, 1) if $to eq "" || lists_other($path, "default", 2); next }
      $to = ($path =~ s{[^/]*$}{}r) . $to unless $to =~ m{^/};
      $to =~ s{/(?:\.?/)+}{/}g;
      1 while $to =~ s{/(?!\.\./)[^/]+/\.\./}{/};
      next if $to =~ $trees || $to =~ $never;
      -e $path ? writable_above(\&of_service, Cwd::realpath($path)) : missing($to);
    }
  }
  searched(grep { -d } map { m{^\s*(/[^#]*?)\s*$} } map { lines($_) } glob "/etc/ld.so.conf /etc/ld.so.conf.d/*");
'

# What each account that is as good as root starts at a login, from the first folder above on: nobody else may change it.
inventory_homes='
  my $login_files = "{.{$shell_files,pam_environment,vimrc,gitconfig},"
    . ".ssh{,/authorized_keys,/authorized_keys2,/config,/rc,/environment},bin{,/*},.local{,/bin{,/*}},.config{,/fish{,/config.fish,/conf.d/*},/environment.d{,/*},/systemd{,/user{,/*,/*/*}}},.docker{,/config.json,/cli-plugins{,/*}}}";
  for my $name (sort keys %as_root) {
    my ($home, $shell) = ($home_of{$name} // "", $shell_of{$name} // "");
    writable_above(undef, $shell) if $shell =~ m{^/};
    next unless $home =~ m{^/.};
    $self = $uid_of{$name};
    my $own = sub {
      my (undef, $mode, $uid, $gid) = @_;
      return ($uid == 0 || $uid == $self) && !($mode & 02) && !($mode & 020 && grep { $_ ne $self } keys %{$in_group{$gid} // {}});
    };
    -e $home ? writable_above($own, $home, grep { -e || -l } glob "\Q$home\E/$login_files") : missing($home);
    $self = 0;
  }
'

# What jobs, units and hooks of root name, by its path or from the folder that they go to.
inventory_named='
  my (@named, @places);
  sub names {
    my ($text, @folders) = @_;
    push @folders, $text =~ m{(?:\bcd|\s-C)\s+(/[^\s"\x27=;|&)]+)}g;
    push @places, @folders;
    # What systemd puts in by itself may be anything.
    my @paths = map { /%/ ? File::Glob::bsd_glob(s/%%/%/gr =~ s/%[A-Za-z]/*/gr, 0) : $_ } $text =~ m{(?<![^\s"\x27=;|&(@+!:-])/[^\s"\x27=;|&)\x7d]+}g;
    push @named, @paths;
    for (grep { defined && !-e && !-l } @paths[0, 1]) { missing($_) }
    my @words = $text =~ m{(?<![^\s"\x27=;|&(])[^\s"\x27=;|&()/$-][^\s"\x27=;|&()]*}g;
    for my $word (@words, $text =~ /\bmake\b/ ? qw(GNUmakefile makefile Makefile) : ()) { push @named, map { "$_/$word" =~ s{/(\./)+}{/}gr } @folders }
  }
  # What programs write to is no script of theirs, and what a package has its job do in the folder of its own service is as it should be.
  sub named_by {
    my ($file) = @_;
    writable_above($packaged{$file} && \&of_service, grep { $_ !~ $never } grep({ !-d } splice @named), splice @places);
  }
  # Lines of a script or crontab, with the values of the variables that they set.
  sub commands {
    my %value;
    return map {
      my $line = s/\$(?:\{(\w+)\}|(\w+))/$value{$1 || $2} \/\/ $&/ger;
      $value{$1} = $2 if $line =~ /^\s*(?:export\s+)?(\w+)\s*=\s*["\x27]?([^"\x27;\s]*)/;
      $line;
    } grep { !/^\s*#/ } @_;
  }
  for my $job (@jobs) {
    my $has_user = $job =~ m{^/etc/(crontab$|cron\.d/)};
    for (commands(lines($job))) { names($_) unless $has_user && !/^\s*(?:SHELL\s*=|(?:@\w+|(?:\S+\s+){4}\S+)\s+root\s)/ }
    named_by($job);
  }
  # Of what no package has: a package knows what its own hooks start.
  for my $file (grep { !$packaged{$_} } @startup) {
    my @lines = $hook{$file} ? @{$hook{$file}} : lines($file);
    names($_) for commands(@lines);
    named_by($file);
    searched(paths(@lines));
  }

  # Each unit as systemd.unit(5) puts it together: joined lines of its file and its drop-ins, of which the last value counts.
  sub settings {
    my ($file) = @_;
    my $text = (text($file) // "") =~ s/^[ \t]*[#;].*\n//gmr =~ s/\\\n/ /gr;
    return map { /^\s*(\w+)\s*=\s*(.*?)\s*$/ ? [$1, $2] : () } split /\n/, $text;
  }
  # Names of services that are not run by root, and whether root runs what takes variables from a file.
  my (%settings, %unit, %unprivileged, %environment);
  # Units that systemd is to start, or has started, by the names of links and of what runs.
  my %wanted = map { s{.*/(?:invocation:)?}{}r => 1 } map { glob } "{/etc,/run,/usr/local/lib,/usr/lib}/systemd/{system,system.control,system.attached,generator,generator.early,generator.late}/*.{wants,requires,upholds}/*",
    "/run/systemd/units/invocation:*";
  for my $link (grep { -l } glob "/{etc,run}/systemd/system/*.*") { $wanted{(readlink $link) =~ s{.*/}{}r} = 1 }
  # A shell at a terminal, or a login there without a password: of what is enabled, and of each getty, which logind starts as well.
  my $shell = qr{^[-\@:+!|]*(?:/usr)?/bin/(?:ba|da|z|k|c|tc)?sh\b(?!\s+-\w*c)|\bsulogin\b.*\s(?:-e|--force)\b|/login\b.*\s-\w*f};
  my $getty = qr{getty\b.*\s(?:--autologin|-\w*a)[\s=]*\S|getty\b.*\s(?:--login-program|-\w*l)[\s=]*/\S*sh\b};
  sub shell_of {
    my ($name, $last, @settings) = @_;
    my ($unit) = $name =~ m{^system/(.*[.]service)$} or return;
    my ($start) = map { $_->[1] } grep { $_->[0] eq "ExecStart" } reverse @settings;
    my ($forced) = map { $_->[0] eq "Environment" && $_->[1] =~ /(SYSTEMD_SULOGIN_FORCE=["\x27]?[1yt]\S*)/ ? $1 : () } @settings;
    my $is_shell = defined $start && ($start =~ $getty || ($start =~ $shell && ($last->{StandardInput} // "") =~ /^tty/ && $wanted{$unit}));
    entry("shell", $unit, $forced // $start) if $is_shell || $forced;
  }
  for my $file (@units) {
    my $manager = $file =~ m{/user/} ? "user" : "system";
    my ($name) = $file =~ m{/([^/]+?)(?:\.d/[^/]*)?$};
    $settings{$file} = [settings($file)];
    push @{$unit{"$manager/$name"}{$file =~ m{\.d/[^/]*$} ? "drops" : "files"}}, $file;
  }
  for my $name (keys %unit) {
    my ($template, $type) = ($name =~ s/@[^.]+/@/r, $name =~ s{/.*\.}{/}r);
    my @from = map { $unit{$_} // () } $name, grep { $_ ne $name } $template;
    my @drops = map { @{$_->{drops} // []} } @from, $type eq $name ? () : $unit{$type} // ();
    # Of files of one name the first one counts.
    my ($own) = map { @{$_->{files} // []} } @from;
    my %drop = map { (s{.*/}{}r, $_) } reverse @drops;
    my @files = (defined $own ? $own : (), map { $drop{$_} } sort keys %drop);
    my %last = map { @$_ } map { @{$settings{$_}} } @files;
    shell_of($name, \%last, map { @{$settings{$_}} } @files);
    my $yes = qr/^(yes|true|on|1)$/;
    my $drops = (($last{User} // "") !~ /^(root|0|)$/ || ($last{DynamicUser} // "") =~ $yes) && ($last{PermissionsStartOnly} // "") !~ $yes;
    my @folders = map { s/^[-!]+//r } grep { m{^[-!]*/} } $last{WorkingDirectory} // "";
    push @places, grep { m{^/.} } $last{RootDirectory} // "" unless $drops;
    push @places, grep { m{^/} && -f } $last{What} // "" unless "," . ($last{Options} // "") . "," =~ /,nosuid,/;
    if ($drops) { $unprivileged{$_} = 1 for grep { /^[\w-]{3,}$/ } $last{User} // "", $name =~ s{.*/|@?\.\w+$}{}gr }
    my @all = map { @{$settings{$_}} } @files;
    my @environment = map { $_->[0] eq "EnvironmentFile" && $_->[1] =~ m{^-?(/\S+)} ? $1 : () } @all;
    $environment{$_} ||= !$drops for @environment;
    my @values = map({ $_->[0] eq "Environment" ? $_->[1] =~ /(?:^|[\s"\x27])(\w+=[^\s"\x27]*)/g : () } @all), map { lines($_) } @environment;
    for my $file (@files) {
      my @settings = @{$settings{$file}};
      my @started = grep { !$drops || /^[@:-]*[+!]/ } map { $_->[1] } grep { $_->[0] =~ /^Exec/ } @settings;
      names($_, @folders) for @started ? splice @{[commands(@values, @started)]}, -@started : ();
      if (!$drops) {
        push @named, my @environment = map { $_->[0] eq "EnvironmentFile" && $_->[1] =~ m{^-?(/\S+)} ? $1 : () } @settings;
        preloads(grep { -f && !m{^/etc/default/} } @environment);
        searched(paths(map({ $_->[0] eq "Environment" ? $_->[1] : () } @settings), map { lines($_) } @environment));
      }
      named_by($file);
    }
  }
  # The kernel has systemd do the same, now or at the next boot; a container has the line of its host.
  for my $file ((grep { !-e "/run/systemd/container" } "/proc/cmdline"), glob "/etc/default/grub /etc/default/grub.d/*.cfg /etc/kernel/cmdline /boot/{grub,grub2}/grub.cfg /boot/{,efi/}loader/entries/*.conf /boot/extlinux/extlinux.conf") {
    for (map { s/^\s*#.*//r } lines($file)) { entry("shell", "$file $1", "kernel") while /((?:systemd[.]debug[_-]shell|SYSTEMD_SULOGIN_FORCE)(?:=(?![0nf])[^\s"\x27]*)?(?=[\s"\x27]|$)|\brd[.]break\b|\binit=\/[^\s"\x27]*sh\b)/g }
  }
  done("shell");
'
