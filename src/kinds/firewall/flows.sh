# shellcheck shell=sh
# Connections that are older than the kernel's tracking of them.

# On a host that tracked nothing, the next packet of an open connection is new to the firewall, and would be dropped.
# Each connection that is open now is told to the kernel's table; while ufw's rules are loaded it is let through by its
# four numbers, and by nothing else.
let_flows() {
  local tool
  for tool in $(families); do
    case $tool in
    iptables) open_flows /proc/net/tcp /proc/net/tcp6 4 ;;
    *) open_flows /proc/net/tcp6 /dev/null 6 ;;
    esac >"$RUN/scratch/flows-$tool" || note flows-not-kept "$RUN" "open connections could not be written down; $(space_of "$RUN")"
    track_flows <"$RUN/scratch/flows-$tool" >"$RUN/scratch/refused-$tool" || cp "$RUN/scratch/flows-$tool" "$RUN/scratch/refused-$tool"
    # Those that only a rule keeps come first.
    cat "$RUN/scratch/refused-$tool" "$RUN/scratch/flows-$tool" | awk '!seen[$0]++' | load_flows "$tool" ||
      note flows-not-kept "$tool" "open connections that are older than the tracking may be cut"
  done
}

# load_flows TOOL: the chain lets through the flows that it reads, and nothing else.
load_flows() {
  {
    printf '%s\n' '*filter' ':harden-flows - [0:0]'
    dump "$1" filter | grep -q -x -F -e '-A INPUT -j harden-flows' ||
      printf '%s\n' '-I INPUT 1 -j harden-flows' '-I OUTPUT 1 -j harden-flows'
    awk 'NR <= 4000 {
      print "-A harden-flows -p tcp -s " $1 " -d " $2 " --sport " $3 " --dport " $4 " -j ACCEPT"
      print "-A harden-flows -p tcp -s " $2 " -d " $1 " --sport " $4 " --dport " $3 " -j ACCEPT"
    }'
    echo COMMIT
  } | "$1-restore" -w 10 -n 2>/dev/null
}

# settle_firewall: before the proof begins. The new login must not meet what the confirm takes away: only what the
# kernel's table refused keeps its rules until then.
settle_firewall() {
  local tool count
  [ -e "$RUN/scratch/flows-iptables" ] || return 0
  for tool in $(families); do
    if [ ! -s "$RUN/scratch/refused-$tool" ]; then
      drop_flows "$tool"
    else
      count=$(wc -l <"$RUN/scratch/refused-$tool")
      load_flows "$tool" <"$RUN/scratch/refused-$tool" &&
        note flows-end "$tool" "$count open connections are not in the kernel's table of connections; they end at the confirm"
    fi || { fail firewall "$tool" "the chain harden-flows, for the time of loading only, can't be removed" && return; }
  done
}

# track_flows: tells the kernel's table of each flow that it reads, as conntrackd does, and prints those that it
# refuses; false where none could be told. perl-base is essential on Debian; no other way needs no package.
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
  while (my $flow = <STDIN>) {
    my ($source, $target, $port, $service) = split " ", $flow;
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
    print $flow if $error and $error != -17;
  }'
track_flows() { perl -e "$TRACK_FLOWS" 2>/dev/null; }

# open_flows FILE FILE FAMILY: `THERE HERE PORT PORT` of each established TCP connection, loopback apart.
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
    $4 == "01" {
      split($2, here, ":")
      split($3, there, ":")
      a = address(here[1]); b = address(there[1])
      if (a == "" || b == "" || a ~ /^127\./) next
      print b, a, port(there[2]), port(here[2])
    }' "$1" "$2" 2>/dev/null
}

# drop_flows TOOL: the chain and its jumps.
drop_flows() {
  true >"$RUN/scratch/nothing"
  dump "$1" filter | grep -q '^:harden-flows ' || return 0
  load_back "$1" '^harden-flows$' '' "$RUN/scratch/nothing" 2>/dev/null
}

confirm_firewall() {
  local tool
  [ -e "$RUN/scratch/flows-iptables" ] || return 0
  for tool in $(families); do
    drop_flows "$tool" || note not-removed "$tool" "the chain harden-flows is still there"
  done
}
