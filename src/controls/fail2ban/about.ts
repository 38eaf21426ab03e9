/** What is said of each check of fail2ban. */
import { type Abouts, oneGate } from "../about.ts";

const get = (key: string) => `fail2ban-client get sshd ${key}`;

const allPorts =
  "`banaction` with `type=allports` in a file of your own: who is banned loses the website, too.";

export const about: Abouts = {
  running: {
    why: "Nobody counts failed logins, and guessing costs nothing.",
    leavesOpen: "Guesses from many addresses, each below the limit, are never banned.",
    stricter: oneGate,
    look: "systemctl status fail2ban; fail2ban-client ping",
  },
  jail: {
    why: "fail2ban runs, and doesn't look at sshd.",
    leavesOpen: "It is about sshd alone: whatever else asks for passwords (web, mail) has no jail by this.",
    stricter:
      "Jails of your own for these in jail.d, and `recidive`: people behind one address are banned together.",
    look: "fail2ban-client status sshd",
  },
  filter: {
    why: "A jail whose filter fits no line of sshd's log never bans anybody, and looks well.",
    leavesOpen: "Scans that break off before they log in don't count in sshd's usual mode.",
    stricter:
      "`mode = aggressive` for the jail: monitoring that only connects is banned as well, but for `ignoreIp`.",
    look: get("failregex"),
  },
  backend: {
    why: "Without rsyslog there is no /var/log/auth.log: a jail that reads it sees nothing.",
    leavesOpen:
      "Any user of the host can write such lines into auth.log by `logger -t sshd`, and have an address banned.",
    stricter: "`backend = systemd`, where the unit's name can't be forged: python3-systemd has to be there.",
    look: "fail2ban-client status sshd",
  },
  action: {
    why: "A ban whose action does nothing is a line in a log: the address comes in all the same.",
    leavesOpen: "Only the jail's ports are closed, and the next address guesses on at once.",
    stricter: allPorts,
    look: get("actions"),
  },
  port: {
    why: "A ban of another port leaves sshd's open to the banned.",
    leavesOpen: "Every other port of the host stays open to who is banned.",
    stricter: allPorts,
    look: get("actions"),
  },
  "max-retry": {
    why: "Each address may guess that often.",
    breaks:
      "People who mistype, and a monitoring that logs in with a wrong key, are banned sooner: `ignoreIp`.",
    leavesOpen:
      "Each address may guess once less than this in each findTime: 288 times a day with 3 in 10 minutes.",
    stricter: "`maxRetry: 1`: one typing error is a ban, and so is an agent whose first key is another's.",
    look: get("maxretry"),
  },
  "find-time": {
    why: "Slow guessing stays below a short time.",
    leavesOpen: "Guesses that are further apart than this never add up.",
    stricter: "`findTime: 1d`: what people mistype in a whole day adds up as well.",
    look: get("findtime"),
  },
  "ban-time": {
    why: "A short ban is a pause.",
    breaks: "A person who was banned waits that long, or is let in by `harden bans HOST --unban ADDRESS`.",
    leavesOpen: "After it the same address guesses again, and another one does so at once.",
    stricter:
      "`banTime: 4w`, or `bantime.increment = true` in a file of your own: who shares the address waits as long.",
    look: get("bantime"),
  },
  "ignore-ip": {
    why: "Whoever is spared may guess for ever.",
    leavesOpen: "Whoever is in one of the networks that are spared may guess without end.",
    stricter:
      "Single addresses or none in `ignoreIp`, and a narrow `access.from`: administrators who mistype are banned.",
    look: get("ignoreip"),
  },
};
