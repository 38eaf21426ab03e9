import { describe, expect, test } from "vitest";
import { HardenError } from "../../src/errors.ts";
import { loadProfile } from "../../src/profile/load.ts";
import { problemsOf } from "../../src/profile/problem.ts";
import { memoryFiles, problemLines, profileOf } from "./memory.ts";
import { checks, sections } from "./sections.ts";

const lines = (text: string) => problemLines({ "p.yaml": text });

test("who may come in is one network, or a list of them", async () => {
  const from = async (yaml: string) =>
    (await profileOf({ "p.yaml": `access: {from: ${yaml}}\nssh: {}\n` })).access.from;
  expect(await from("10.1.2.3")).toEqual(["10.1.2.3/32"]);
  expect(await from("[10.1.2.3, 192.0.2.0/24]")).toEqual(["10.1.2.3/32", "192.0.2.0/24"]);
});

describe("unknown keys get the nearest right name", () => {
  test.each([
    [
      "firewall: {rules: [{port: 1, from: 0.0.0.0}]}",
      'p.yaml:1:36: firewall.rules[0].from: is the address of nobody, found the text "0.0.0.0" (did you mean `0.0.0.0/0`?)',
    ],
    [
      'access: {from: ["::"]}',
      'p.yaml:1:17: access.from[0]: is the address of nobody, found the text "::" (did you mean `::/0`?)',
    ],
    [
      "firewall: {rules: [{port: 1, proto: tcp}]}",
      "p.yaml:1:30: firewall.rules[0].proto: unknown key (did you mean `protocol`?)",
    ],
    ["shh: {}", "p.yaml:1:1: shh: unknown key (did you mean `ssh`?)"],
    ["acess: {}", "p.yaml:1:1: acess: unknown key (did you mean `access`?)"],
    ["access: {form: []}", "p.yaml:1:10: access.form: unknown key (did you mean `from`?)"],
    ["ssh: {MaxAuthTries: 3}", "p.yaml:1:7: ssh.MaxAuthTries: unknown key (did you mean `maxAuthTries`?)"],
    [
      "ssh: {max-auth-tries: 3}",
      "p.yaml:1:7: ssh.max-auth-tries: unknown key (did you mean `maxAuthTries`?)",
    ],
    ["ssh: {maxAuthTrys: 3}", "p.yaml:1:7: ssh.maxAuthTrys: unknown key (did you mean `maxAuthTries`?)"],
    ["ssh: {enable: true}", "p.yaml:1:7: ssh.enable: unknown key (did you mean `enabled`?)"],
    ["ssh: {banTime: 3}", "p.yaml:1:7: ssh.banTime: unknown key (did you mean `fail2ban.banTime`?)"],
    ["maxRetry: 3", "p.yaml:1:1: maxRetry: unknown key (did you mean `fail2ban.maxRetry`?)"],
    [
      "firewall: {rules: [{port: 1, form: x}]}",
      "p.yaml:1:30: firewall.rules[0].form: unknown key (did you mean `from`?)",
    ],
    ["ssh: {xyz: 1}", "p.yaml:1:7: ssh.xyz: unknown key"],
    ["ssh: {__proto__: {port: 1}}", "p.yaml:1:7: ssh.__proto__: unknown key (did you mean `port`?)"],
    ["constructor: 1", "p.yaml:1:1: constructor: unknown key"],
  ])("%s", async (yaml, line) => {
    expect(await lines(yaml)).toEqual([line]);
  });
});

describe("a wrong value is told what was expected and what was found", () => {
  test.each([
    [
      "ssh: {usePam: no}",
      '1:15: ssh.usePam: expected true or false, found the text "no" (did you mean `false`?)',
    ],
    ["ssh: {usePam: {a: 1}}", "1:15: ssh.usePam: expected true or false, found a map"],
    [
      "ssh: {maxAuthTries: '3'}",
      '1:21: ssh.maxAuthTries: expected a number, found the text "3" (did you mean `3`?)',
    ],
    ["ssh: {maxAuthTries: 3.5}", "1:21: ssh.maxAuthTries: expected a whole number, found the number 3.5"],
    ["ssh: {maxAuthTries: 11}", "1:21: ssh.maxAuthTries: must be at most 10, found the number 11"],
    ["ssh: {port: 0}", "1:13: ssh.port: must be at least 1, found the number 0"],
    ["ssh: {layout: [auto]}", "1:15: ssh.layout: expected one of auto, dropin, whole, found a list"],
    [
      "ssh: {layout: drop-in}",
      '1:15: ssh.layout: expected one of auto, dropin, whole, found the text "drop-in" (did you mean `dropin`?)',
    ],
    [
      "ssh: {permitRootLogin: false}",
      "1:24: ssh.permitRootLogin: expected one of no, yes, prohibit-password, found false (did you mean `no`?)",
    ],
    ["ssh: strict", '1:6: ssh: expected a map, found the text "strict"'],
    ["ssh: []", "1:6: ssh: expected a map, found a list"],
    ["firewall: {rules: {port: 22}}", "1:19: firewall.rules: expected a list, found a map"],
    [
      "fail2ban: {banTime: never}",
      '1:21: fail2ban.banTime: must be a time such as 90 (seconds), 10s, 2m, 1h30m, 1d or 1w, found the text "never"',
    ],
    ["fail2ban: {banTime: 0}", "1:21: fail2ban.banTime: must be at least 1, found the number 0"],
    [
      "fail2ban: {ignoreIp: 10.0.0.1}",
      '1:22: fail2ban.ignoreIp: expected a list, found the text "10.0.0.1" (did you mean `[10.0.0.1]`?)',
    ],
    ["fail2ban: {ignoreIp: [null]}", "1:23: fail2ban.ignoreIp[0]: expected text, found null"],
    [
      "auditd: {rules: [password]}",
      '1:18: auditd.rules[0]: expected one of root-commands, passwd, shadow, sshd-config, docker-daemon, sudoers, found the text "password" (did you mean `passwd`?)',
    ],
    ["updates: {mail: 3}", '1:17: updates.mail: expected text, found the number 3 (did you mean `"3"`?)'],
    ["access: {from: []}", "1:16: access.from: must have at least 1 entry, found 0"],
    [
      "access: {from: [10.1.2.3/8]}",
      '1:17: access.from[0]: the address has bits set beyond its first 8, found the text "10.1.2.3/8" (did you mean `10.0.0.0/8`?)',
    ],
    [
      "access: {user: -x}",
      '1:16: access.user: must be a user name: letters, digits, _ . -, at most 32, not only digits, not beginning with - or ., found the text "-x"',
    ],
    [
      `description: "a\\nb"`,
      '1:14: description: must be one line of printable characters: no newline, control or invisible character, found the text "a\\u{a}b"',
    ],
  ])("%s", async (yaml, line) => {
    expect(await lines(yaml)).toEqual([`p.yaml:${line}`]);
  });
});

