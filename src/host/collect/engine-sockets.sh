# shellcheck shell=sh disable=SC2154 # what collect.sh, sockets.sh and docker.sh set
# Which mounts of containers are sockets, and which of them the engine's own, by device and inode.

# engine_mounts PID...: "listens PATH" for each unix socket by which the engine, containerd or Podman is asked, as the kernel resolves
# its path; of what these containers have mounted "socket PID POINT", with " PATH" behind it where it is one of those, and
# "linked PID POINT PATH" for a folder in whose file system such a socket has another name; and "end". Points as in
# /proc/PID/mountinfo. A file system that a user answers for is not asked, or for 15 s at most.
# shellcheck disable=SC2016 # perl
engine_mounts() {
  have perl || return 0
  perl -e "$sockets_perl$listened_perl"'
    alarm 15;
    my ($engine, $others, @pids) = @ARGV;
    my ($here, $openat2, $no_call, $path_only, $below) = (-100, 437, 38, 012000000, 0x16);
    # openat2(2), which has this number everywhere; $below: nothing but the folder, and no link.
    sub file {
      my ($folder, $path, $resolve) = @_;
      my $number = syscall $openat2, $folder, $path, pack("Q3", $path_only, 0, $resolve), 24;
      exit 4 if $number < 0 && $! == $no_call;
      return if $number < 0;
      open my $file, "<&=", $number or exit 4;
      return $file;
    }
    sub way { return "/proc/self/fd/" . fileno $_[0] }
    my (%path, %linked);
    for my $name (grep { m{^/} } listened(split " ", $engine), split /\n/, $others) {
      my $file = file($here, $name, 0) // next;
      my $path = readlink way($file);
      my ($device, $inode, $mode, $links) = stat way($file);
      next unless ($mode & 0170000) == 0140000;
      # The engine takes no orders by these two.
      next if $path =~ m{^/run/docker/(?:metrics|libnetwork/[0-9a-f]{12})\.sock\z};
      print "listens ", $path =~ tr/\0-\x1f\x7f/?/r, "\n" unless $path{"$device:$inode"};
      $path{"$device:$inode"} = $path;
      $linked{$device} = $path if $links > 1;
    }
    for my $pid (@pids) {
      my $root = file($here, "/proc/$pid/root", 0) // next;
      open my $table, "<", "/proc/$pid/mountinfo" or next;
      while (<$table>) {
        last if $. > 2000;
        my ($point, $type) = /^(?:\S+ ){4}(\S+) .* - (\S+)/ or next;
        next if $type =~ /^(?:9p|autofs|ceph|cgroup|cifs|fuse|nfs|proc|smb|sysfs)/;
        my $file = file(fileno $root, $point =~ s/\\([0-7]{3})/chr oct $1/ger, $below) // next;
        my ($device, $inode, $mode) = stat way($file);
        my $kind = $mode & 0170000;
        my $path = $path{"$device:$inode"} // "";
        print "socket $pid $point", $path && " $path", "\n" if $kind == 0140000;
        print "linked $pid $point $linked{$device}\n" if $kind == 0040000 && $linked{$device};
      }
    }
    print "end\n";
  ' "$engine_own_pid $containerd_pid" "$(! have podman || engine_activated podman.socket | grep '^/')" "$@"
}
