/** What is said of each check of the firewall. */
import { type Abouts, oneGate } from "../about.ts";

const rules = "iptables-save; ip6tables-save";

const rulesFrom = "Rules with `from` for all that isn't for everybody: whoever is elsewhere comes by a VPN.";

const outgoing =
  "`defaultOutgoing: deny`: updates, DNS, time, and each service that calls out need rules of your own.";

export const about: Abouts = {
  enabled: {
    why: "Without rules in the kernel every service that listens can be reached, also the one that was started by accident.",
    breaks: "Services that no rule names are closed to the outside; the plan names those that listen.",
    leavesOpen: "Rules know addresses and ports: what they let in may send its service whatever it likes.",
    stricter: outgoing,
    look: `ufw status verbose; ${rules}`,
  },
  "default-incoming-ipv4": {
    why: "What no rule names comes in.",
    breaks: "Services that no rule names are closed to the outside; the plan names those that listen.",
    by: ["defaultIncoming"],
    leavesOpen: "Every port that a rule opens is open to all of that rule's networks.",
    stricter: rulesFrom,
    look: "iptables -S INPUT",
  },
  "default-incoming-ipv6": {
    why: "Rules for IPv4 alone leave the same services open by IPv6.",
    breaks: "Services that no rule names are closed to the outside; the plan names those that listen.",
    by: ["defaultIncoming"],
    leavesOpen: "Every port that a rule opens is open to all of that rule's networks.",
    stricter: rulesFrom,
    look: "ip6tables -S INPUT",
  },
  "default-outgoing": {
    why: "With deny an intruder can't call home; with allow updates, names and time work without rules.",
    breaks:
      "deny: updates, DNS and time need rules of your own, and so does what passes your login on from the host itself, such as `ssh -R`; a plan that would keep that in is blocked.",
    leavesOpen: "With allow whoever breaks in calls home, fetches tools and sends out what it finds.",
    stricter: outgoing,
    look: "iptables -S OUTPUT; ip6tables -S OUTPUT",
  },
  "ssh-open": {
    why: "A firewall that is shut for administrators, too, is a lock-out.",
    leavesOpen: "Whoever takes over a machine in `access.from` reaches sshd from there.",
    stricter: oneGate,
    look: "iptables -S | grep -- '--dport 22'",
  },
  rules: {
    why: "What the profile opens is meant to be reached, by both families.",
    leavesOpen: "What a rule opens is as strong as the service behind it.",
    stricter: rulesFrom,
    look: "ufw status numbered",
  },
  loopback: {
    why: "Services of a host talk to each other by the loopback; forged packets of 127.0.0.0/8 must not come from outside.",
    leavesOpen: "Each process of the host, of whatever user, reaches what listens on 127.0.0.1.",
    stricter:
      "Sockets with a mode in place of ports, and `PrivateNetwork=yes` in units: programs have to be set to that.",
    look: "iptables -S | grep -w lo",
  },
  replies: {
    why: "Answers that don't come back are a host that can't update, and people who are cut off.",
    leavesOpen: "Whomever the host calls may send it anything over that connection.",
    stricter: outgoing,
    look: "iptables -S | grep -E 'ESTABLISHED|conntrack'",
  },
  "other-rules": {
    why: "A colleague's `ufw allow 5432/tcp` opens the database to the world beside the profile's rule for one network.",
    breaks: "`otherRules: remove` closes what those rules were made for.",
    leavesOpen: "The profile's own rules may be wider than they need be, and aren't judged by this.",
    stricter: "`otherRules: remove`: what a colleague opened in a hurry is closed by the next apply.",
    look: `ufw status numbered; ${rules}`,
  },
  "ssh-from-anywhere": {
    why: "Whoever finds a hole in sshd, or a key, comes in from anywhere. Only you know from where you come: access.from.",
    breaks: "A network that is left out is shut out; a plan that would leave you out is blocked.",
    leavesOpen: "Whoever is in one of those networks can try keys, and use a hole in sshd.",
    stricter: oneGate,
    look: "iptables -S | grep -- '--dport 22'",
  },
  published: {
    why: "Docker lets in what a container publishes before ufw is asked: a database on 5432 is open to the world under a firewall that denies it.",
    breaks:
      "What is published and that no rule names is closed to the outside; the plan names it. Other containers and the host itself still reach it, and so does whoever published it on 127.0.0.1.",
    by: ["published", "rules", "defaultIncoming"],
    leavesOpen:
      "The host, and containers on the same network, still reach what is published, past every rule.",
    stricter: "Nothing published but the proxy's ports: what was asked for directly goes through the proxy.",
    look: "iptables -S harden-published-in; ip6tables -S harden-published-in; systemctl cat docker",
  },
  "only-ufw": {
    why: "Two firewalls overwrite each other; which of them wins is decided at the next boot.",
    leavesOpen: "Docker and fail2ban load rules of their own beside ufw's, as they must.",
    stricter: undefined,
    look: "nft list ruleset; systemctl is-enabled nftables firewalld netfilter-persistent",
  },
};
