/** What is said of each check of the firewall. */
import type { Abouts } from "../about.ts";

const rules = "iptables-save; ip6tables-save";

export const about: Abouts = {
  enabled: {
    why: "Without rules in the kernel every service that listens can be reached, also the one that was started by accident.",
    breaks: "Services that no rule names are closed to the outside; the plan names those that listen.",
    look: `ufw status verbose; ${rules}`,
  },
  "default-incoming-ipv4": {
    why: "What no rule names comes in.",
    breaks: "Services that no rule names are closed to the outside; the plan names those that listen.",
    by: ["defaultIncoming"],
    look: "iptables -S INPUT",
  },
  "default-incoming-ipv6": {
    why: "Rules for IPv4 alone leave the same services open by IPv6.",
    breaks: "Services that no rule names are closed to the outside; the plan names those that listen.",
    by: ["defaultIncoming"],
    look: "ip6tables -S INPUT",
  },
  "default-outgoing": {
    why: "With deny an intruder can't call home; with allow updates, names and time work without rules.",
    breaks: "deny: updates, DNS and time need rules of your own.",
    look: "iptables -S OUTPUT; ip6tables -S OUTPUT",
  },
  "ssh-open": {
    why: "A firewall that is shut for administrators, too, is a lock-out.",
    look: "iptables -S | grep -- '--dport 22'",
  },
  rules: {
    why: "What the profile opens is meant to be reached, by both families.",
    look: "ufw status numbered",
  },
  loopback: {
    why: "Services of a host talk to each other by the loopback; forged packets of 127.0.0.0/8 must not come from outside.",
    look: "iptables -S | grep -w lo",
  },
  replies: {
    why: "Answers that don't come back are a host that can't update, and people who are cut off.",
    look: "iptables -S | grep -E 'ESTABLISHED|conntrack'",
  },
  "other-rules": {
    why: "A colleague's `ufw allow 5432/tcp` opens the database to the world beside the profile's rule for one network.",
    breaks: "`otherRules: remove` closes what those rules were made for.",
    look: `ufw status numbered; ${rules}`,
  },
  "ssh-from-anywhere": {
    why: "Whoever finds a hole in sshd, or a key, comes in from anywhere. Only you know from where you come: access.from.",
    breaks: "A network that is left out is shut out; a plan that would leave you out is blocked.",
    look: "iptables -S | grep -- '--dport 22'",
  },
  published: {
    why: "Docker lets in what a container publishes before ufw is asked: a database on 5432 is open to the world under a firewall that denies it.",
    breaks:
      "What is published and that no rule names is closed to the outside; the plan names it. Other containers and the host itself still reach it, and so does whoever published it on 127.0.0.1.",
    by: ["published", "rules", "defaultIncoming"],
    look: "iptables -S harden-published-in; ip6tables -S harden-published-in; systemctl cat docker",
  },
  "only-ufw": {
    why: "Two firewalls overwrite each other; which of them wins is decided at the next boot.",
    look: "nft list ruleset; systemctl is-enabled nftables firewalld netfilter-persistent",
  },
};
