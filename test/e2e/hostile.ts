/** What any user of a host can do to a run, as programs of Perl's. */

/** Locks all that users can open, by flock(2) and, as many programs do, by a read lock of fcntl(2), which keeps writers waiting. */
export const lockAll = `for (glob("/* /run/* /var/* /var/lib/* /var/lib/harden/* /etc/* /etc/*/* /run/lock/*")) {
  next unless (-d || -f) && open($open{$_}, "<", $_);
  flock($open{$_}, 2 | 4);
  my $lock = pack("s s x4 q q i x4", 0, 0, 0, 0, 0);
  fcntl($open{$_}, 6, $lock);
}
`;
