# shellcheck shell=sh disable=SC2154,SC2016 # what collect.sh and accounts.sh set; perl
# Passwords that are set, and empty: passwd -d leaves no hash, others leave that of nothing.

# empty_hashes: "of COUNT" accounts with a hash; "tried" for each that was tried, "empty NAME" for each whose hash is that of the empty
# password; no hash leaves the host. A hash may be made to take any time: what is not tried within 10 s is not. Those of root and of
# services come first. A hash that passwd(5) has in place of its x is the one that counts.
collect_empty_hashes() {
  need_root || return
  have perl || { printf 'perl is missing' && return "$UNKNOWN"; }
  # The alarm ends perl in the middle of a hash, and with it nothing that was printed.
  nice -n 19 perl -e "$people_perl"'
    sub lines { return @{people($_[0]) // do { print "/etc/$_[0] or its records could not be read"; exit 4 }} }
    my %shadow = map { ($_->[0], $_->[1]) } lines("shadow");
    my @hashed = grep { ($_->[1] // "") =~ /^[^!*]/ } map { [$_->[2], $_->[1] eq "x" ? $shadow{$_->[0]} : $_->[1], $_->[0]] } grep { @$_ == 7 } lines("passwd");
    $| = 1;
    print "of ", scalar @hashed, "\n";
    alarm 10;
    for (sort { $a->[0] <=> $b->[0] } @hashed) {
      my ($uid, $hash, $name) = @$_;
      $name =~ s/[^!-\[\]-~]/sprintf "\\x%02x", ord $&/ge;
      print((crypt("", $hash) // "") eq $hash ? "empty $name\n" : "tried\n");
    }' 2>/dev/null
  [ $? != 4 ] || return "$UNKNOWN"
}
