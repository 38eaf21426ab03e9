# shellcheck shell=sh disable=SC2034,SC2016 # inventory.sh reads what is set here; perl
# The part of the inventory that goes by where packages come from.

inventory_sources='
  # As apt reads a word for yes or no; any other word counts as yes.
  sub refuses { return $_[0] =~ /^"?(0+|no|false|without|off|disable)"?$/i }
  my $lets_unsigned = qr/^(trusted|allow-insecure|allow-weak|allow-downgrade-to-insecure)$/i;
  # FILE, the options of a source by their names, what it names, and what root reads of it.
  sub source {
    my ($file, $options, @named) = @_;
    my @unsigned = map { "$_=$options->{$_}" } grep { $_ =~ $lets_unsigned && !refuses($options->{$_}) } sort keys %$options;
    my $name = join(" ", $file, @unsigned, @named) =~ s{(?<=//)[^/@\s]+\@}{}gr;
    entry("source", $name, "unsigned") if @unsigned;
    for my $path (map({ m{^(?:mirror[+])?(?:file|copy|cdrom|store):(?://(?=/))?(/.*)}i ? $1 : () } @named), grep { m{^/} } split /[\s,]+/, $options->{"signed-by"} // "") {
      $path =~ s{/+$}{};
      writable_above(undef, $path, glob "\Q$path\E/{dists,dists/*,InRelease,Release,Packages*}");
      missing($path) unless -e $path;
    }
  }
  # sources.list(5): one line each.
  sub source_lines {
    my ($file) = @_;
    for (lines($file)) {
      my ($list, @named) = /^\s*deb(?:-src)?\s+(?:\[([^\]]*)\]\s*)?(\S+)\s*([^#]*?)\s*(?:#.*)?$/ or next;
      my %options = map { /^([\w-]+?)[+-]?=(.*)/ ? (lc $1, $2) : () } split " ", $list // "";
      source($file, \%options, @named);
    }
  }
  # The same in stanzas of fields.
  sub source_stanzas {
    my ($file) = @_;
    for my $stanza (split /\n\s*\n/, (text($file) // "") =~ s/\r//gr =~ s/^#.*\n?//gmr) {
      my %field = map { /^([\w-]+)\s*:\s*(.*)/s ? (lc $1, $2 =~ s/\s+/ /gr =~ s/ $//r) : () } split /\n(?=\S)/, $stanza =~ s/^\s+//r;
      source($file, \%field, map { split " ", $_ // "" } @field{qw(uris suites)}) unless refuses($field{enabled} // "yes");
    }
  }
  # Settings by which apt installs without a signature, believes any server, or has another program or key look.
  my ($on, $off, $any) = (sub { !refuses($_[0]) }, \&refuses, sub { 1 });
  my @loose = (
    [qr/(?:^|::)APT::Get::AllowUnauthenticated$/i, "unsigned", $on],
    [qr/(?:^|::)Acquire::Allow(?:Insecure|Weak|DowngradeToInsecure)Repositories$/i, "unsigned", $on],
    [qr/(?:^|::)Aptitude::CmdLine::Ignore-Trust-Violations$/i, "unsigned", $on],
    [qr/(?:^|::)APT::Hashes::[^:]+::(?:Untrusted|Weak)$/i, "unsigned", $off],
    [qr/(?:^|::)Acquire::(?:.*::)?Verify-(?:Peer|Host)$/i, "unverified", $off],
    [qr/(?:^|::)(?:Acquire::gpgv::Options|APT::Key::gpgv?command|Dir::Bin::(?:gpgv?|sqv|apt-key))(?:::.*)?$/i, "verifier", $any],
  );
  if (grep { -x "$_/apt-config" } split /:/, $ENV{PATH} // "") {
    my %place;
    my @folders = qw(sourceparts trustedparts parts preferencesparts netrcparts);
    my $words = join " ", map({ "$_ Dir::Etc::$_/d" } @folders), map { "$_ Dir::Etc::$_/f" } qw(sourcelist trusted main preferences netrc);
    for (split /\n/, `apt-config -o APT::Architectures::=none shell $words status Dir::State::status/f lists Dir::State::lists/d archives Dir::Cache::archives/d 2>/dev/null`) { $place{$1} = $2 if m{^(\w+)=\x27(.+?)/*\x27$} }
    unread("source", "apt does not read its configuration") unless %place;
    searched(@place{grep { defined $place{$_} && -e $place{$_} } @folders});
    writable_above(\&of_manager, grep { -e } map { $place{$_} // () } qw(sourcelist trusted main preferences netrc status lists archives));
    for my $path (map { m{^/} ? $_ : () } values %place) { missing($path) unless -e $path }
    my @files = grep { -f } map { defined $place{$_} ? glob "\Q$place{$_}\E/*" : () } @folders;
    writable_above(undef, @files);
    my @sources = (grep({ defined && -f } $place{sourcelist}), grep { m{/[\w.-]+[.](list|sources)$} && index($_, ($place{sourceparts} // "") . "/") == 0 } @files);
    for my $file (@sources) {
      unread("source", "$file could not be read") unless defined text($file);
      $file =~ /[.]sources$/ ? source_stanzas($file) : source_lines($file);
    }
    for (split /\n/, `apt-config -o APT::Architectures::=none dump --format "%F %v%n" 2>/dev/null`) {
      my ($key, $value) = /^(\S+) (.+)/ or next;
      for (@loose) {
        my ($which, $what, $counts) = @$_;
        entry("source", "$key \"$value\"", $what) if $key =~ $which && $counts->($value);
      }
    }
  }
  done("source");
'
