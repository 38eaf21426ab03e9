# shellcheck shell=sh disable=SC2154,SC2016 # what collect.sh sets; perl
# Copies of the lists that hold hashes, by whatever name: an editor, a script or a person leaves them.
COPIES_READ=65536 COPIES_MOST=10000 COPIES_TOTAL=16777216

# hash_copies FOLDER...: "copy shadow PATH" for each file at any depth of a folder that begins with lines of shadow(5) or
# gshadow(5), "copy list PATH" for one with a hash in lines of passwd(5) or group(5), a line "MODE(hex) OWNER GROUP PATH" of each of
# these and of the folder that has it, "list PATH" of those with an access list, "left FOLDER" where there are more than COPIES_MOST
# files or COPIES_TOTAL bytes, so that nobody's files cost more; "end". What only root opens is left out. No line of a file leaves the host. An editor's swap file has NUL between its lines.
collect_hash_copies() {
  local folder
  need_root || return
  have perl || { printf 'perl is missing' && return "$UNKNOWN"; }
  for folder; do [ ! -d "$folder" ] || need_held "$folder/." || return; done
  nice -n 19 perl -e '
    use Fcntl;
    my ($bytes, $most, $total, @folders) = @ARGV;
    my ($name, $number, $modern) = (qr/[^:\s]{1,64}/, qr/\d{0,10}/, qr/[!*]*\$[!-9;-~]{8,512}/);
    my $shadow = qr/^$name:(?:(?:$modern|[!*]*[_.\/0-9A-Za-z]{13,20}):$number|[!*]{0,2}:\d{1,10})(?::$number){6}$/;
    my $gshadow = qr/^$name:(?:$modern|[!*]{1,2}):(?!\d+:)[\w,.-]*:[\w,.\$-]*$/;
    my $list = qr/^$name:$modern:\d+:/;
    my $unread;
    sub form {
      sysopen my $in, $_[0], O_RDONLY | O_NONBLOCK | O_NOFOLLOW or return;
      return unless -f $in;
      $unread -= sysread($in, my $text, $bytes) // 0;
      my @lines = split /[\n\r\0]+/, $text // "";
      return "shadow" if grep { /$shadow/ || /$gshadow/ } @lines;
      return "list" if grep { /$list/ } @lines;
      return;
    }
    sub entry {
      my ($mode, $uid, $gid) = (lstat $_[0])[2, 4, 5];
      my $shown = $_[0] =~ tr/\0-\x1f\x7f/?/r;
      printf "%x %s %s %s\n", $mode, scalar getpwuid $uid // $uid, scalar getgrgid $gid // $gid, $shown;
      open my $ls, "-|", "/usr/bin/ls", "-dgo", "--", $_[0] or return;
      print "list $shown\n" if (<$ls> // "") =~ /^.{10}\+/;
    }
    # Whether root alone opens it, by the bits that an access list shows as those of the group.
    sub is_shut { my ($bits) = @_; my ($mode, $uid) = (stat _)[2, 4]; return $uid == 0 && !($mode & $bits) }
    for my $top (@folders) {
      my @walk = ($top);
      my $left = $most;
      $unread = $total;
      while ($left >= 0 && defined(my $folder = shift @walk)) {
        opendir my $dir, $folder or next;
        my $found;
        for my $path (map { "$folder/$_" } grep { !/^[.][.]?$/ } sort readdir $dir) {
          next if -l $path;
          if (-d _) { push @walk, $path unless is_shut(0011) }
          next if !-f _ || is_shut(0044);
          $left = $unread < 0 ? -1 : $left - 1;
          last if $left < 0;
          my $form = form($path) // next;
          entry($folder) unless $found++;
          print "copy $form ", $path =~ tr/\0-\x1f\x7f/?/r, "\n";
          entry($path);
        }
      }
      print "left $top\n" if $left < 0;
    }
    print "end\n";
  ' "$COPIES_READ" "$COPIES_MOST" "$COPIES_TOTAL" "$@"
}
