# shellcheck shell=sh disable=SC2034,SC2016 # inventory.sh reads what is set here; perl
# The part of the inventory that goes by what others than root read or write past the modes of files: devices, swap and private keys.

inventory_raw='
  # PATH, RIGHTS: by its mode, owner or list. Members of a group that is as good as root are listed themselves.
  sub reached {
    my ($path, $rights) = @_;
    my (undef, undef, $mode, undef, $uid, $gid) = lstat $path or return;
    return unless $uid != 0 || $mode & $rights || ($mode & $rights << 3 && $in_group{$gid} && !$strong{$gid}) || ($mode & $rights << 3 && lists_other($path, "access", $rights));
    return (sprintf("%04o", $mode & 07777), scalar getpwuid($uid) // $uid, scalar getgrgid($gid) // $gid);
  }
  sub swap {
    my ($path) = @_;
    my @is = -f $path ? reached($path, 06) : ();
    entry("raw", $path, "swap", @is) if @is;
  }
  for (grep { m{^/} } map { (split)[0] } lines("/proc/swaps")) { swap(unescaped($_)) }

  # Disks but those of a drive for users, the memory, and what drives a disk or a keyboard. Elsewhere than in /dev all but null and its like.
  my $drivers = 0;
  my %driver = map { /^Block/ ? ($drivers = 1) x 0 : !$drivers && /^\s*(\d+) (sg|bsg|raw|mtd|hidraw|nvme\S*)$/ ? ($1, 1) : () } lines("/proc/devices");
  sub device {
    my ($path) = @_;
    my (undef, undef, $mode, undef, undef, $gid, $number) = lstat $path or return;
    my ($major, $minor) = ($number >> 8 & 0xfff, $number & 0xff | $number >> 12 & 0xfff00);
    my $is_strong = -b _ ? $major !~ /^(2|11)$/ : $driver{$major} ? (getgrgid($gid) // "") ne "cdrom" : "$major:$minor" =~ /^(1:[124]|10:223)$/;
    my $is_harmless = -c _ && "$major:$minor" =~ /^(1:[35789]|5:[02])$/;
    return if !$is_strong && ($is_harmless || $path =~ m{^/dev/});
    my @is = reached($path, 06);
    entry("raw", $path, "device", (-b $path ? "b" : "c") . " $major:$minor", @is) if @is;
  }
  if (open my $out, "-|", "find", "/dev", "-xdev", "(", "-type", "b", "-o", "-type", "c", ")", "-printf", "%p\\0") {
    local $/ = "\0";
    while (<$out>) { chomp; device($_) }
  }

  # Whoever has a copy of a key of this host, under whatever name, answers in its place. Of other keys those of root. No more of what
  # others have made than are told.
  my @keys = map { text($_) // () } glob "/etc/ssh/ssh_host_*_key";
  my %key_size = map { (length, 1) } @keys;
  my $tried = 0;
  sub key {
    my ($path, $copy) = @_;
    my @is = reached($path, 04) or return;
    return unless open_to_others($path =~ s{/[^/]*$}{}r);
    if ($is[1] ne "root" && $tried++ >= $most) { unread("raw", "there are too many files of the size of a host key") if $tried == $most + 1; return }
    my $text = text($path) // return;
    my $is_key = ($copy && grep { $_ eq $text } @keys) || ($is[1] eq "root" && $path !~ m{^/usr/} && $text =~ /^-----BEGIN [A-Z ]*PRIVATE KEY-----/m);
    entry("raw", $path, "key", @is) if $is_key;
  }
'
