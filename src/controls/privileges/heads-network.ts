/** What is known of the checks of what waits for connections. */
import { references } from "../references.ts";
import type { Head } from "./head.ts";
import type { KindName } from "./kind-names.ts";

export const networkHeads = {
  listeners: {
    title: "Every port on which a program listens for others is known",
    severity: "medium",
    why: "What an intruder leaves behind often waits for a connection, and so does what an administrator has forgotten.",
    look: "ss -Hltunp",
    stricter:
      "A firewall before the host (a cloud's security group) with the same rules: each new port is a change in two places.",
    leavesOpen:
      "Raw sockets, what waits for a packet without a port of its own, what calls out, and namespaces of containers are not listed.",
    references: references({}),
    reads: ["process"],
  },
  "ssh-servers": {
    title: "There is no ssh server beside the main one",
    severity: "medium",
    why: "What the profile says of ssh holds for the main server alone: a second one has keys, logins and passwords of its own.",
    look: "ss -Hltnp; sshd -T -f /etc/ssh/OTHER_CONFIG",
    stricter:
      "`SocketBindDeny=any` in every unit but ssh.service: each service's port is a line in a drop-in.",
    leavesOpen:
      "A server that speaks another protocol, answers only after a knock, or hides behind a web server is not recognised.",
    references: references({}),
    reads: ["process"],
  },
  "ssh-password-servers": {
    title: "No ssh server beside the main one takes passwords",
    severity: "high",
    why: "Passwords that the main server refuses open the host there, root's too, to everybody who guesses.",
    look: "ss -Hltnp; sshd -T -f /etc/ssh/OTHER_CONFIG | grep -i authentication; ps -C dropbear -o args",
    stricter:
      "`usermod -p '*'` for each account that comes by key: its password opens neither a second server nor the console.",
    leavesOpen:
      "What a changed program takes, and a file of settings that was changed after the server's start, are not told.",
    references: references({}),
    reads: ["process"],
  },
} satisfies Partial<Record<KindName, Head>>;
