/** What is said of each check of fail2ban. */
import type { Abouts } from "../about.ts";

const get = (key: string) => `fail2ban-client get sshd ${key}`;

export const about: Abouts = {
  running: {
    why: "Nobody counts failed logins, and guessing costs nothing.",
    look: "systemctl status fail2ban; fail2ban-client ping",
  },
  jail: { why: "fail2ban runs, and doesn't look at sshd.", look: "fail2ban-client status sshd" },
  filter: {
    why: "A jail whose filter fits no line of sshd's log never bans anybody, and looks well.",
    look: get("failregex"),
  },
  backend: {
    why: "Without rsyslog there is no /var/log/auth.log: a jail that reads it sees nothing.",
    look: "fail2ban-client status sshd",
  },
  action: {
    why: "A ban whose action does nothing is a line in a log: the address comes in all the same.",
    look: get("actions"),
  },
  port: { why: "A ban of another port leaves sshd's open to the banned.", look: get("actions") },
  "max-retry": {
    why: "Each address may guess that often.",
    breaks:
      "People who mistype, and a monitoring that logs in with a wrong key, are banned sooner: `ignoreIp`.",
    look: get("maxretry"),
  },
  "find-time": { why: "Slow guessing stays below a short time.", look: get("findtime") },
  "ban-time": {
    why: "A short ban is a pause.",
    breaks: "A person who was banned waits that long, or is let in by `harden bans HOST --unban ADDRESS`.",
    look: get("bantime"),
  },
  "ignore-ip": { why: "Whoever is spared may guess for ever.", look: get("ignoreip") },
};
