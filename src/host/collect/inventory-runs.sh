# shellcheck shell=sh disable=SC2034,SC2016 # inventory.sh reads what is set here; perl
# The part of the inventory that goes by what runs as root: jobs, units, hooks, modules of PAM and of the kernel.

# What root runs by itself, as far as it lies in files: those that no package explains.
inventory_runs='
  sub files { return grep { -f } map { glob } @_ }
  my %packaged;
  sub explain {
    my ($kind, @paths) = @_;
    if (defined $broken) { unread($kind, $broken) }
    else {
      $packaged{$_} = 1 for @paths;
      for (strange(@paths)) { entry($kind, @$_); delete $packaged{$_->[0]} }
    }
    done($kind);
  }
  sub before {
    my ($kind, $path, $other) = @_;
    my ($sum) = values %{sums(grep { -s $_ < 1 << 24 } $path)};
    entry($kind, $path, "before", shown(Cwd::realpath($path), $sum // ""), $other);
  }
  # "" of what is none: notes of pip, and what Python itself compiles.
  sub module { return $_[0] =~ /-info$|__pycache__$|\.pth$/ ? "" : $_[0] =~ s{.*/}{}r =~ s/[.].*//r }
  my @jobs = (grep({ !m{/\.[^/]*$} } files("/etc/crontab", "/etc/anacrontab", "/etc/cron.{d,hourly,daily,weekly,monthly,yearly}/*", "/var/spool/cron/atjobs/*")),
    grep { -f } map { "/var/spool/cron/crontabs/$_" } grep { $uid_of{$_} eq "0" } keys %uid_of);
  explain("job", @jobs);
  # User managers run those of `user` as root, too, where root logs in.
  # In the order in which systemd looks for a unit.
  my @folders = map { glob } "{/etc,/run}/systemd/system.control", "/run/systemd/transient", "$everywhere/systemd/{system,user}", "{/etc,/run}/systemd/system.attached", "/usr/{local/,}share/systemd/user", "$root_homes/.{config,local/share}/systemd/user";
  my $types = "{service,timer,path,socket,mount,automount,swap}";
  my @units = grep { !m{/(run-|session-|user@|user-)[^/]*$} || !m{^/run/} } files(map { ("$_/*.$types", "$_/*.d/*.conf") } @folders);
  explain("unit", @units, files("$everywhere/systemd/{{system,user}{,-environment}-generators,system-shutdown,system-sleep}/*"));
  # Of which each file counts, and of which those that make somebody run something.
  my @startup = files("/etc/rc.local", "/etc/init.d/*", "/etc/profile.d/*.sh", "/etc/update-motd.d/*", "/etc/network/if-*.d/*", "/etc/initramfs-tools/{hooks,scripts/*}/*", "/etc/kernel/*.d/*",
    "/etc/{profile,bash.bashrc,bash.bash_logout}", "/etc/zsh/*", "/etc/ssh/sshrc", "$root_homes/.{$shell_files}", "$root_homes/.config/fish/{config.fish,conf.d/*}", "$root_homes/.ssh/rc", "/etc/letsencrypt/renewal-hooks/*/*",
    "/etc/{NetworkManager/dispatcher,resolvconf/update,ppp/ip-up,ppp/ip-down,dhcp/dhclient-enter-hooks,dhcp/dhclient-exit-hooks,needrestart/hook,needrestart/notify}.d/*",
    # Hooks of programs that root runs at an upgrade, at a boot, for a certificate, a device, a power failure or an alarm.
    "/etc/{ca-certificates/update,initramfs/post-update,smartmontools/run,smartmontools/smartd_warning,qemu/fsfreeze-hook,molly-guard/run,needrestart/restart,pm/sleep,pm/power,resolvconf/update-libc,ppp/ipv6-up,ppp/ipv6-down,ppp/ip-pre-up,etckeeper/*,zfs/zed,aide/aide.conf,backup,mdadm/*,bash_completion,emacs/site-start,ifplugd/action,security/namespace}.d/*",
    "/usr/lib/{lsb/init-functions.d,pm-utils/sleep.d,kernel/install.d,systemd/boot/efi/*.d}/*", "/etc/{ucf.conf,chkrootkit.conf,ksh.kshrc,csh.cshrc,csh.login,csh.logout,csh/*.d/*}",
    "/usr/local/sbin/{adduser,deluser}.local", "/etc/fish/{config.fish,conf.d/*}", "/etc/acpi/{events/*,*.sh}", "/etc/{libvirt/hooks{,/*.d},lxc/hooks,xen/scripts,dkms,munin/plugins,apcupsd,security/namespace.init}/*", "/var/lib/cloud/scripts/*/*",
    (map { $shell_of{$_} } sort keys %as_root),
    "/etc/networkd-dispatcher/*/*", "/etc/fail2ban/action.d/*", "/etc/inetd.conf", "/etc/xinetd.d/*", "/{etc,run,usr/local/share,usr/share}/dbus-1/system-services/{,.}*",
    "/{etc,run,usr/local/share,usr/share}/polkit-1/{rules.d,actions}/{,.}*", "/{etc,var/lib}/polkit-1/localauthority{.conf.d,/*}/{,.}*",
    "/etc/grub.d/*", "/etc/needrestart/{needrestart.conf,notify.conf,conf.d/*.conf}", "$everywhere/binfmt.d/*.conf");
  # What a shell reads as settings: each line but an assignment of a plain value, or of the name of the release, runs something.
  my $word = qr{[^\s"\x27`;&|()<>\$\\]|\\.|\$\{?\w};
  my $release = qr{`(?:lsb_release -i -s 2> ?/dev/null \|\| echo \w+|\( \. /etc/os-release(?:;| &&) echo \$\{NAME(?::-\w+)?\} \))`};
  my $not_set = qr{^(?!\s*(?:(?:export\s+)?\w+=(?:"(?:[^"\\`\$]|\\.|\$\{?\w)*"|\x27[^\x27]*\x27|$word)*|\w+=$release)?\s*(?:\s#.*)?$)};
  # What starts something: lines of a file, of supervisor those of root alone, and scripts of logrotate.
  sub hooks {
    my ($path, $what, $text) = @_;
    my @scripts = $text =~ /^\s*(?:prerotate|postrotate|firstaction|lastaction|preremove)\b(.*?)^\s*endscript\b/msg;
    my @sections = split /^(?=\s*\[)/m, $text;
    @sections = grep { !/^\s*user\s*=\s*(?!root\s*$)\S/m } @sections if $path =~ m{/supervisor/};
    return grep({ $_ =~ $what } map { split /\n/ } @sections), map { split /\n/ } @scripts;
  }
  my @running = (
    [qr/(Invoke|Pre-Install-Pkgs|Post-Invoke-Success|::Hooks?|\bBin|Proxy-Auto-Detect)\b/i, "/etc/apt/apt.conf", "/etc/apt/apt.conf.d/*"],
    [qr/^\s*(pre-invoke|post-invoke|status-logger|admindir|instdir|root)\b/, "/etc/dpkg/dpkg.cfg", "/etc/dpkg/dpkg.cfg.d/*"],
    [qr/^\s*(prerotate|postrotate|firstaction|lastaction|preremove|(un)?compresscmd)\b/, "/etc/logrotate.conf", "/etc/logrotate.d/{,.}*"],
    [qr/\bomprog\b|\bmmexternal\b|^\s*\S+\s+\^|\bload\s*=\s*"[^"]*\/|^\s*[\$]ModLoad\s+\S*\//, "/etc/rsyslog.conf", "/etc/rsyslog.d/*"],
    [qr/^\s*(install|remove)\s/, "$everywhere/modprobe.d/*"],
    [qr/\b(core_pattern|modprobe|hotplug|poweroff_cmd)\b/, "/etc/sysctl.conf", "$everywhere/sysctl.d/*"],
    [qr/hook\s*=/, "/etc/letsencrypt/cli.ini", "/etc/letsencrypt/renewal/*"],
    [qr/^\s*active\s*=\s*yes/, "/etc/audit/plugins.d/*", "/etc/audisp/plugins.d/*"],
    [qr/\|/, "/etc/aliases"],
    [qr/\b(spawn|twist|aclexec)\b/i, "/etc/hosts.{allow,deny}"],
    [qr/^\s*(pre-|post-)?(up|down)\s/, "/etc/network/interfaces", "/etc/network/interfaces.d/*"],
    [qr/^\s*(Plugin|Path)\s/, "/etc/sudo.conf"],
    [$not_set, "/etc/default/{grub,grub.d/*.cfg}", "/etc/initramfs-tools/{*.conf,conf.d/*}", "/usr/share/initramfs-tools/conf.d/*"],
    [qr{\bkeyscript=(?!(?:/(?:usr/)?lib/cryptsetup/scripts/)?[\w-]+(?:[,\s]|$))}, "/etc/crypttab"],
    [qr/^\s*(SshdSessionPath|SshdAuthPath)\b/i, "/etc/ssh/sshd_config", "/etc/ssh/sshd_config.d/*.conf"],
    [qr/^\s*"?((ProxyCommand|LocalCommand|KnownHostsCommand|PKCS11Provider|SmartcardDevice|SecurityKeyProvider|XAuthLocation)\b[\s="]*+(?!none"?\s*$)|Match\b.*\bexec\b|Include\b(?!\s+\/etc\/ssh\/ssh_config[.]d\/\*[.]conf\s*$))/i, "/etc/ssh/ssh_config", "/etc/ssh/ssh_config.d/*.conf", "$root_homes/.ssh/config"],
    [qr/^\s*command\s*=/, "/etc/supervisor/{supervisord.conf,conf.d/*}"],
    [qr/\b(start|stop|restart|exec|check\s+program)\b/, "/etc/monit/{monitrc,monitrc.d/*,conf.d/*,conf-enabled/*}"],
    [qr/\b(RUN|PROGRAM|IMPORT)\b/, "$everywhere/udev/rules.d/*.rules"],
  );
  my %hook;
  # What useradd(8) and its like start; harden writes to this file, too.
  for my $line (grep { /^\s*(USERDEL_CMD|FAKE_SHELL)\s+\S/ } lines("/etc/login.defs")) {
    entry("startup", "/etc/login.defs " . $line =~ s/^\s+|\s+$//gr, "command");
    writable_above(undef, $line =~ m{\s(/\S+)});
  }
  for (@running) {
    my ($what, @paths) = @$_;
    for my $path (files(@paths)) {
      my @lines = grep { !m{^\s*(//|#)} } lines($path);
      next unless grep { $_ =~ $what } @lines;
      $hook{$path} = [hooks($path, $what, join "", map { "$_\n" } @lines)];
      push @startup, $path;
    }
  }
  # What systemd-tmpfiles and systemd-sysusers make, and what systemd and pam_systemd go by at a boot and a login; kmod lists devices at each boot.
  my @made = grep { !m{^/run/tmpfiles[.]d/} || grep { !m{^\s*(?:#|$|[bcd]!?\s+/dev/[\w/-]+\s)} } lines($_) } files("$everywhere/{tmpfiles,sysusers}.d/*.conf",
    "{/run/user/0,/usr/{local/,}share,$root_homes/.{config,local/share}}/user-tmpfiles.d/*.conf", "$everywhere/credstore{,.encrypted}/{fstab,home,passwd,ssh,sysctl,systemd,sysusers,tmpfiles,udev,userdb}.*");
  push @made, grep { -f } @records;
  # Of these lines only the source of a copy is read.
  for my $path (@made) { $hook{$path} = [map { /^\s*C/ ? (split " ", $_, 7)[6] // () : () } lines($path)] }
  push @startup, @made;
  # What each Python runs, and names that are found before those of packages: programs by PATH, modules by the order of folders.
  push @startup, files("/usr/{,bin/}{pyvenv.cfg,pybuilddir.txt,*._pth}", "/usr/lib/python3*.zip", map { "$_/python3*/{,dist-packages/,site-packages/}{*.pth,{site,user}customize{,/__init__}.py}" } "/usr/{local/,}lib", "$root_homes/.local/lib");
  for my $path (files("/usr/local/{s,}bin/*", "$root_homes/.docker/cli-plugins/*", "/usr/local/lib{,exec}/docker/cli-plugins/*")) {
    my $name = $path =~ s{.*/}{}r;
    my ($other) = grep { -f } map { "/usr/$_/$name" } $path =~ /cli-plugins/ ? qw(lib/docker/cli-plugins libexec/docker/cli-plugins) : qw(sbin bin games);
    before("startup", $path, $other) if defined $other && Cwd::realpath($path) ne Cwd::realpath($other);
  }
  my %python = map { (module($_), $_) } glob "/usr/lib/python3/dist-packages/*";
  for my $path (grep { module($_) ne "" } map({ glob } "/usr/local/lib/python3*/dist-packages/*", "$root_homes/.local/lib/python3*/site-packages/*")) {
    my $other = $python{module($path)};
    before("startup", $path, $other) if defined $other;
  }
  # The folders in which Python (behind that of the script itself) and Perl look for a module, in their order, and which end of a name comes first in one of them.
  for (
    [[qw(so py pyc)], "/usr/{s,}bin", "/usr/lib/python3.*", "/usr/lib/python3.*/lib-dynload", "/usr/lib/python3/dist-packages"],
    [[qw(pmc pm pl so)], "/etc/perl", "/usr/local/{lib/*,share}/perl/5.*", "/usr/lib/*/perl5/5.*", "/usr/share/perl5", "/usr/lib/*/perl-base", "/usr/lib/*/perl/5.*", "/usr/share/perl/5.*"],
  ) {
    my ($ends, @patterns) = @$_;
    my @folders = grep { -d } map { glob } @patterns;
    my %folder_at = map { ($folders[$_], $_) } 0 .. $#folders;
    my %end_at = map { ($ends->[$_], $_ + 1) } 0 .. $#$ends;
    my %same;
    open my $out, "-|", "find", @folders, "-name", "__pycache__", "-prune", "-o", "!", "-type", "d", "-regex", ".*[.]\\(" . join("\\|", @$ends) . "\\)", "-printf", "%H\\0%P\\0";
    local $/ = "\0";
    while (defined(my $folder = <$out>)) {
      chomp($folder, my $path = <$out>);
      my ($init, $end) = $path =~ m{(/__init__)?[.](?:[^/]*[.])?(\w+)$};
      push @{$same{$path =~ s{(/__init__)?[.][^/]*$}{}r}}, [10 * $folder_at{$folder} + ($init ? 0 : $end_at{$end}), "$folder/$path"];
    }
    for my $found (map { $same{$_} } sort keys %same) {
      my @paths = map { $_->[1] } sort { $a->[0] <=> $b->[0] } @$found;
      my ($last) = grep { $sum{usr($paths[$_])} } reverse 0 .. $#paths;
      for my $at (0 .. ($last // 0) - 1) { before("startup", $paths[$at], $paths[$last]) unless $sum{usr($paths[$at])} || $sum{usr(Cwd::realpath($paths[$at]) // "")} }
    }
  }
  explain("startup", @startup);
'

# Libraries and modules of the kernel that are loaded in the place of a package's.
inventory_libraries='
  for my $source (sources("\\w+")) {
    next unless $source =~ /^[\w-]+$/;
    entry("preload", $_->[0]) for strange(files("/usr/{,local/}lib{,64,/*-linux-gnu*}/libnss_$source.so.2"));
  }
  # Of each library the first one of the cache is loaded, and one for this very processor before all.
  if (defined $broken) { unread("preload", $broken) }
  elsif (-e "/etc/ld.so.cache") {
    my %cached;
    open my $out, "-|", "/sbin/ldconfig", "-p";
    while (<$out>) {
      my ($name, $made, $path) = m{^\t(\S+) \((.*)\) => (/.*)$} or next;
      push @{$cached{$name . " " . $made =~ s/, (hwcap|OS ABI):.*//r}}, [$path, $made =~ /hwcap:/];
    }
    unread("preload", "ldconfig -p does not list /etc/ld.so.cache") unless close $out;
    for my $same (map { $cached{$_} } sort keys %cached) {
      my ($at) = grep { $sum{usr(Cwd::realpath($same->[$_][0]) // "")} } 0 .. $#$same;
      next unless defined $at;
      for (0 .. $#$same) {
        my ($path, $first) = @{$same->[$_]};
        before("preload", $path, $same->[$at][0]) if -e $path && ($_ < $at || $first) && !$sum{usr(Cwd::realpath($path))};
      }
    }
  }
  done("preload");
  writable_above(undef, @jobs, @units, @startup);
  done("writable");

  # A container has those of its host.
  if (!-e "/run/systemd/container") {
    my ($release) = lines("/proc/sys/kernel/osrelease");
    my %file = map { my ($path) = split /:/; my $name = $path =~ s{.*/}{}r =~ s{[.]ko.*}{}r =~ tr/-/_/r; ($name, "/lib/modules/$release/$path") } lines("/lib/modules/$release/modules.dep");
    my @loaded = map { (split " ")[0] } lines("/proc/modules");
    entry("module", $_, "none") for grep { !$file{$_} } @loaded;
    my %name = map { ($file{$_}, $_) } grep { $file{$_} } @loaded;
    entry("module", $name{$_->[0]}, @$_[1, 2]) for strange(keys %name);
  }
  done("module");
'
