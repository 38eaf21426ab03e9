/** The checks of fail2ban: the service, and the running jail's own values. */
import { oneGate } from "../../checks/texts.ts";
import type { ControlRow } from "../row.ts";
import { service } from "./desired.ts";
import { filterOf } from "./filter.ts";
import type { Fail2banParams } from "./jail.ts";
import { values } from "./live.ts";
import type { probes } from "./probes.ts";
import type { Fail2banView } from "./state.ts";
import {
  actionOf,
  compared,
  isOn,
  ofJail,
  ofValue,
  reading,
  references,
  running,
  shortensBans,
  sparesTooMany,
} from "./verdicts.ts";

const get = (key: string) => `fail2ban-client get sshd ${key}`;

const allPorts =
  "`banaction` with `type=allports` in a file of your own: who is banned loses the website, too.";

export const checks: readonly ControlRow<Fail2banParams, typeof probes, Fail2banView>[] = [
  {
    id: "fail2ban.running",
    reads: ["process", "next start"],
    title: "fail2ban runs, and starts at boot",
    severity: "high",
    answers: ["server.fail2ban", "deployed.fail2ban"],
    criteria: ["CC6.6", "CC7.2"],
    references,
    why: "Nobody counts failed logins, and guessing costs nothing.",
    leavesOpen: "Guesses from many addresses, each below the limit, are never banned.",
    stricter: oneGate,
    look: "systemctl status fail2ban; fail2ban-client ping",
    role: "proof or audit",
    needs: ["unit", "running"],
    reason: "The jail works with the values of its file, and again after a reboot.",
    want: service,
    test: running,
  },
  ofJail(
    {
      id: "fail2ban.jail",
      title: "The sshd jail is on",
      severity: "high",
      answers: ["server.fail2ban", "deployed.fail2ban"],
      criteria: ["CC6.6", "CC7.2"],
      why: "fail2ban runs, and doesn't look at sshd.",
      leavesOpen: "It is about sshd alone: whatever else asks for passwords (web, mail) has no jail by this.",
      stricter:
        "Jails of your own for these in jail.d, and `recidive`: people behind one address are banned together.",
      look: "fail2ban-client status sshd",
    },
    [],
    isOn,
  ),
  ofJail(
    {
      id: "fail2ban.filter",
      title: "Failed logins at sshd are counted",
      severity: "high",
      answers: ["server.fail2ban"],
      criteria: ["CC6.6", "CC7.2"],
      why: "A jail whose filter fits no line of sshd's log never bans anybody, and looks well.",
      leavesOpen:
        "Scans that end before a login don't count, nor do refused keys of accounts that exist (`publickey = nofail` in Debian's filter).",
      stricter:
        "`mode = aggressive` for the jail: monitoring that only connects is banned as well, but for `ignoreIp`.",
      look: get("failregex"),
    },
    ["filter"],
    filterOf,
  ),
  ofJail(
    {
      id: "fail2ban.backend",
      title: "The jail reads sshd's log",
      severity: "high",
      answers: ["server.fail2ban"],
      criteria: ["CC6.6", "CC7.2"],
      why: "Without rsyslog there is no /var/log/auth.log: a jail that reads it sees nothing.",
      leavesOpen:
        "Any user of the host can write such lines into auth.log by `logger -t sshd`, and have an address banned.",
      stricter:
        "`backend = systemd`, where the unit's name can't be forged: python3-systemd has to be there.",
      look: "fail2ban-client status sshd",
    },
    ["backend", "journalmatch", "logpath"],
    reading,
  ),
  ofJail(
    {
      id: "fail2ban.action",
      reads: ["process", "kernel", "next start"],
      title: "A ban shuts the address out",
      severity: "high",
      answers: ["server.fail2ban"],
      why: "A ban whose action does nothing is a line in a log: the address comes in all the same.",
      leavesOpen:
        "Only the jail's ports are closed, and the next address guesses on at once. The host's own containers may come in.",
      stricter: allPorts,
      look: get("actions"),
    },
    ["banaction"],
    actionOf,
  ),
  ofJail(
    {
      id: "fail2ban.port",
      reads: ["process", "kernel", "next start"],
      title: "A ban closes the port that sshd uses",
      severity: "high",
      answers: ["server.fail2ban"],
      why: "A ban of another port leaves sshd's open to the banned.",
      leavesOpen: "Every other port of the host stays open to who is banned.",
      stricter: allPorts,
      look: get("actions"),
    },
    ["port", "banaction"],
    compared(values.port),
  ),
  ofValue(
    {
      id: "fail2ban.max-retry",
      title: "Failed logins until a ban",
      severity: "medium",
      answers: ["server.fail2ban"],
      why: "Each address may guess that often.",
      breaks:
        "People who mistype, and a monitoring that logs in with a wrong key, are banned sooner: `ignoreIp`.",
      leavesOpen:
        "Each address may guess once less than this in each findTime: 288 times a day with 3 in 10 minutes.",
      stricter: "`maxRetry: 1`: one typing error is a ban, and so is an agent whose first key is another's.",
      look: get("maxretry"),
    },
    values.maxRetry,
  ),
  ofValue(
    {
      id: "fail2ban.find-time",
      title: "Time in which failures count",
      severity: "medium",
      answers: ["server.fail2ban"],
      why: "Slow guessing stays below a short time.",
      leavesOpen: "Guesses that are further apart than this never add up.",
      stricter: "`findTime: 1d`: what people mistype in a whole day adds up as well.",
      look: get("findtime"),
    },
    values.findTime,
  ),
  ofValue(
    {
      id: "fail2ban.ban-time",
      title: "Length of a ban",
      severity: "medium",
      answers: ["server.fail2ban"],
      why: "A short ban is a pause.",
      breaks: "A person who was banned waits that long, or is let in by `harden bans HOST --unban ADDRESS`.",
      leavesOpen: "After it the same address guesses again, and another one does so at once.",
      stricter:
        "`banTime: 4w`, or `bantime.increment = true` in a file of your own: who shares the address waits as long.",
      look: get("bantime"),
    },
    values.banTime,
    shortensBans,
  ),
  ofValue(
    {
      id: "fail2ban.ignore-ip",
      title: "Nobody is spared but this host, the profile's networks, and whom others' files name",
      severity: "medium",
      answers: ["server.fail2ban"],
      why: "Whoever is spared may guess for ever.",
      leavesOpen: "Whoever is in one of the networks that are spared may guess without end.",
      stricter:
        "Single addresses or none in `ignoreIp`, and a narrow `access.from`: administrators who mistype are banned.",
      look: get("ignoreip"),
    },
    values.ignoreIp,
    sparesTooMany,
  ),
];
