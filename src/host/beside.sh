# shellcheck shell=sh disable=SC2034 # what a run and the collectors use
# What an open file has besides its content, owner and mode.

# beside FILEHANDLE: its group by number, its flags of chattr(1) in decimal digits, and its extended attributes: those of users
# and the access list, as NAME=VALUE in hexadecimal digits, with commas between. set_beside FILEHANDLE GID FLAGS ATTRIBUTES: the
# same, as far as the file system and the effective ids allow it. Flags that keep root from changing the file are left out.
# shellcheck disable=SC2016 # perl
PERL_BESIDE=$PERL_XATTR'
  # fsetxattr(2) is two behind setxattr(2), and fgetxattr, flistxattr and fremovexattr follow, three apart.
  # _IOR(f, 1, long) and _IOW(f, 2, long)
  my ($get_flags, $set_flags) = map { $_ | (length pack "l!") << 16 } 0x80006601, 0x40006602;
  # A c d j s S t u
  my $flags_kept = 0xc0cf;
  sub flags { my $flags = "\0" x 8; return ioctl($_[0], $get_flags, $flags) ? unpack "L", $flags : 0 }
  sub attributes {
    my ($of) = @_;
    my $names = "\0" x 65536;
    my $length = $setxattr ? syscall $setxattr + 8, fileno $of, $names, 65536 : 0;
    return "" unless $length > 0;
    my @attributes;
    for my $name (sort grep { /^user\./ || $_ eq "system.posix_acl_access" } split /\0/, substr $names, 0, $length) {
      my ($called, $value) = ("$name\0", "\0" x 65536);
      my $long = syscall $setxattr + 5, fileno $of, $called, $value, 65536;
      push @attributes, unpack("H*", $name) . "=" . unpack "H*", substr $value, 0, $long if $long >= 0;
    }
    return join ",", @attributes;
  }
  sub beside { my ($of) = @_; return ((stat $of)[5], flags($of) & $flags_kept, attributes($of)) }
  sub set_beside {
    my ($to, $gid, $flags, $attributes) = @_;
    chown -1, $gid, $to if (stat $to)[5] != $gid;
    my ($now, $wanted) = map +{ map { split /=/, $_, 2 } split /,/ }, attributes($to), $attributes;
    for my $name (keys %$now) {
      my $called = pack("H*", $name) . "\0";
      syscall $setxattr + 11, fileno $to, $called unless exists $wanted->{$name};
    }
    for my $name ($setxattr ? keys %$wanted : ()) {
      my ($called, $value) = (pack("H*", $name) . "\0", pack "H*", $wanted->{$name});
      syscall $setxattr + 2, fileno $to, $called, $value, length $value, 0 unless ($now->{$name} // "none") eq $wanted->{$name};
    }
    my $flags_now = flags($to);
    my $flags_wanted = pack "L x4", $flags_now & ~$flags_kept | $flags & $flags_kept;
    ioctl $to, $set_flags, $flags_wanted if ($flags_now & $flags_kept) != ($flags & $flags_kept);
  }
'
