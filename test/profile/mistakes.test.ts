/** What can be wrong with a profile and is known without a host, all of it in one file and told at once. */
import { expect, test } from "vitest";
import { catalogue } from "../../src/assess/catalogue.ts";
import { controls } from "../../src/controls/index.ts";
import { profileValidateText } from "../../src/features/profile/text.ts";
import { profileValidate } from "../../src/features/profile/work.ts";
import { loadProfile } from "../../src/profile/load.ts";
import { memoryFiles } from "./memory.ts";

const waiver = (until: string) =>
  `{check: firewall.other-rules, found: x, reason: agent, owner: ops, until: ${until}}`;

/** A line of the profile, and what is said of it after its place: `column: path: …`. */
const lines: readonly (readonly [string, string?])[] = [
  ["access:"],
  [
    "  user: no one",
    '9: access.user: must be a user name: letters, digits, _ . -, at most 32, not only digits, not beginning with - or ., found the text "no one"',
  ],
  [
    "  from: [10.0.0.1/8, 192.0.2.300]",
    '10: access.from[0]: the address has bits set beyond its first 8, found the text "10.0.0.1/8" (did you mean `10.0.0.0/8`?)',
  ],
  ["ssh:"],
  ["  port: 70000", "9: ssh.port: must be at most 65535, found the number 70000"],
  [
    "  allowUsers: [no one]",
    '16: ssh.allowUsers[0]: must be a user name, possibly with * and ?, and @HOST, found the text "no one"',
  ],
  [
    "  allowGroups: [-wheel]",
    '17: ssh.allowGroups[0]: must be a group name, possibly with * and ?, found the text "-wheel"',
  ],
  ["firewall:"],
  ["  rules:"],
  ["    - {port: 0, protocol: tcp}", "14: firewall.rules[0].port: must be at least 1, found the number 0"],
  [
    "    - {port: 443, protocol: tcp, from: 192.168.1.7/24}",
    '40: firewall.rules[1].from: the address has bits set beyond its first 24, found the text "192.168.1.7/24" (did you mean `192.168.1.0/24`?)',
  ],
  [
    "    - {port: 6010-6000, protocol: tcp}",
    '14: firewall.rules[2].port: the first port of a range must be the smaller one, found the text "6010-6000"',
  ],
  ["fail2ban:"],
  [
    "  ignoreIp: [2001:db8::1/32]",
    '14: fail2ban.ignoreIp[0]: the address has bits set beyond its first 32, found the text "2001:db8::1/32" (did you mean `2001:db8::/32`?)',
  ],
  ["certificates:"],
  [
    "  domains: [Example.com]",
    '13: certificates.domains[0]: must be a domain in lower case, such as example.com, found the text "Example.com"',
  ],
  ["logging:"],
  [
    "  forwarding:",
    "3: logging.forwarding.ca: missing: expected the name of a file with certificates in PEM",
  ],
  ["    to: logs.example.org"],
  ["accounts:"],
  ["  users:"],
  [
    "    - {name: Deploy}",
    '14: accounts.users[0].name: must be a login name that useradd takes: small letters, digits, _ and -, at most 31, beginning with a letter or _, found the text "Deploy"',
  ],
  [
    "    - {name: a, keys: [ssh-ed25519 AAAAC3Nz short]}",
    '24: accounts.users[1].keys[0]: must be a public key in one line, such as the content of ~/.ssh/id_ed25519.pub, found the text "ssh-ed25519 AAAAC3Nz short"',
  ],
  [
    '    - {name: b, keys: ["-----BEGIN OPENSSH PRIVATE KEY-----"]}',
    '24: accounts.users[2].keys[0]: is a private key: take it out of this file, and of every copy of it; a profile has public keys only, found the text "-----BEGIN OPENSSH PRIVATE KEY-----"',
  ],
  [
    "    - {name: c, sudo: yes please}",
    '23: accounts.users[3].sudo: expected nopasswd, password or false, found the text "yes please"',
  ],
  ["waivers:"],
  [
    `  - ${waiver("2026-11-25")}`,
    "79: waivers[0].until: is over, and the waiver counts no more: agree on a new day, or take the waiver out",
  ],
  [
    `  - ${waiver("2026-02-30")}`,
    '79: waivers[1].until: must be a day, such as 2027-01-31, found the text "2026-02-30"',
  ],
  [`  - ${waiver("2026-11-26")}`],
];

const options = (text: string) => ({
  cwd: "/w",
  packagedDir: "/pkg",
  sections: controls,
  checks: catalogue,
  today: "2026-11-26",
  ...memoryFiles({ "/w/profiles/p.yaml": text }),
});

test("every mistake of a profile is told, each with its line and column", async () => {
  const text = lines.map(([line]) => `${line}\n`).join("");
  const { report, status } = await profileValidate(["p"], options(text));
  expect(status).toBe(78);
  const wanted = lines.flatMap(([, said], index) =>
    said === undefined ? [] : [`profiles/p.yaml:${index + 1}:${said}`],
  );
  const also = "profiles/p.yaml:3:22: access.from[1]: must be an address or a network";
  const told = profileValidateText(report).trimEnd().split("\n");
  expect(told.filter((line) => !line.startsWith(also))).toEqual(wanted);
  expect(told).toHaveLength(wanted.length + 1);
});

test("a day that is over is no reason to refuse a run", async () => {
  const text = `ssh: {}\nwaivers:\n  - ${waiver("2026-11-25")}\n`;
  expect((await profileValidate(["p"], options(text))).status).toBe(78);
  const { today: _, ...run } = options(text);
  expect((await loadProfile("p", run)).waivers).toHaveLength(1);
});

test("a password in an address, or a token, is in no message", async () => {
  const url = "https://u:hunter2hunter2@h";
  const text = `logging: {forwarding: {to: "${url}", ca: x}}\nfail2ban: {ignoreIp: ["${url}"]}\nupdates: {mail: "${url}"}\naccess: {from: ["${url}"]}\n`;
  const { report } = await profileValidate(["p"], options(text));
  const said = profileValidateText(report);
  expect(said.match(/found the text "https:\/\/u:…@h"/g)).toHaveLength(4);
  expect(said).not.toContain("hunter2");
});