test("a missing value is reported where its map is, and a reset one where it was reset", async () => {
  expect(await lines("\nauditd: {}\nfirewall:\n  rules:\n    - protocol: tcp\n")).toEqual([
    "p.yaml:2:1: auditd.rules: missing: expected a list",
    "p.yaml:5:7: firewall.rules[0].port: missing: expected a port, a range such as 6000:6010, or a list of them",
  ]);
  expect(await lines("auditd:\n  rules: null\n")).toEqual([
    "p.yaml:2:3: auditd.rules: missing: expected a list",
  ]);
});

test("all errors of all files at once, in reading order; what is missing isn't guessed at", async () => {
  const base = "ssh:\n  prot: 1\nfirewall: ]\n";
  const mid = "extends: nope\nauditd: {}\nssh:\n  prot: 2\n  usePam: 1\n";
  expect(
    await problemLines({
      "base.yaml": base,
      "mid.yaml": mid,
      "p.yaml": "extends: [base, mid]\nsysctl: {a: 1}\n",
    }),
  ).toEqual([
    "base.yaml:2:3: ssh.prot: unknown key (did you mean `port`?)",
    "base.yaml:3:11: bad YAML: Unexpected flow-seq-end token in YAML stream",
    expect.stringMatching(/^mid\.yaml:1:10: extends: no profile `nope`/),
    "mid.yaml:4:3: ssh.prot: unknown key (did you mean `port`?)",
    expect.stringMatching(
      /^mid\.yaml:5:11: ssh\.usePam: expected true or false, found the number 1 \(did you mean `true`\?\)$/,
    ),
    "p.yaml:2:10: sysctl.a: unknown key",
  ]);
});

test("a key that is wrong in two files is reported in both; an overridden value only where it counts", async () => {
  const files = {
    "base.yaml": "ssh: { prot: 1, usePam: x }\n",
    "p.yaml": "extends: base\nssh: { prot: 2, usePam: y }\n",
  };
  expect(await problemLines(files)).toEqual([
    "base.yaml:1:8: ssh.prot: unknown key (did you mean `port`?)",
    "p.yaml:2:8: ssh.prot: unknown key (did you mean `port`?)",
    'p.yaml:2:25: ssh.usePam: expected true or false, found the text "y"',
  ]);
});

test("the value's origin is the file that set it", async () => {
  const files = {
    "base.yaml": "ssh:\n  maxAuthTries: 99\n",
    "p.yaml": "extends: base\nssh: { usePam: true }\n",
  };
  expect(await problemLines(files)).toEqual([
    "base.yaml:2:17: ssh.maxAuthTries: must be at most 10, found the number 99",
  ]);
});

test("loadProfile throws one error that carries everything", async () => {
  const files = memoryFiles({ "/w/profiles/p.yaml": "shh: {}\nssh: { port: 0 }\n" });
  const error = await loadProfile("p", { cwd: "/w", packagedDir: "/pkg", sections, checks, ...files }).catch(
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(HardenError);
  expect(error).toMatchObject({ code: "profile" });
  expect((error as Error).message).toBe(
    "The profile can't be used:\n" +
      "profiles/p.yaml:1:1: shh: unknown key (did you mean `ssh`?)\n" +
      "profiles/p.yaml:2:14: ssh.port: must be at least 1, found the number 0",
  );
  expect(problemsOf(error)).toEqual([
    { file: "profiles/p.yaml", line: 1, column: 1, path: "shh", message: "unknown key", suggestion: "ssh" },
    {
      file: "profiles/p.yaml",
      line: 2,
      column: 14,
      path: "ssh.port",
      message: "must be at least 1, found the number 0",
    },
  ]);
  expect(problemsOf(new Error("other"))).toEqual([]);
});
