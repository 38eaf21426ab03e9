# shellcheck shell=sh
# Connections that are older than the kernel's tracking of them.

# On a host that tracked nothing, the next packet of an open connection is new to the firewall, and would be dropped.
# Each open connection is let through by its four numbers, for the time of the run only.
let_flows() {
  for tool in $(families); do
    case $tool in
    iptables) flows=$(open_flows /proc/net/tcp /proc/net/tcp6 4) ;;
    *) flows=$(open_flows /proc/net/tcp6 /dev/null 6) ;;
    esac
    printf '%s\n' '*filter' ':harden-flows - [0:0]' '-I INPUT 1 -j harden-flows' '-I OUTPUT 1 -j harden-flows' \
      '-A harden-flows -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT' "$flows" COMMIT |
      grep -v '^$' | "$tool-restore" -w 10 -n 2>/dev/null ||
      note flows-not-kept "$tool" "open connections that are older than the tracking may be cut"
    printf '%s\n' "$flows" | track_flows || note flows-not-tracked "$tool" \
      "a connection that is older than the tracking, and silent until the confirm, is cut when it speaks next"
  done
}

# Tells the kernel's table of each open connection, as conntrackd does: for those that are silent until the rules of
# the run are gone. perl-base is essential on Debian; there is no other way that needs no package.
# shellcheck disable=SC2016 # perl's own $
TRACK_FLOWS='
  sub attribute { my ($type, $data) = @_; pack("SS", 4 + length $data, $type) . $data . "\0" x (-length($data) % 4) }
  sub nested { my $type = shift; attribute(0x8000 | $type, join "", @_) }
  sub binary { my $text = shift; $text =~ tr/:// ? pack("H32", $text =~ tr/://dr) : pack("C4", split /\./, $text) }
  sub tuple {
    my ($type, $source, $port, $target, $service) = @_;
    my $first = length $source == 4 ? 1 : 3;
    nested($type, nested(1, attribute($first, $source), attribute($first + 1, $target)),
      nested(2, attribute(1, pack "C", 6), attribute(2, pack "n", $port), attribute(3, pack "n", $service)));
  }
  socket(my $netfilter, 16, 3, 12) or exit 1;
  my $bad = 0;
  while (<STDIN>) {
    my ($source, $target, $port, $service) = /-s (\S+) -d (\S+) --sport (\d+) --dport (\d+)/ or next;
    ($source, $target) = (binary($source), binary($target));
    my $liberal = pack "CC", 8, 8;
    my $body = pack("CCn", length $source == 4 ? 2 : 10, 0, 0)
      . tuple(1, $source, $port, $target, $service) . tuple(2, $target, $service, $source, $port)
      . attribute(3, pack "N", 14) . attribute(7, pack "N", 432000)
      . nested(4, nested(1, attribute(1, pack "C", 3), attribute(4, $liberal), attribute(5, $liberal)));
    # Create, but leave alone what is tracked by now.
    send($netfilter, pack("LSSLL", 16 + length $body, 0x100, 0x605, $., 0) . $body, 0, pack "SSLL", 16, 0, 0, 0) or exit 1;
    recv($netfilter, my $answer, 4096, 0);
    my $error = unpack "x16 l", $answer;
    $bad = 1 if $error and $error != -17;
  }
  exit $bad'
track_flows() { perl -e "$TRACK_FLOWS" 2>/dev/null; }

# open_flows FILE FILE FAMILY: accept rules of established TCP connections, loopback apart.
open_flows() {
  awk -v family="$3" '
    function digit(c) { return index("0123456789ABCDEF", c) - 1 }
    function byte(s) { return digit(substr(s, 1, 1)) * 16 + digit(substr(s, 2, 1)) }
    function port(s) { return byte(substr(s, 1, 2)) * 256 + byte(substr(s, 3, 2)) }
    function v4(s) { return byte(substr(s, 7, 2)) "." byte(substr(s, 5, 2)) "." byte(substr(s, 3, 2)) "." byte(substr(s, 1, 2)) }
    function v6(s, i, word, out) {
      for (i = 0; i < 4; i++) {
        word = substr(s, i * 8 + 1, 8)
        out = out (i ? ":" : "") substr(word, 7, 2) substr(word, 5, 2) ":" substr(word, 3, 2) substr(word, 1, 2)
      }
      return out
    }
    function address(s) {
      if (length(s) == 8) return family == 4 ? v4(s) : ""
      if (substr(s, 1, 24) == "0000000000000000FFFF0000") return family == 4 ? v4(substr(s, 25)) : ""
      return family == 6 ? v6(s) : ""
    }
    $4 == "01" && n < 4000 {
      split($2, here, ":")
      split($3, there, ":")
      a = address(here[1]); b = address(there[1])
      if (a == "" || b == "" || a ~ /^127\./) next
      n++
      print "-A harden-flows -p tcp -s " b " -d " a " --sport " port(there[2]) " --dport " port(here[2]) " -j ACCEPT"
      print "-A harden-flows -p tcp -s " a " -d " b " --sport " port(here[2]) " --dport " port(there[2]) " -j ACCEPT"
    }' "$1" "$2" 2>/dev/null
}

# remove_flows: at the confirm; by then each connection that spoke is tracked.
remove_flows() {
  [ -e "$RUN/undo/iptables" ] || return 0
  : >"$RUN/nothing"
  for tool in $(families); do
    "$tool-save" -t filter 2>/dev/null | grep -q '^:harden-flows ' || continue
    load_back "$tool" '^harden-flows$' '' "$RUN/nothing" 2>/dev/null ||
      note not-removed "$tool" "the chain harden-flows is still there"
  done
}
