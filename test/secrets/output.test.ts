/** What programs say of files: where the trouble is, and never a line of theirs. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { redactOutput } from "../../src/secrets/index.ts";
import { processorMs } from "../setup/processor.ts";

fc.configureGlobal({ seed: 831610384 });

const secret = "Zq7Word";

/** As these programs of Debian 12 and 13 quote what they can't parse. */
const quoted: readonly (readonly [what: string, of: (it: string) => string, shown: string])[] = [
  [
    "fail2ban, of a line without =",
    (it) => `ERROR  Source contains parsing errors: '/etc/x.local'\n\t[line  2]: 'mail ${it}\\n'`,
    "ERROR  Source contains parsing errors: '/etc/x.local'\n\t[line  2]: '…'",
  ],
  [
    "fail2ban, of a line with quotes",
    (it) => `[line  3]: 'api_key "${it}"\\n'\n[line  4]: "it's ${it}\\n"`,
    `[line  3]: '…'\n[line  4]: "…"`,
  ],
  [
    "fail2ban, of an action",
    (it) => `Invalid action definition 'foo[act="${it}': unexpected option syntax\nErrors in jail 'sshd'.`,
    "Invalid action definition '…': unexpected option …\nErrors in jail 'sshd'.",
  ],
  [
    "fail2ban, of nested quotes",
    (it) => `Invalid action definition 'foo[a='x', b='${it}']': bad`,
    "Invalid action definition '…': …",
  ],
  [
    "fail2ban, of a section",
    (it) => `File contains no section headers.\nfile: '/etc/x.local', line: 1\n'${it} x\\n'`,
    "File contains no section headers.\nfile: '/etc/x.local', line: 1\n'…'",
  ],
  [
    "sshd, of a keyword",
    (it) => `/etc/ssh/x.conf: line 1: Bad configuration option: ${it}\n/etc/ssh/x.conf: terminating`,
    "/etc/ssh/x.conf: line 1: Bad configuration option: …\n/etc/ssh/x.conf: …",
  ],
  [
    "sshd, of a value",
    (it) => `/etc/ssh/x.conf line 1: unsupported option "${it}".`,
    '/etc/ssh/x.conf line 1: unsupported option "…".',
  ],
  ["sshd, of a Match", (it) => `Unsupported Match attribute ${it}`, "Unsupported Match attribute …"],
  [
    "visudo, of a line",
    (it) => `/etc/sudoers.d/x:1:9: syntax error\nfoo bar ${it}\n        ^~~~`,
    "/etc/sudoers.d/x:1:9: syntax error\n…\n        ^~~~",
  ],
  [
    "iptables-restore",
    (it) => `host/network \`${it}' not found\nError occurred at line: 2`,
    "host/network `…' not found\nError occurred at line: 2",
  ],
  [
    "nginx",
    (it) => `unknown directive "${it}" in /etc/nginx/nginx.conf:3`,
    'unknown directive "…" in /etc/nginx/nginx.conf:3',
  ],
  [
    "dockerd, of a value",
    (it) => `specified twice: data-root: (from flag: /x, from file: ${it}), mirrors: (from file: [a ${it}])`,
    "specified twice: data-root: (from flag: …, from file: …), mirrors: (from file: …)",
  ],
  ["dockerd, of a label", (it) => `failed: bad attribute format: ${it} x`, "failed: bad attribute format: …"],
  [
    "dockerd, of a host",
    (it) => `failed: invalid bind address (x ${it}): no`,
    "failed: invalid bind address (…",
  ],
  [
    "dockerd, of keys",
    (it) => `don't match any configuration option: a, ${it}`,
    "don't match any configuration option: …",
  ],
  ["a quote that nothing closes", (it) => `a 'b\n${it}`, "a '…"],
  ["bytes of Python", (it) => `bad b'${it}' here`, "bad b'…' here"],
];

describe("a program's words of a file", () => {
  it.each(quoted)("have no line of it: %s", (_what, of, shown) => {
    expect(redactOutput(of(secret))).toBe(shown);
  });

  it.each([
    "You can't do that: the users' file is missing.",
    "Job for ssh.service failed because the control process exited with error code.",
    'See "systemctl status ssh.service" and "journalctl -xeu ssh.service" for details.',
    "ssh.service: Failed with result 'exit-code'.",
    "unknown option \"--log-driver\" at line '12' of '/etc/docker/daemon.json'",
    "Could not bind TCP port 80 because it is already in use",
    "[Errno 13] Permission denied: '/etc/letsencrypt/live'",
    "/etc/ssh/sshd_config.d/a.conf: permission denied",
    "sudo: a password is required",
    "E: Sub-process /usr/bin/dpkg returned an error code (1)",
  ])("stay as they are without one: %s", (text) => expect(redactOutput(text)).toBe(text));

  const text = fc.string({ maxLength: 12 }).map((each) => each.replaceAll("\n", " "));
  const value = fc.tuple(text, text).map(([before, after]) => `${before}${secret}${after}`);
  const around = fc.constantFrom("", "error ", "can't use ", "x: ", "at '/etc/a': ", "(", "line 3: ");
  const escaped = (each: string, quote: string) =>
    each.replaceAll("\\", "\\\\").replaceAll(quote, `\\${quote}`);
  const bare = (each: string) => each.replace(/\s/g, "").replace(/^[bru]?['"`]+/i, "");
  const forms: readonly ((it: string) => string)[] = [
    (it) => JSON.stringify(it),
    (it) => `'${escaped(it, "'")}'`,
    (it) => `b'${escaped(it, "'")}'`,
    (it) => `\`${it.replace(/['`\\]/g, "")}'`,
    (it) => `\`${it.replace(/['`\\]/g, "")}\``,
    (it) => `“${it}”`,
    (it) => `‘${it}’`,
    (it) => `: ${bare(it)}`,
    (it) => `unknown option ${bare(it)}`,
  ];

  it("have none, whatever it is and however they quote it", () => {
    fc.assert(
      fc.property(around, value, fc.constantFrom(...forms), around, (before, each, form, after) => {
        const shown = redactOutput(`${before}${form(each)}\n${after}end`);
        expect(shown).not.toContain(secret);
        expect(redactOutput(shown)).toBe(shown);
      }),
      { numRuns: 2000 },
    );
  });

  it("are looked at in time, whatever they are", { timeout: 60_000 }, () => {
    for (const part of ["'/a' ", "`x'\n", "'", '"a"', ": x", "option ", "x\n ^\n", "[", ": ["]) {
      const begun = process.cpuUsage();
      redactOutput(part.repeat((256 * 1024) / part.length));
      expect(process.cpuUsage(begun).user, part).toBeLessThan(5_000_000);
    }
  });
});

it.each([["a"], ["invalid "], ["'"], ["word: "], ["' "], ["x `"], ["[map["]])(
  "of millions of `%s` no more is looked at than anybody reads",
  (word) => {
    const text = word.repeat(2_000_000);
    const redact = () => expect(redactOutput(text).length).toBeLessThan(17_000);
    expect(processorMs(redact)).toBeLessThan(5000);
  },
);
