# shellcheck shell=sh disable=SC2034,SC2016 # fail2ban.sh reads what is set here; perl
# What keeps the running server from changing the host's rules: its unit's settings, as the kernel has them of its process.

# A part of the program of collect_fail2ban, by its variables: prints "barred WHAT" for each.
fail2ban_barred='
    sub barred {
      # SO_PEERCRED: who listens on the socket.
      my $server = unpack "i", getsockopt(S, 1, 17) // "";
      open my $in, "<", "/proc/" . ($server || 0) . "/status" or return;
      my $status = do { local $/; <$in> } // "";
      my ($own, $its) = map { readlink "/proc/$_/ns/net" } "self", $server;
      $out .= "barred network\n" if defined $own && defined $its && $own ne $its;
      # The programs that it runs as root may have all of the bounding set; those of another user only what is ambient.
      my ($uid) = $status =~ /^Uid:\s+\d+\s+(\d+)/m or return;
      my ($set) = $status =~ ($uid ? qr/^CapAmb:\s+([\da-f]+)/m : qr/^CapBnd:\s+([\da-f]+)/m) or return;
      $out .= "barred capability\n" unless hex(substr $set, -8) & 1 << 12;
      return unless $status =~ /^Seccomp:\s+2/m;
      my ($families) = qx(systemctl show -p RestrictAddressFamilies --value fail2ban.service 2>/dev/null) =~ /^(\S.*)$/;
      my $is_named = ($families // "") =~ /\bAF_NETLINK\b/;
      $out .= "barred netlink\n" if defined $families && $families ne "~" && ($families =~ /^~/ ? $is_named : !$is_named);
    }
'
