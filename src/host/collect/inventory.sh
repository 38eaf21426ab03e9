# shellcheck shell=sh disable=SC2154,SC2016 # what collect.sh sets; perl
# The collector of the inventory: who may become root, and what runs as root without a package that explains it.
INVENTORY_MOST=1000

# What all parts go by. Each entry is a line "KIND<TAB>NAME<TAB>DETAIL…". A kind whose entries are all there ends with "done<TAB>KIND",
# "more<TAB>KIND<TAB>COUNT" tells how many were left out, "unread<TAB>KIND<TAB>WHY" that some could not be read.
inventory_common='
  use strict;
  use Cwd ();
  use File::Glob ();
  $| = 1;
  $/ = "\n";
  my $most = shift @ARGV;
  my (%count, %said);

  # One word of a line: what is no printable text, and a backslash, stands as \xHH.
  sub word {
    my ($text) = @_;
    my $copy = $text;
    my $odd = utf8::decode($copy) ? qr/[\0-\x1f\x7f\\]/ : qr/[^\x20-\x5b\x5d-\x7e]/;
    return $text =~ s/$odd/sprintf "\\x%02x", ord $&/ger;
  }
  sub entry {
    my ($kind, @words) = @_;
    my $line = join "\t", $kind, map { word($_ // "") } @words;
    return if $said{$line}++;
    print "$line\n" if ++$count{$kind} <= $most;
  }
  sub unread { print join("\t", "unread", $_[0], word($_[1])), "\n" }
  sub done {
    for my $kind (@_) {
      my $more = ($count{$kind} // 0) - $most;
      print "more\t$kind\t$more\n" if $more > 0;
      print "done\t$kind\n";
    }
  }
  # Where systemd and its like look for their files.
  my $everywhere = "/{etc,run,usr/local/lib,usr/lib}";
  # Of a regular file alone, at most 1 MiB; undefined where it can not be read.
  sub text {
    my ($path) = @_;
    return unless -f $path && open my $in, "<", $path;
    read $in, my $text, 1 << 20;
    return $text;
  }
  sub lines { return split /\n/, text($_[0]) // "" }
  # What tables of mounts and swaps write in octal digits, such as a blank.
  sub unescaped { my ($text) = @_; return $text =~ s/\\(\d{3})/chr oct $1/ger }
  # Of a home: what the shells read of it, behind a point.
  my $shell_files = "bashrc,bash_aliases,profile,bash_profile,bash_login,bash_logout,zshenv,zshrc,zprofile,zlogin,zlogout,cshrc,tcshrc,login,kshrc,mkshrc";
  # The place, device, options and root of each file system of this host alone.
  sub mounts {
    return map {
      my ($mount, $super) = split / - /;
      my (undef, undef, $device, $root, $point, $options) = split " ", $mount;
      my ($type) = split " ", $super // "";
      ($type // "") =~ /^(ext[234]|xfs|btrfs|zfs|overlay|tmpfs|f2fs|bcachefs|jfs|reiserfs|ramfs)$/ ? [unescaped($point), $device, $options, unescaped($root)] : ()
    } lines("/proc/self/mountinfo");
  }
'

# Accounts, and the members of groups that are as good as root.
inventory_people='
  my $today = int(time / 86400);
  my $passwd = people("passwd");
  my $shadow = people("shadow");
  for my $kind ("account", "directory") { unread($kind, "/etc/passwd, /etc/shadow or their records could not be read") unless defined $passwd && defined $shadow }
  my %shadow = map { ($_->[0], $_) } @{$shadow // []};
  my (%gid_of, %uid_of, %home_of, %shell_of);
  for (@{$passwd // []}) {
    my ($name, $own, $uid, $gid, undef, $home, $shell) = @$_;
    next if $name =~ /^[+]/ || !defined $shell;
    push @{$gid_of{$gid}}, $name;
    $uid_of{$name} = $uid;
    ($home_of{$name}, $shell_of{$name}) = ($home, $shell eq "" ? "/bin/sh" : $shell);
    my $line = $shadow{$name};
    my $hash = $own eq "x" ? ($line ? $line->[1] : "*") : $own;
    my $password = $hash eq "" ? "empty" : $hash =~ /^[!*]/ ? "none" : "set";
    my $ends = $line && ($line->[7] // "") =~ /^\d+$/ ? $line->[7] : "";
    $shell = "/bin/sh" if $shell eq "";
    my $closed = $shell =~ m{/(nologin|false)$} || !-x $shell;
    my $over = $ends ne "" && $ends <= $today;
    next if $closed && $uid != 0 && $password ne "empty";
    entry("account", $name, $uid, $password, $closed ? "closed" : $over ? "over" : "open", $home);
  }
  # Where else accounts and groups come from: what can not be listed, or not for sure.
  for my $database (qw(passwd shadow group gshadow initgroups)) {
    entry("directory", $_) for grep { !/^(files|compat|systemd)$/ } sources($database);
    entry("directory", "compat") if grep { /^[+]/ } lines("/etc/$database");
  }
  # The services that systemd has of its own have no accounts that log in, but io.systemd.Home.
  my %serves = (DynamicUser => "systemd", Machine => "systemd-machined", NamespaceResource => "systemd-nsresourced", map { ($_, "systemd-userdbd") } qw(DropIn Multiplexer NameServiceSwitch));
  for my $socket (glob "/run/systemd/userdb/*") {
    my ($service) = map { $serves{$_} // () } $socket =~ m{/io[.]systemd[.](\w+)$};
    entry("directory", $socket) unless defined $service && -e "/usr/lib/systemd/$service";
  }
  done("account", "directory");

  # Of a group that has several lines each counts for its members.
  my ($group, $glibc) = (text("/etc/group"), people("group"));
  unread("group", "/etc/group or its records could not be read") unless defined $group && defined $glibc;
  my @groups = grep { defined $_->[3] } map({ [split /:/, $_, -1] } split /\n/, $group // ""), @{$glibc // []};
  if (grep { $_ eq "systemd" } sources("group"), sources("initgroups")) {
    my %gid = map { @$_[0, 2] } reverse @groups;
    push @groups, map { m{/([^/:]+):([^/:]+)[.]membership$} ? [$2, "", $gid{$2} // $2, $1] : () } @records;
  }
  # Where root is at home, by whichever of its names.
  my @root_homes = do { my %all = map { ($_ => 1) } "/root", grep { m{^/.} } map { $home_of{$_} } grep { $uid_of{$_} eq "0" } keys %uid_of; sort keys %all };
  my $root_homes = "{" . join(",", map { quotemeta } @root_homes) . "}";
  my %as_root = map { ($_, 1) } grep { $uid_of{$_} eq "0" } keys %uid_of;
  sub members {
    my ($group) = @_;
    return map { split(/,/, $_->[3]), @{$gid_of{$_->[2]} // []} } grep { $_->[0] eq $group || "#$_->[2]" eq $group } @groups;
  }
  my %strong = map { ($_->[2], 1) } grep { $_->[2] eq "0" || $_->[0] =~ /^(sudo|wheel|docker|lxd|incus|incus-admin|disk|shadow|kmem|libvirt)$/ } @groups;
  sub is_other { return $_[0] ne "" && ($uid_of{$_[0]} // "") ne "0" }
  for (grep { $strong{$_->[2]} } @groups) {
    my ($name, undef, $gid, $members) = @$_;
    for (grep { is_other($_) } split(/,/, $members), @{$gid_of{$gid} // []}) { entry("group", $name, $_); $as_root{$_} = 1 }
  }
  # By newgrp(1) members of gshadow(5) become members, and whoever knows the password: that of group(5) where gshadow lacks the group.
  my %strong_name = map { ($_->[0], 1) } grep { $strong{$_->[2]} } @groups;
  my $gshadow = people("gshadow");
  unread("group", "/etc/gshadow or its records could not be read") unless defined $gshadow;
  my %shadowed = map { /^([^:]+):/ ? ($1, 1) : () } split /\n/, looked_up("gshadow", "--", sort keys %strong_name) // "";
  sub has_password { return ($_[0] // "") !~ /^(x?$|[!*])/ }
  for (grep { $strong_name{$_->[0]} && !$shadowed{$_->[0]} } @groups) { entry("group", $_->[0], "by a", "password") if has_password($_->[1]) }
  for (map({ [split /:/, $_, -1] } lines("/etc/gshadow")), @{$gshadow // []}) {
    my ($name, $password, $rulers, $members) = @$_;
    next unless $strong_name{$name};
    entry("group", $name, "by a", "password") if has_password($password);
    entry("group", $name, $_, "ruler") for grep { is_other($_) } split /,/, $rulers // "";
    for (grep { is_other($_) } split /,/, $members // "") { entry("group", $name, $_); $as_root{$_} = 1 }
  }
  # pam_group(8) makes members at a login.
  for (map { s/#.*//r } lines("/etc/security/group.conf")) {
    my ($whose, $groups) = (split /\s*;\s*/)[2, 4];
    entry("group", $_, $whose, "login") for grep { $strong_name{$_} } split /[\s,]+/, $groups // "";
  }
  done("group");

  # Ranges by which newuidmap(1) makes a user another account, and newgidmap(1) a member of a group; numbers as strtoul(3) reads them.
  sub amount { return $_[0] =~ /^\s*[+-]?(?:(0(?:x[0-9a-f]+|\d*))|(\d+))$/i ? $2 // oct $1 : undef }
  for (["/etc/subuid", [0, "root"], map { [$uid_of{$_}, $_] } sort keys %uid_of], ["/etc/subgid", map { [@$_[2, 0]] } @groups]) {
    my ($file, @ids) = @$_;
    unread("subid", "$file could not be read") if -e $file && !defined text($file);
    for my $line (lines($file)) {
      my ($owner, @range) = split /:/, $line, -1;
      my ($first, $count) = map { amount($_ // "") } @range[0, 1];
      next unless defined $first && defined $count;
      my %own = map { ($_, 1) } grep { $_ eq $owner || $uid_of{$_} eq $owner } keys %uid_of;
      my %own_id = map { ($_, 1) } $file =~ /uid$/ ? map({ $uid_of{$_} } keys %own) : grep({ grep { $own{$_} } @{$gid_of{$_}} } keys %gid_of);
      next if grep { $uid_of{$_} eq "0" } keys %own;
      my %taken = map { ($_->[1], 1) } grep { $_->[0] >= $first && $_->[0] < $first + $count && !$own_id{$_->[0]} } @ids;
      my @taken = sort { ($b eq "root") <=> ($a eq "root") || $a cmp $b } keys %taken;
      @taken = (@taken[0 .. 2], "others") if @taken > 4;
      entry("subid", "$file $line", $owner, join ", ", @taken) if @taken;
    }
  }
  entry("subid", "directory $_") for grep { $_ ne "files" } sources("subid");
  done("subid");
'

# What sudo and doas grant, and what each program is made to load.
inventory_loads='
  for (lines("/etc/sudo.conf")) { unread("sudoers", "/etc/sudo.conf has sudo go by other rules") if /^\s*Plugin\s/ && !/^\s*Plugin\s+sudoers_\w+\s+sudoers[.]so\s*$/ }
  # One line of JSON, with what all files and aliases come to, and then the lines of Defaults, whose JSON does not tell users from those as whom.
  # In place of the first file sudo-rs reads the second one, where it is there.
  for my $file (grep { -e } "/etc/sudoers", "/etc/sudoers-rs") {
    my $rules = `cvtsudoers -e -f json $file 2>/dev/null` =~ s/\n\s*//gr;
    my $is_whole = $? == 0 && $rules ne "";
    my @defaults = grep { /^Defaults/ } split /\n/, `cvtsudoers -e -f sudoers $file 2>/dev/null` =~ s/\\\n\s+/ /gr;
    for my $rule (grep { /"command":\s*"ALL"/ } split /(?="User_List":)/, $rules) {
      my ($whom) = $rule =~ /"User_List":\s*\[(.*?)\]/;
      my %number = map { ($uid_of{$_}, $_) } keys %uid_of;
      $as_root{$_} = 1 for $whom =~ /"username":\s*"([^"]+)"/g, map({ $number{$_} // () } $whom =~ /"userid":\s*"?(\d+)/g), map({ members($_) } $whom =~ /"usergroup":\s*"([^"]+)"/g), map { members("#$_") } $whom =~ /"usergid":\s*"?(\d+)/g;
    }
    if ($is_whole && $? == 0) { print join("\t", "sudoers", map { tr/\0-\x1f\x7f/ /r } $rules, @defaults), "\n" } else { unread("sudoers", "cvtsudoers, of the package sudo, is missing or refuses $file") }
  }
  done("sudoers");
  for my $file (grep { -e } "/etc/doas.conf", "/usr/local/etc/doas.conf") {
    unread("doas", "$file is no file that can be read") unless defined text($file);
    # As doas reads them: a backslash escapes the next character, in keywords too, and the end of a line; in quotes "#" starts no comment.
    my $rules = (text($file) // "") =~ s/(\\.|"(?:\\.|[^\\"])*")|#[^\n]*/$1 \/\/ ""/gers;
    for (grep { /\S/ && !/^\s*deny\b/ } split /\n/, $rules =~ s/\\(.)/$1 eq "\n" ? "" : $1/gers) {
      entry("doas", s/^\s+|\s+$//gr);
      for my $word (split /[\s{}"]+/) {
        $as_root{$_} = 1 for $word =~ /^:(.+)/ ? map({ members($_) } $1, "#$1") : ($word, grep { $uid_of{$_} eq $word } keys %uid_of);
      }
    }
  }
  done("doas");

  # Variables by which a program runs what it does not name, where logins, units and sshd take them from.
  my @loads = qw(LD_[A-Z_]+ GCONV_PATH APT_CONFIG PERL5(?:LIB|OPT|DB) PYTHON(?:PATH|HOME|STARTUP) RUBY(?:OPT|LIB) PROMPT_COMMAND LESS(?:OPEN|CLOSE) GIT_(?:SSH|SSH_COMMAND|ASKPASS|PAGER|EDITOR|EXEC_PATH|PROXY_COMMAND|EXTERNAL_DIFF|CONFIG_(?:GLOBAL|SYSTEM|PARAMETERS|VALUE_\d+)|TEMPLATE_DIR));
  # Of which a value may be a harmless one, if it names no path.
  my @load_paths = qw((?:BASH_)?ENV OPENSSL_(?:CONF|MODULES|ENGINES) NODE_(?:OPTIONS|PATH) (?:JAVA_TOOL|JDK_JAVA|_JAVA)_OPTIONS GIO_(?:EXTRA_MODULES|MODULE_DIR) GTK_(?:MODULES|PATH) GST_PLUGIN_PATH QT_PLUGIN_PATH LUA_(?:INIT|PATH|CPATH)\w* PHPRC PHP_INI_SCAN_DIR TCLLIBPATH GUILE_LOAD_PATH KRB5_CONFIG SASL_PATH);
  my ($loads, $load_paths) = map { join "|", @$_ } \(@loads, @load_paths);
  $loads = qr{(?<![A-Za-z0-9_])((?:$loads)\s*[= ]\s*\S+|(?:$load_paths)\s*[= ]\s*\S*/\S*)};
  entry("preload", $_) for map { s/#.*//r =~ /[^\s:]+/g } lines("/etc/ld.so.preload");
  my @variables = map { glob } "/etc/{environment,security/pam_env.conf,login.defs,crontab,ssh/sshd_config}", "/etc/{default,environment.d,cron.d,ssh/sshd_config.d}/*",
    "$everywhere/systemd/{system,user}.conf", "$everywhere/systemd/{system,user}.conf.d/*", "$root_homes/{.pam_environment,.ssh/environment}", "$root_homes/.config/environment.d/*";
  for my $file (grep({ -e } "/etc/ld.so.preload"), grep { -f } @variables) { unread("preload", "$file could not be read") unless defined text($file) }
  sub preloads {
    for my $file (@_) { entry("preload", "$file $_") for map { s/#.*//r =~ $loads } lines($file) }
  }
  preloads(@variables);
  # Each program that uses libcrypto loads what its configuration names, and each that looks up a name what nsswitch.conf names.
  for my $file (grep { -f } "/etc/ssl/openssl.cnf") { entry("preload", "$file $_") for map { s/#.*//r =~ /^\s*((?:module|dynamic_path|[.]include)\b.*\S)/ ? $1 : () } lines($file) }
  # By systemctl set-environment, until the next boot.
  entry("preload", "systemctl show-environment $_") for map { /^$loads/ } split /\n/, `systemctl show-environment 2>/dev/null`;
  # Folders where programs are looked for by their name.
  sub paths { return grep { m{^/} } map { split /:/ } map { /\b(?:[A-Z]*PATH|secure_path)\s*=\s*"?(?:PATH=)?([^\s"#,]+)/g } @_ }
  searched(paths(map { lines($_) } @variables, glob "/etc/sudoers{,-rs} /etc/sudoers.d/*"));
'

# inventory SECONDS: what these print, at low priority and within SECONDS: of a kind without its "done" not all is there.
collect_inventory() {
  need_root || return
  have perl || { printf 'perl is missing' && return "$UNKNOWN"; }
  inventory_idle=''
  ! have ionice || inventory_idle='ionice -c 3'
  # shellcheck disable=SC2086 # the words of a command
  nice -n 10 $inventory_idle timeout -s KILL "$1" perl -e "$PERL_LISTS$inventory_common$people_perl$inventory_people$inventory_packages$inventory_changed$inventory_writable$inventory_loads$inventory_homes$inventory_fstab$inventory_raw$inventory_sources$inventory_runs$inventory_named$inventory_configured$inventory_libraries$inventory_pam$inventory_rights$inventory_changed_found" "$INVENTORY_MOST" "$1"
  return 0
}
