/** The keywords that are lists: who may log in, and which algorithms are used. Pure. */
import { listed } from "../want.ts";
import { type Keyword, numbers } from "./keyword.ts";

export const lists: readonly Keyword[] = [
  {
    name: "AllowUsers",
    want: ({ allowUsers }) => listed(allowUsers, " "),
    check: {
      id: "ssh.allow-users",
      title: "Only the users of the profile may log in",
      severity: "medium",
      why: "Every account with a shell and a key may log in, those of services too.",
      breaks: "Whoever isn't named is out. A plan is blocked where the planned login isn't.",
      leavesOpen:
        "Whoever has the key of one who is named comes in, from anywhere that the firewall lets through.",
      stricter: "`USER@NETWORK` in the list: whoever travels comes by a VPN or a jump host.",
      references: numbers("5.1.4", "5.1.4", "R79"),
    },
  },
  {
    name: "AllowGroups",
    want: ({ allowGroups }) => listed(allowGroups, " "),
    check: {
      id: "ssh.allow-groups",
      title: "Only the groups of the profile may log in",
      severity: "medium",
      why: "Every account with a shell and a key may log in, those of services too.",
      breaks:
        "Whoever is in none of the groups is out. A plan is blocked where the planned login is in none.",
      leavesOpen: "Who can add members to such a group lets people in.",
      stricter: "`allowUsers` beside it: both have to hold, and each newcomer has to be named.",
      references: numbers("5.1.4", "5.1.4", "R79"),
    },
  },
  {
    name: "KexAlgorithms",
    want: ({ kexAlgorithms }) => listed(kexAlgorithms, ","),
    check: {
      id: "ssh.kex",
      title: "Key exchanges of the profile",
      severity: "medium",
      criteria: ["CC6.7"],
      why: "Old key exchanges can be broken by whoever records the traffic today.",
      breaks:
        "Clients that know none of the list. harden itself needs curve25519-sha256, or an ECDH of nistp.",
      by: ["kexAlgorithms"],
      leavesOpen:
        "What is recorded today can be read by a quantum computer later, where either side has no mlkem or sntrup.",
      stricter:
        "mlkem768x25519-sha256, sntrup761x25519-sha512 and curve25519-sha256 alone: clients before OpenSSH 7.4 are out.",
      references: numbers("5.1.12"),
    },
  },
  {
    name: "Ciphers",
    want: ({ ciphers }) => listed(ciphers, ","),
    check: {
      id: "ssh.ciphers",
      title: "Ciphers of the profile",
      severity: "medium",
      criteria: ["CC6.7"],
      why: "Old ciphers leak parts of what is sent.",
      breaks: "Clients that know none of the list.",
      leavesOpen: "Lengths and times of packets show, by which what is typed can be guessed.",
      stricter:
        "`ciphers: [aes256-gcm@openssh.com]`, which Terrapin can't touch: clients before OpenSSH 6.2 are out.",
      references: numbers("5.1.6"),
    },
  },
  {
    name: "MACs",
    want: ({ macs }) => listed(macs, ","),
    check: {
      id: "ssh.macs",
      title: "Message authentication codes of the profile",
      severity: "medium",
      criteria: ["CC6.7"],
      why: "Old codes don't show that somebody has changed what was sent.",
      breaks: "Clients that know none of the list.",
      leavesOpen:
        "One without -etm is checked only after deciphering; with a GCM or chacha20 cipher none of them is used.",
      stricter: "Those with -etm alone: clients before OpenSSH 6.2 are out, and some libraries.",
      references: numbers("5.1.15", "5.1.16"),
    },
  },
  {
    name: "HostKeyAlgorithms",
    want: ({ hostKeyAlgorithms }) => listed(hostKeyAlgorithms, ","),
    check: {
      id: "ssh.host-key-algorithms",
      title: "Host key signatures of the profile",
      severity: "low",
      criteria: ["CC6.7"],
      why: "A signature with SHA-1 can be forged, and with it the host.",
      breaks: "Clients whose known_hosts has a key of another kind only.",
      leavesOpen:
        "Whoever says yes to an unknown key at the first login may be talking to somebody in between.",
      stricter:
        "`[ssh-ed25519]`, and host certificates (`@cert-authority` in known_hosts): somebody has to keep the CA.",
    },
  },
];
