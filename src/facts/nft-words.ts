/** Words of nftables' rules that leave a packet, its destination and its connection as they are. Source: nft(8). */

const listed = (...lines: readonly string[]) => lines.flatMap((line) => line.split(" "));

/** Statements after which a packet goes on, or ends: nothing of it is written. */
const statements = listed(
  "accept drop reject continue return jump goto counter packets bytes log prefix level group snaplen queue-threshold flags all options",
  "audit debug info notice warn err crit alert emerg",
  "limit rate over until burst quota used last never mbytes kbytes second minute hour day week",
  "add update delete timeout expires comment masquerade to random fully-random persistent with reset",
  "icmpx port-unreachable host-unreachable net-unreachable prot-unreachable net-prohibited host-prohibited",
  "admin-prohibited no-route addr-unreachable policy-fail reject-route",
);

/** Expressions: what a rule asks of a packet. */
const expressions = listed(
  "ip ip6 tcp udp udplite sctp dccp th icmp icmpv6 igmp ah esp comp arp ether vlan meta ct fib rt socket osf ipsec",
  "exthdr hbh frag dst mh srh daddr saddr sport dport version dscp ecn ttl hoplimit nexthdr id frag-off hdrlength",
  "checksum flowlabel sequence ackseq window urgptr doff option maxseg size type code mtu spi reqid cpi length",
  "protocol l4proto nfproto iif iifname iifgroup iiftype iifkind oif oifname oifgroup oiftype oifkind ibrname obrname",
  "mark priority skuid skgid cgroup rtclassid cpu pkttype time sdif sdifname transparent wildcard name ttl",
  "state status direction expiration helper label zone avgpkt original reply l3proto proto-src proto-dst count",
  "operation htype hlen plen ptype check exists missing in out key secpath",
  "nexthop classid numgen inc jhash symhash mod seed offset map vmap not and or xor lshift rshift",
);

/** Their values, where nft prints no number. */
const values = listed(
  "new established related invalid untracked expected seen-reply assured confirmed dying",
  "fin syn rst ack psh urg cwr local unicast broadcast anycast multicast blackhole unreachable prohibit host other",
  "ipv4 ipv6 ipv6-icmp hopopt icmp ipencap encap ipip gre vrrp ospf ospfigp pim rsvp eigrp egp igp isis",
  "ef be membership-query leave-group echo-request echo-reply destination-unreachable source-quench",
  "time-exceeded parameter-problem timestamp-request timestamp-reply info-request info-reply",
  "address-mask-request address-mask-reply router-advertisement router-solicitation packet-too-big",
  "nd-router-solicit nd-router-advert nd-neighbor-solicit nd-neighbor-advert nd-redirect",
  "mld-listener-query mld-listener-report mld-listener-done mld-listener-reduction mld2-listener-report",
  "ind-neighbor-solicit ind-neighbor-advert router-renumbering request loopback ppp",
);

const harmless: ReadonlySet<string> = new Set([...statements, ...expressions, ...values]);

/** What may be written: a rule that asks for a mark matches perhaps, whatever the mark is; the others decide nothing. */
const writes =
  /\b(?:(?:meta|ct) (?:mark|secmark)|meta (?:priority|nftrace)|ct (?:label|helper|timeout|event)|ip6? dscp|tcp option maxseg size) set\b/g;

/** A status that a rule asks for: dnat there changes nothing. */
const askedStatus = /\bct status (?:!= )?(?:\{[^}]*\}|[a-z,-]+)/g;

const names = /\b(?:jump|goto) [^\s{}]+|"[^"]*"|@[^\s,]+/g;

/** Words of the rules' text that are none of these. What nft prints as a number, an address or a name in quotes is a value. */
export function strangeWords(rules: string): readonly string[] {
  const plain = rules.replace(names, " ").replace(writes, " ").replace(askedStatus, " ");
  const written = plain.match(/(?:[a-z]\w* ){0,2}\bset\b/g) ?? [];
  const known = new Set([...harmless, ...written.flatMap((each) => each.split(" "))]);
  const words = plain.split(/[\s{}()|&,;=<>!^.]+/);
  const isStrange = (word: string) => /[a-z]/i.test(word) && !/[\d:/]/.test(word) && !known.has(word);
  return [...new Set([...written, ...words.filter(isStrange)])];
}
