# shellcheck shell=sh disable=SC2154,SC2016 # what collect.sh sets; perl
# What apt starts before it fetches lists or installs, and by which it does neither where that fails.

# apt_hooks: "hook KEY FILE VALUE" for each of these that no package has brought, unless apt has done its work since FILE
# changed; FILE is "-" where it is not known. Without perl, "hook" alone.
apt_hooks() {
  have perl || { echo hook && return; }
  set -f
  # shellcheck disable=SC2046 # names of packages' files hold no blanks
  apt-config -o APT::Architectures::=none dump --format '%F %v%n' DPkg::Pre-Invoke DPkg::Pre-Install-Pkgs APT::Update::Pre-Invoke |
    head -c 65536 | perl -e "$apt_hooks_perl" -- $(dpkg-query -W -f '${Conffiles}\n' 2>/dev/null |
      awk '$1 ~ /\/apt\/apt\.conf/ { print $2 "  " $1 }' | md5sum -c 2>/dev/null | sed -n 's/: OK$//p')
  set +f
}

apt_hooks_perl='
  my %packaged = map { $_ => 1 } @ARGV;
  # A file has a value between quotation marks, with backslashes, and in several lines.
  sub bare { return $_[0] =~ s/[\s\\"]//gr }
  my %text;
  for my $path (grep { -f && (m{/apt[.]conf$} || m{/([^/.]+|[^/]+[.]conf)$}) } "/etc/apt/apt.conf", glob "/etc/apt/apt.conf.d/*") {
    open my $in, "<", $path or next;
    read $in, my $text, 1 << 20;
    $text{$path} = bare($text);
  }
  sub changed { return (stat $_[0])[10] // 0 }
  # Which files apt and dpkg write where it has come so far.
  my ($fetched, $unpacked) = (changed("/var/lib/apt/periodic/update-stamp"), 0);
  for (map { changed($_) } glob "/var/lib/dpkg/info/*.list") { $unpacked = $_ if $_ > $unpacked }
  local $/;
  for (split /^(?=(?:DPkg::Pre-|APT::Update::Pre-)\S* )/mi, <STDIN>) {
    my ($key, $value) = /^(\S+?)(?:::)? (.*?)\s*$/s or next;
    next if $value eq "";
    my $bare = bare($value);
    my @in = grep { index($text{$_}, $bare) >= 0 } sort keys %text;
    my @own = grep { !$packaged{$_} } @in;
    next if @in && !@own;
    my $done = $key =~ /^APT::/i ? $fetched : $unpacked;
    next if @own && !grep { changed($_) >= $done } @own;
    print "hook $key ", $own[0] // "-", " ", substr($value =~ s/[^ -~]+/ /gr, 0, 200), "\n";
  }
'
