/** docs/after-an-incident.md, command by command, on a host that something was done to. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";
import { commandsOf, operator } from "./pages.ts";
import { must } from "./trouble.ts";

const profile = `access: {from: [0.0.0.0/0, "::/0"]}
ssh: {}
firewall: {}
fail2ban: {}
sysctl: {}
permissions: {}
privileges: {}
`;

/** What each of them ends with, and must show; the others end with 0. */
const shown: Readonly<Record<string, readonly [number, RegExp]>> = {
  "harden audit web1 --out last-good.json": [2, /of 100/],
  "harden audit web1 --baseline last-good.json --out incident.json": [
    2,
    new RegExp(
      [
        "^ {2}new +\\d+ {2}(?=.*sysctl\\.tcp-syncookies)(?=.*permissions\\.)(?=.*firewall\\.other-rules).*\n",
        " {2}new entries +\\d+ {2}(?=.*root-accounts toor)(?=.*logins toor)(?=.*login-keys toor SHA256:)",
        "(?=.*sudo-rules www-data )(?=.*jobs /etc/cron.d/job)(?=.*setuid-files /usr/local/bin/sh)",
      ].join(""),
      "m",
    ),
  ],
  "harden diff last-good.json incident.json": [
    2,
    /permissions\.\S+ of \/etc\/cron\.d\/job: \(not there\) → fail/,
  ],
  "harden diff last-good.json web1": [
    2,
    /sysctl\.tcp-syncookies: pass → fail[\s\S]*root-accounts toor: \(not there\) → unexplained/,
  ],
  "harden plan web1 --diff": [0, /tcp_syncookies/],
  "harden runs web1": [0, /confirmed/],
  "harden diff web1 RUN1 RUN2": [2, /changed by runs between them\n.*\/etc\/ssh\/sshd_config\.d/],
  "harden events web1 --summary --since 7d": [0, /not applicable|auditd/],
  "harden audit web1 --inventory": [2, /^! root-accounts +toor +nothing: toor is root by its number$/m],
  "harden explain privileges.root-accounts": [0, /awk -F: '\$3 == 0'/],
  "harden bans web1": [0, /203\.0\.113\.9/],
  "harden audit web1": [2, /of 100/],
  "harden explain ssh.password-authentication": [0, /password/],
  // What somebody has opened in the firewall is no plan's to close.
  "harden apply web1 --yes": [2, /firewall\.other-rules/],
  "harden audit web1 --baseline last-good.json": [
    2,
    /^ {2}new +\d+ {2}(?!.*sysctl)(?=.*firewall\.other-rules).*\n {2}new entries .*root-accounts toor/m,
  ],
};

describe.skipIf(!hasDocker())("after an incident", { retry: 0 }, () => {
  let host: TestHost;
  let here: ReturnType<typeof operator>;
  const commands = commandsOf("after-an-incident.md");
  const runs: string[] = [];
  const applied = async (text: string) => {
    here.put("web.yaml", text);
    const done = await here.run("harden apply web1 --yes >&2; harden runs web1 --format json");
    expect(done, done.stderr).toMatchObject({ code: 0 });
    runs.push(JSON.parse(done.stdout)[0].value.at(-1).id);
  };

  beforeAll(async () => {
    host = await startHost("debian13", "full", { name: "web1" });
    here = operator(host, { "harden.yaml": "profile: ./web.yaml\nhosts: {web1: {}}\n" });
    await applied(profile);
    await applied(profile.replace("ssh: {}", "ssh: {maxAuthTries: 2}"));
  });
  afterAll(() => host?.remove());

  test("the page has the commands that are looked at, and no other needs more than a status", () => {
    expect(Object.keys(shown).filter((command) => !commands.includes(command))).toEqual([]);
  });

  test.each(commands)("%s", async (command) => {
    if (command === commands[1])
      await must(
        host,
        `sysctl -qw net.ipv4.tcp_syncookies=0; ufw allow 4444/tcp
touch /etc/cron.d/job; chmod 666 /etc/cron.d/job; fail2ban-client set sshd banip 203.0.113.9
useradd --non-unique --uid 0 --create-home --shell /bin/bash toor 2>/dev/null; echo toor:x1y2z3 | chpasswd
mkdir /home/toor/.ssh; ssh-keygen -qt ed25519 -N "" -f /tmp/key; cp /tmp/key.pub /home/toor/.ssh/authorized_keys
echo 'www-data ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/www; chmod 440 /etc/sudoers.d/www
cp /bin/sh /usr/local/bin/sh; chmod 4755 /usr/local/bin/sh`,
      );
    const typed = command.replace("RUN1", runs[0]!).replace("RUN2", runs[1]!);
    const { code, stdout, stderr } = await here.run(typed);
    const [status, text] = shown[command] ?? [0, /./];
    expect(code, stdout + stderr).toBe(status);
    expect(stdout + stderr).toMatch(text);
  });
});
