# shellcheck shell=sh disable=SC2154,SC2016 # what collect.sh sets; perl
# Copies of the lists that hold hashes, by whatever name: an editor, a script or a person leaves them.
COPIES_READ=65536 COPIES_MOST=3000

# hash_copies FOLDER...: "copy shadow PATH" for each file right in a folder that begins with lines of shadow(5) or gshadow(5),
# "copy list PATH" for one with a hash in lines of passwd(5) or group(5), a line "MODE(hex) OWNER GROUP PATH" of each of these and of the
# folders, "list PATH" of those with an access list, "left FOLDER" where there are more than COPIES_MOST files; "end". No line
# of a file leaves the host. An editor's swap file has NUL between its lines.
collect_hash_copies() {
  local folder
  need_root || return
  have perl || { printf 'perl is missing' && return "$UNKNOWN"; }
  for folder; do [ ! -d "$folder" ] || need_held "$folder/." || return; done
  nice -n 19 perl -e '
    my ($bytes, $most, @folders) = @ARGV;
    my ($name, $number, $modern) = (qr/[^:\s]{1,64}/, qr/\d{0,10}/, qr/[!*]*\$[!-9;-~]{8,512}/);
    my $shadow = qr/^$name:(?:(?:$modern|[!*]*[_.\/0-9A-Za-z]{13,20}):$number|[!*]{0,2}:\d{1,10})(?::$number){6}$/;
    my $gshadow = qr/^$name:(?:$modern|[!*]{1,2}):(?!\d+:)[\w,.-]*:[\w,.\$-]*$/;
    my $list = qr/^$name:$modern:\d+:/;
    sub form {
      open my $in, "<", $_[0] or return;
      return unless -f $in;
      sysread $in, my $text, $bytes;
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
    for my $folder (@folders) {
      opendir my $dir, $folder or next;
      entry($folder);
      my @paths = grep { !-l && -f _ } map { "$folder/$_" } sort readdir $dir;
      print "left $folder\n" if splice @paths, $most;
      for my $path (@paths) {
        my $form = form($path) // next;
        print "copy $form ", $path =~ tr/\0-\x1f\x7f/?/r, "\n";
        entry($path);
      }
    }
    print "end\n";
  ' "$COPIES_READ" "$COPIES_MOST" "$@"
}
