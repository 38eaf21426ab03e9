import { readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sample, sampleRows } from "../setup/sample.ts";
import { generateKey } from "../transports/real-sshd.ts";
import { harden, profileFile } from "./harden.ts";
import { bothDistros, hasDocker, type Peer, startHost, startPeer, type TestHost } from "./hosts.ts";
import { waitUntil } from "./wait.ts";

const distros = sample("fail2ban", bothDistros, 1);

const ssh = (seconds: number) =>
  `ssh -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ConnectTimeout=${seconds}`;

/** Logins of a user that isn't there; sshd logs each. A ban may come in the middle of one, which then hears nothing more. */
const fail = (peer: Peer, host: Pick<TestHost, "address">, times: number) =>
  peer.exec(`for i in $(seq ${times}); do ${ssh(10)} intruder@${host.address} true; done`);

/** Whoever runs a web server's scripts calls a program sshd and writes what sshd would. */
const forge = (address: string) => `install -m 755 /usr/bin/logger /opt/sshd
  for n in 1 2 3; do systemd-run -q --wait -p User=www-data /opt/sshd -t sshd "Invalid user x from ${address} port 4242"; done
  rm /opt/sshd`;
const innocent = "192.0.2.77";

describe.skipIf(!hasDocker()).each(distros)("fail2ban on %s", (distro) => {
  let host: TestHost;
  let enemy: Peer;
  let friend: Peer;
  let profile: string;

  beforeAll(async () => {
    host = await startHost(distro, "full");
    [enemy, friend] = await Promise.all([startPeer(host), startPeer(host)]);
    // Debian 13's sshd drops who knocks without a login, the longer the more often: none would ever fail again on a slow machine.
    await host.exec(`! sshd -T | grep -q persourcepenalties ||
      { echo PerSourcePenalties no >/etc/ssh/sshd_config.d/10-none.conf; systemctl reload ssh; }`);
    profile = profileFile(
      `access:\n  from: [${host.controller}]\nfail2ban:\n  maxRetry: 3\n  banTime: 2h30m\n  ignoreIp: [${friend.address}]\n`,
    );
  });
  afterAll(async () => {
    for (const each of [host, enemy, friend]) await each?.remove();
  });

  const run = (command: string, ...args: string[]) =>
    harden(host, [command, host.target("root"), "--profile", profile, ...args], { timeoutMs: 110_000 });
  const output = async (script: string) => (await host.exec(script)).stdout;
  const jail = (name: string) => output(`fail2ban-client get sshd ${name}`);
  const kernel = () => output("iptables-save | grep f2b; nft list ruleset | grep -A9 f2b-table");

  /** On a busy machine one may not count: sshd gave up on it, or the journal met its process too late to know its unit. */
  const failUntilBanned = (address: string) =>
    waitUntil("the ban", async () => {
      if ((await enemy.knock(address, 22)) === "refused") return true;
      await fail(enemy, { address }, 1);
      return false;
    });

  async function applied() {
    const { code, stdout, stderr } = await run("apply", "--yes");
    expect(code, stdout + stderr).toBe(0);
    const after = await run("plan", "--detailed-exitcode");
    expect(after.code, after.stdout + after.stderr).toBe(0);
    const verified = await run("verify");
    expect(verified.code, verified.stdout + verified.stderr).toBe(0);
  }

  test("three failures are a ban, unless the profile spares the address or a user made them up", async () => {
    expect((await jail("maxretry")).trim()).toBe("5");
    expect((await run("verify")).code).toBe(2);
    await applied();
    expect((await jail("bantime")).trim()).toBe("9000");
    expect(await enemy.knock(host.address, 22)).toBe("open");
    expect(await host.exec(forge(innocent))).toMatchObject({ code: 0 });
    await fail(friend, host, 6);
    await fail(enemy, host, 3);
    await failUntilBanned(host.address);
    expect(await kernel()).toContain(enemy.address);
    // The friend's failures came first, so they have been read by now.
    expect(await friend.knock(host.address, 22)).toBe("open");
    const banned = await output("fail2ban-client status sshd");
    for (const spared of [friend.address, innocent]) expect(banned).not.toContain(spared);
  });

  /** Until when an address is banned, in seconds after its ban to the next ten, as `harden bans` has it. */
  async function bans() {
    const { code, stdout, stderr } = await onBans("--format", "json");
    expect(code, stderr).toBe(0);
    const [{ value }] = JSON.parse(stdout);
    const [sshd] = value.jails.filter(({ name }: { name: string }) => name === "sshd");
    type Ban = { address: string; since: number; until: number };
    // fail2ban rounds the time and the end each by itself.
    const tens = (seconds: number) => Math.round(seconds / 10) * 10;
    return new Map((sshd.bans as Ban[]).map(({ address, since, until }) => [address, tens(until - since)]));
  }
  const onBans = (...args: string[]) => harden(host, ["bans", host.target("root"), ...args]);

  /** Whoever may come in again does so with a real login. */
  const logIn = (address: string) =>
    enemy.exec(`umask 077; cat >key; ${ssh(60)} -i key root@${address} echo in; rm key`, {
      stdin: readFileSync(host.identity, "utf8"),
    });

  test("who is banned is listed with the time of its end, and logs in when it is let in again: IPv4, IPv6", async () => {
    const [v6, from6] = [host.address6, enemy.address6];
    const both = v6 && from6 ? [[v6, from6] as const] : [];
    for (const [address, from] of [[host.address, enemy.address] as const, ...both]) {
      await failUntilBanned(address);
      expect(await bans()).toEqual(new Map([[from, 9000]]));
      const done = await onBans("--yes", "--unban", from.toUpperCase());
      expect(done, done.stderr).toMatchObject({ code: 0, stderr: "" });
      expect(done.stdout).toContain(`${from} was banned by sshd, and is let in again`);
      expect(await bans()).toEqual(new Map());
      expect((await logIn(address)).stdout).toBe("in\n");
    }
    const again = await onBans("--yes", "--unban", enemy.address);
    expect(again.stdout).toContain(`${enemy.address} was not banned; nothing was changed`);
    // A restart brings the bans of fail2ban's database back: what was let in is not among them.
    await host.exec("systemctl restart fail2ban");
    await waitUntil("the jail", async () => (await jail("maxretry")).trim() === "3", 20_000);
    expect(await enemy.knock(host.address, 22)).toBe("open");
    // Banned again by hand.
    await host.exec(`fail2ban-client set sshd banip ${enemy.address}`);
    await waitUntil("the ban", async () => (await enemy.knock(host.address, 22)) === "refused", 30_000);
  });

  test("asking the server leaves nothing in its log, and an apply with nothing to do leaves it alone", async () => {
    const trace =
      "cat /var/log/fail2ban.log; systemctl show -p MainPID fail2ban; stat -c %y /etc/fail2ban/*.local";
    const before = await output(trace);
    expect((await run("apply", "--yes")).code).toBe(0);
    expect([...(await bans()).keys()]).toEqual([enemy.address]);
    expect(await output(trace)).toBe(before);
  });

  test("a ban that shuts nobody out fails verify, until fail2ban has its rules again", async () => {
    expect((await run("apply", "--yes")).code).toBe(0);
    await host.exec(`fail2ban-client set sshd banip ${enemy.address}`);
    const isBanned = async () => (await enemy.knock(host.address, 22)) === "refused";
    await waitUntil("the ban", isBanned, 30_000);
    const accept = "INPUT -p tcp --dport 22 -j ACCEPT";
    const rules =
      distro === "debian12"
        ? [`iptables -I ${accept}`, `iptables -D ${accept}; iptables -F f2b-sshd`]
        : [
            "insert rule inet f2b-table f2b-chain tcp dport 22 accept",
            "flush chain inet f2b-table f2b-chain",
          ].map((each) => `nft ${each}`);
    for (const rule of rules) {
      expect(await host.exec(rule), rule).toMatchObject({ code: 0 });
      expect(await enemy.knock(host.address, 22), rule).toBe("open");
      const { code, stdout } = await run("verify");
      expect(code, stdout).toBe(2);
      expect(stdout).toMatch(/fail +fail2ban\.action/);
      expect(stdout).toContain(`${enemy.address} is banned and comes in at port 22: `);
    }
    await host.exec("systemctl restart fail2ban");
    await waitUntil("the ban is back", isBanned, 30_000);
    expect((await run("verify")).code).toBe(0);
  });

  test("a rule that would let in some of the next to be banned fails verify before a ban of them", async () => {
    const verified = async () => (await run("verify")).stdout.match(/fail +fail2ban\.action/)?.[0];
    const [accept, spared] = [enemy, friend].map(({ address }) => `INPUT -s ${address} -p tcp -j ACCEPT`);
    await host.exec("fail2ban-client unban --all; fail2ban-client set sshd banip 192.0.2.79");
    await waitUntil("the ban", async () => (await kernel()).includes("192.0.2.79"), 30_000);
    expect(await host.exec(`iptables -I ${accept}; iptables -I ${spared}`)).toMatchObject({ code: 0 });
    // The table of nftables is walked whatever iptables accepts.
    const isOpen = distro === "debian12";
    expect((await verified()) !== undefined).toBe(isOpen);
    await host.exec(`fail2ban-client set sshd banip ${enemy.address}`);
    await waitUntil("the ban", async () => (await kernel()).includes(enemy.address), 30_000);
    expect(await enemy.knock(host.address, 22)).toBe(isOpen ? "open" : "refused");
    await host.exec(`iptables -D ${accept}`);
    expect(await enemy.knock(host.address, 22)).toBe("refused");
    // Whom the profile spares may be let in before.
    expect((await run("verify")).code).toBe(0);
    await host.exec(`iptables -D ${spared}; ufw reload; systemctl restart fail2ban`);
    await waitUntil(
      "the ban is back",
      async () => (await enemy.knock(host.address, 22)) === "refused",
      30_000,
    );
    expect((await run("verify")).code).toBe(0);
  });

  test("a value changed by hand in the running jail is set back, and the ban stays", async () => {
    await host.exec(
      "fail2ban-client set sshd maxretry 9; fail2ban-client set sshd addignoreip 203.0.113.0/24",
    );
    const { code, stdout } = await run("plan", "--diff", "--detailed-exitcode");
    expect(code).toBe(2);
    expect(stdout).toContain("The running jail differs: maxretry is 9 instead of 3; ignoreip is");
    await applied();
    expect((await jail("maxretry")).trim()).toBe("3");
    expect(await jail("ignoreip")).not.toContain("203.0.113");
    expect(await enemy.knock(host.address, 22)).toBe("refused");
  });

  test("an idle jail fails verify until it works again", async () => {
    const verdictOf = async () => {
      const { stdout } = await run("verify", "--format", "json");
      const { checks } = JSON.parse(stdout)[0].value as { checks: { id: string; verdict: string }[] };
      return checks.find(({ id }) => id === "fail2ban.jail")?.verdict;
    };
    expect(await host.exec("fail2ban-client set sshd idle on")).toMatchObject({ code: 0 });
    // It ends its last look for lines first.
    await waitUntil("the idle jail is told", async () => (await verdictOf()) === "fail");
    expect(await host.exec("fail2ban-client set sshd idle off")).toMatchObject({ code: 0 });
    await waitUntil("the jail works again", async () => (await verdictOf()) === "pass");
  });

  test("what bans nobody by its running values, or from its next start on, is not green", async () => {
    const action = distro === "debian12" ? "iptables-multiport" : "nftables";
    const own = "/etc/fail2ban/jail.d/spare.local";
    const verdictsOf = async (...ids: string[]) => {
      const { stdout } = await run("verify", "--format", "json");
      const { checks } = JSON.parse(stdout)[0].value as { checks: { id: string; verdict: string }[] };
      return ids.map((id) => checks.find((each) => each.id === `fail2ban.${id}`)?.verdict);
    };
    const restarted = async () => {
      await host.exec("systemctl reset-failed fail2ban; systemctl restart fail2ban");
      await waitUntil("the jail", async () => (await jail("maxretry")).trim() === "3", 20_000);
    };
    const put = (text: string) => host.exec(`cat >${own}`, { stdin: `[sshd]\n${text}\n` });
    expect(await verdictsOf("action", "jail")).toEqual(["pass", "pass"]);
    await host.exec(`fail2ban-client set sshd action ${action} timeout 0`);
    expect(await verdictsOf("action", "jail")).toEqual(["fail", "until the next boot"]);
    await restarted();
    await put(`action = ${action}[name=sshd, port=22, actionban=true]`);
    expect(await verdictsOf("action", "jail")).toEqual(["pass", "until the next boot"]);
    await put(`ignorecache = key="all", max-count=9, max-time=1d`);
    expect(await verdictsOf("ignore-ip", "jail")).toEqual(["pass", "until the next boot"]);
    await restarted();
    expect(await verdictsOf("ignore-ip", "jail")).toEqual(["fail", "pass"]);
    await host.exec(`rm ${own}`);
    await restarted();
    expect(await verdictsOf("action", "ignore-ip", "jail")).toEqual(["pass", "pass", "pass"]);
  });

  test("a port that was changed with a reload, which leaves the old one in the kernel", async () => {
    const rule = async () => (await kernel()).match(/dports? (\{[^}]*\}|\S+)/)?.[1];
    const before = await rule();
    await host.exec(
      "sed -i 's/^port = .*/port = 2022/' /etc/fail2ban/jail.local; systemctl restart fail2ban; sleep 1",
    );
    await waitUntil("the ban is back", async () => ((await rule()) ?? before) !== before, 20_000);
    await host.exec("sed -i 's/^port = .*/port = 22/' /etc/fail2ban/jail.local; systemctl reload fail2ban");
    expect(await rule()).toBe("2022");
    expect(await enemy.knock(host.address, 22)).toBe("open");
    expect((await run("verify")).stdout).toContain("but 2022 in the kernel's rules");
    await applied();
    await waitUntil(
      "the ban closes 22",
      async () => (await enemy.knock(host.address, 22)) === "refused",
      20_000,
    );
  });

  test("a second port of sshd is closed to who is banned", async () => {
    await host.exec(
      "printf 'Port 22\\nPort 2222\\n' >/etc/ssh/sshd_config.d/10-ports.conf; systemctl reload ssh || systemctl restart ssh",
    );
    await waitUntil("sshd listens", async () => (await friend.knock(host.address, 2222)) === "open", 20_000);
    expect(await enemy.knock(host.address, 2222)).toBe("open");
    const { stdout } = await run("plan", "--diff");
    expect(stdout).toContain("port = 22,2222");
    await applied();
    await waitUntil(
      "the ban closes 2222",
      async () => (await enemy.knock(host.address, 2222)) === "refused",
      20_000,
    );
    expect(await enemy.knock(host.address, 22)).toBe("refused");
  });

  test("a filter that counts nothing fails verify, and after the apply a real ban comes", async () => {
    const never = "[Definition]\\nfailregex = ^never <HOST>$\\n";
    await host.exec(`printf '${never}' >/etc/fail2ban/filter.d/x.conf
      printf '[sshd]\\nenabled = true\\nfilter = x\\n' >/etc/fail2ban/jail.local
      fail2ban-client unban --all; systemctl restart fail2ban`);
    await waitUntil("the jail", async () => (await jail("failregex")).includes("never"), 20_000);
    const deaf = await run("verify");
    expect(deaf.code).toBe(2);
    expect(deaf.stdout).toMatch(/fail +fail2ban\.filter/);
    expect(deaf.stdout).toContain('"Invalid user intruder from 192.0.2.1 port 4242"');
    await applied();
    expect(await enemy.knock(host.address, 22)).toBe("open");
    await failUntilBanned(host.address);
    await host.exec("rm /etc/fail2ban/filter.d/x.conf");
  });

  test("a filter that somebody broke in files of their own is told, and nothing is rolled back for it", async () => {
    await host.exec(`printf '[Definition]\\nfailregex = ^never <HOST>$\\n' >/etc/fail2ban/filter.d/sshd.local
      systemctl restart fail2ban`);
    await waitUntil("the jail", async () => (await jail("failregex")).includes("never"), 20_000);
    const { code, stdout, stderr } = await run("apply", "--yes");
    expect(code, stdout + stderr).toBe(2);
    expect(stdout + stderr).toMatch(/fail2ban\.filter[\s\S]*by \S*sshd\.local/);
    await host.exec("rm /etc/fail2ban/filter.d/sshd.local; systemctl restart fail2ban");
    await waitUntil("the jail", async () => (await jail("failregex")).includes("Failed"), 20_000);
  });

  const definition = (text: string) => `[Definition]\n${text}\n`;
  const passing: readonly (readonly [string, string, string, RegExp])[] = [
    ["jail.d/spare.local", "[sshd]\nignoreregex = from ENEMY\n", "from ENEMY", /fail +fail2ban\.ignore-ip/],
    [
      "filter.d/sshd.local",
      definition("ignoreregex = from ENEMY"),
      "from ENEMY",
      /fail +fail2ban\.ignore-ip/,
    ],
    [
      "filter.d/sshd.local",
      definition("failregex = ^Failed .* from <HOST>\n            ^Invalid user \\S+ from (?!ENEMY)<HOST>"),
      "^Invalid user \\S+ from (?!ENEMY)",
      /error +fail2ban\.filter/,
    ],
    [
      "filter.d/sshd.local",
      definition("prefregex = ^(?!.* ENEMY )<F-MLFID>%(__prefix_line)s</F-MLFID><F-CONTENT>.+</F-CONTENT>$"),
      "^(?!.* ENEMY )",
      /error +fail2ban\.filter/,
    ],
  ];
  const restartWith = async (name: string, text: string) => {
    await host.exec(
      `rm -f /etc/fail2ban/jail.d/spare.local /etc/fail2ban/filter.d/sshd.local
      [ -z '${name}' ] || cat >/etc/fail2ban/${name}; fail2ban-client unban --all
      systemctl reset-failed fail2ban; systemctl restart fail2ban`,
      { stdin: text },
    );
    await waitUntil("the jail", async () => (await jail("maxretry")).trim() === "3", 20_000);
  };
  test.each(sampleRows("filters that let pass", passing, 1, ([name, , quoted]) => `${name} ${quoted}`))(
    "a filter of somebody's that lets an address pass is no pass: %s %#",
    async (name, text, quoted, found) => {
      const named = (given: string) => given.replaceAll("ENEMY", enemy.address.replaceAll(".", "\\."));
      await restartWith(name, named(text));
      await fail(enemy, host, 4);
      await waitUntil("another is banned for what root says of it later", async () => {
        const line = `/opt/sshd -p auth.info -t 'sshd[42]' 'Invalid user x from 192.0.2.78 port 4242'`;
        await host.exec(`install -m 755 /usr/bin/logger /opt/sshd; ${line}; ${line}; rm /opt/sshd`);
        return (await jail("banip")).includes("192.0.2.78");
      });
      expect(await enemy.knock(host.address, 22)).toBe("open");
      const { code, stdout } = await run("verify");
      expect([code, found.test(stdout)], stdout).toEqual([2, true]);
      expect(stdout.replace(/\s+/g, " ")).toContain(named(quoted));
      await restartWith("", "");
      expect((await run("verify")).code).toBe(0);
    },
  );

  const more = [
    ["filter.d/sshd.local", definition("failregex = %(known/failregex)s\n            ^own words of <HOST>$")],
    ["filter.d/sshd.local", definition("maxlines = 5")],
    ["jail.d/spare.local", "[sshd]\nmode = aggressive\n"],
  ] as const;
  test.each(sampleRows("filters that count more", more, 1, ([, text]) => JSON.stringify(text)))(
    "a filter of somebody's that counts more stays a pass: %s %#",
    async (name, text) => {
      await restartWith(name, text);
      const { code, stdout } = await run("verify");
      expect(code, stdout).toBe(0);
      await restartWith("", "");
    },
  );

  test.each([
    [
      "action.d/ACTION.local",
      "[Definition]\\nactionban = true\\n",
      /ACTION now; \S+ACTION.local was changed/,
    ],
    ["jail.d/zzz.local", "[DEFAULT]\\nbanaction = dummy\\n", /ACTION now; the files say dummy/],
    [
      "jail.d/zz.conf",
      "[DEFAULT]\\nbantime.increment = true\\nbantime.maxtime = 1m\\n",
      /zz\.conf ends a repeated ban after 1m/,
    ],
  ])(
    "a ban that does nothing, or soon ends, from the next start on is told before it: %s",
    async (name, text, found) => {
      const [action = ""] = (await jail("actions")).trim().split("\n").slice(-1);
      const named = (given: string) => given.replaceAll("ACTION", action);
      const file = `/etc/fail2ban/${named(name)}`;
      await host.exec(`printf '${text}' >${file}`);
      const { code, stdout } = await run("verify");
      expect([code, new RegExp(named(found.source)).test(stdout)], stdout).toEqual([2, true]);
      await host.exec(`rm ${file}`);
      expect((await run("verify")).code).toBe(0);
    },
  );

  const harmless: readonly (readonly [string, string, string, string])[] = [
    [
      "its chain is of forwarded packets",
      "jail.d/zzz.local",
      "[DEFAULT]\\nbanaction = iptables-multiport\\nchain = FORWARD\\n",
      "fail",
    ],
    [
      "its hook is of forwarded packets",
      "action.d/nftables.local",
      "[Init]\\nchain_hook = forward\\n",
      "fail",
    ],
    ["its program is not there", "jail.d/zzz.local", "[DEFAULT]\\nbanaction = shorewall\\n", "fail"],
    [
      "a program that nobody knows does it",
      "action.d/nftables.local",
      "[Definition]\\nactionban = /usr/bin/test <ip>\\n",
      "error",
    ],
  ];
  test.each(sampleRows("bans that let in", harmless, 2, ([why]) => why))(
    "a ban that would let the address in is told before the first one: %s",
    async (_why, name, text, word) => {
      const more = name.startsWith("action.d") ? "[DEFAULT]\\nbanaction = nftables\\n" : "";
      const own = "/etc/fail2ban/jail.d/yyy.local";
      const restart = async () => {
        await host.exec("systemctl reset-failed fail2ban; systemctl restart fail2ban");
        await waitUntil("the jail", async () => (await jail("maxretry")).trim() === "3", 20_000);
      };
      await host.exec(`fail2ban-client unban --all; systemctl stop fail2ban; nft delete table inet f2b-table
      printf '${text}' >/etc/fail2ban/${name}; printf '${more}' >${own}`);
      await restart();
      const { code, stdout } = await run("verify");
      expect([code, new RegExp(`${word} +fail2ban\\.action`).test(stdout)], stdout).toEqual([2, true]);
      await host.exec(`fail2ban-client set sshd banip ${enemy.address}`);
      await waitUntil("the ban", async () => (await jail("banip")).includes(enemy.address), 20_000);
      expect(await enemy.knock(host.address, 22)).toBe("open");
      await host.exec(`fail2ban-client unban --all; rm /etc/fail2ban/${name} ${own}`);
      await restart();
      expect((await run("verify")).code).toBe(0);
    },
  );

  async function deafFor(cause: string, mended: string, text: RegExp) {
    expect(await host.exec(cause)).toMatchObject({ code: 0 });
    const { code, stdout, stderr } = await run("verify");
    expect(code, stdout + stderr).toBe(2);
    expect(stdout).toMatch(text);
    expect(await host.exec(mended)).toMatchObject({ code: 0 });
  }

  /** Debian 13's jail reads the journal. */
  const [byFile, byJournal] =
    distro === "debian12" ? [test, () => undefined] : ([() => undefined, test] as const);
  byFile("a jail that hears nothing of sshd is told, whatever keeps its words from the file", async () => {
    const [conf, rules] = ["/etc/ssh/sshd_config.d/z.conf", "/etc/rsyslog.d/00.conf"];
    const unheard = /what sshd has said of this login isn't in \/var\/log\/auth\.log/;
    await deafFor(
      `echo SyslogFacility LOCAL0 >${conf}; systemctl reload ssh`,
      `rm ${conf}; systemctl reload ssh`,
      unheard,
    );
    await deafFor(
      `echo ':programname, isequal, "sshd" stop' >${rules}; systemctl restart rsyslog`,
      `rm ${rules}; systemctl restart rsyslog`,
      unheard,
    );
    const anew = "systemctl reset-failed rsyslog; systemctl restart rsyslog";
    for (const rule of [
      `:msg, contains, "Invalid user" stop`,
      `:msg, startswith, " Invalid user" /var/log/noise\\n& stop`,
      `if $programname == "sshd" and $msg contains "Failed password" then { stop }`,
    ])
      await deafFor(
        `printf '${rule}\\n' >${rules}; ${anew}`,
        `rm ${rules}; ${anew}`,
        /rsyslog throws away what sshd says of a failed login: \/etc\/rsyslog\.d\/00\.conf/,
      );
    const quiet = `printf ':msg, contains, "Invalid user" stop\\n' >${rules}; ${anew}`;
    for (const [change, what] of [
      [`rm ${rules}`, "rsyslog\\.d \\(a file is gone"],
      [`echo >${rules}`, "00\\.conf"],
    ] as const)
      await deafFor(
        `${quiet}; ${change}`,
        `rm -f ${rules}; ${anew}`,
        new RegExp(`rsyslog was started before this changed: .*${what}`),
      );
    const rotated = "/etc/logrotate.d/rsyslog";
    const put = (script: string) =>
      `sed -i.dpkg-old 's,/usr/lib/rsyslog/rsyslog-rotate,${script},' ${rotated}`;
    const back = `mv ${rotated}.dpkg-old ${rotated}`;
    for (const [cause, mended, text] of [
      [
        "echo '/var/log/auth.log { daily }' >/etc/logrotate.d/auth",
        "rm /etc/logrotate.d/auth",
        /no postrotate tells it; logrotate leaves out a file \(rsyslog:1 duplicate/,
      ],
      [put("true"), back, /error +fail2ban\.backend[\s\S]*whether rsyslog is told is not known: true/],
      [
        "chmod a-x /usr/lib/rsyslog/rsyslog-rotate",
        "chmod a+x /usr/lib/rsyslog/rsyslog-rotate",
        /rsyslog-rotate is no program/,
      ],
    ] as const)
      await deafFor(cause, mended, text);
    for (const good of ["systemctl kill -s HUP rsyslog.service", "systemctl restart rsyslog"]) {
      await host.exec(put(good));
      expect((await run("verify")).code).toBe(0);
      await host.exec(back);
    }
    const failed = `sleep 3; for n in 1 2; do ssh -o BatchMode=yes -o StrictHostKeyChecking=no nobody-here@127.0.0.1 true; done; sleep 4`;
    const unwritten =
      /what sshd said of failed logins within the hour isn't in the log that the jail reads \(.*Invalid user/;
    for (const rule of [
      `if re_match($msg, "Invalid.user") then stop`,
      `if $msg contains "Invalid user" then /var/log/noise\\n& stop`,
      `include(file="/opt/noise.conf")`,
    ]) {
      const planted = `echo ':msg, contains, "Invalid user" stop' >/opt/noise.conf; printf '${rule}\\n' >${rules}; ${anew}`;
      await deafFor(`${planted}; ${failed}; true`, `rm ${rules} /opt/noise.conf; ${anew}`, unwritten);
    }
    await host.exec(failed);
    const encoding = (name: string) => `fail2ban-client set sshd logencoding ${name}`;
    await deafFor(encoding("utf-16"), encoding("auto"), /the log is read as utf-16/);
    expect((await run("verify")).code).toBe(0);
  });

  byJournal(
    "a jail that hears nothing of sshd is told, whatever keeps its words from the journal",
    async () => {
      const unheard = /fail +fail2ban\.backend[\s\S]*what sshd has said of this login isn't in the journal/;
      const socket = "ln -sfn /run/systemd/journal/dev-log /dev/log";
      await deafFor("ln -sfn /run/nothing /dev/log", socket, unheard);
      await deafFor("rm /dev/log", socket, unheard);
      const folder = "/etc/systemd/system/ssh.service.d";
      const [anew, gone] = ["systemctl daemon-reload", `rm -r ${folder}; systemctl daemon-reload`];
      const leftOut = (setting: string) =>
        new RegExp(`fail +fail2ban\\.backend[\\s\\S]*ssh\\.service has ${setting}`);
      const plant = (setting: string) =>
        `mkdir -p ${folder}; printf '[Service]\\n${setting}\\n' >${folder}/x.conf; ${anew}`;
      await deafFor(
        plant("LogFilterPatterns=~Invalid user"),
        gone,
        leftOut("LogFilterPatterns=~Invalid user"),
      );
      await deafFor(plant("LogLevelMax=warning"), gone, leftOut("LogLevelMax=4"));
      // What runs keeps the level until the next start.
      const restart = "systemctl restart ssh";
      await deafFor(
        `${plant("LogLevelMax=warning")}; ${restart}; ${gone}`,
        restart,
        leftOut("LogLevelMax=4"),
      );
      expect((await run("verify")).code).toBe(0);
    },
  );

  test("an action that was broken and mended by hand comes back, which a reload doesn't bring", async () => {
    await host.exec(`printf '[DEFAULT]\\nbanaction = dummy\\n' >/etc/fail2ban/jail.d/x.local
      systemctl restart fail2ban`);
    await waitUntil("the jail", async () => (await jail("actions")).includes("dummy"), 20_000);
    const told = await run("apply", "--yes");
    expect(told.code, told.stdout + told.stderr).toBe(2);
    expect(told.stdout + told.stderr).toMatch(/fail2ban\.action[\s\S]*the ban of dummy is only "printf/);
    await host.exec("rm /etc/fail2ban/jail.d/x.local; systemctl reload fail2ban");
    expect(await jail("actions")).toContain("No actions");
    const plan = await run("plan", "--diff");
    expect(plan.stdout).toContain("port is no port in any action instead of");
    expect(plan.stdout).toMatch(/~ restart fail2ban\.service/);
    await applied();
    expect(await jail("actions")).toMatch(/nftables|iptables/);
  });

  test("a ban that does nothing is told, and nothing is rolled back for it", async () => {
    const action = (await jail("actions")).trim().split("\n").at(-1);
    const set = (command: string) =>
      host.exec(`fail2ban-client set sshd action ${action} actionban "$(cat)"`, { stdin: command });
    const was = await jail(`action ${action} actionban`);
    expect(await set("/bin/true")).toMatchObject({ code: 0 });
    const { code, stdout, stderr } = await run("apply", "--yes");
    expect(code, stdout + stderr).toBe(2);
    expect(stdout + stderr).toContain(`the ban of ${action} is only "/bin/true"`);
    expect(await set(was.trimEnd())).toMatchObject({ code: 0 });
    const program = `action ${action} ${action?.startsWith("nft") ? "nftables" : "iptables"}`;
    const had = (await jail(program)).trimEnd();
    await host.exec(`fail2ban-client set sshd ${program} not-there`);
    expect((await run("verify")).stdout).toContain(`the ban of ${action} is done by not-there, which is not`);
    await host.exec(`fail2ban-client set sshd ${program} '${had}'`);
    expect((await run("verify")).code).toBe(0);
  });

  const units = [
    ["PrivateNetwork=yes", "PrivateNetwork=yes"],
    ["CapabilityBoundingSet=~CAP_NET_ADMIN", "no CAP_NET_ADMIN"],
    ["RestrictAddressFamilies=AF_UNIX AF_INET", "lacks AF_NETLINK"],
    ["RestrictAddressFamilies=~AF_NETLINK AF_PACKET", "lacks AF_NETLINK"],
  ] as const;
  test.each(sampleRows("units that bar bans", units, 1, ([setting]) => setting))(
    "a unit that keeps bans from the host's rules fails verify before the first one: %s",
    async (setting, why) => {
      const folder = "/etc/systemd/system/fail2ban.service.d";
      const restart = async () => {
        await host.exec(
          "systemctl daemon-reload; systemctl reset-failed fail2ban; systemctl restart fail2ban",
        );
        await waitUntil("the jail", async () => (await jail("maxretry")).trim() === "3", 20_000);
      };
      await host.exec(`fail2ban-client unban --all; mkdir -p ${folder}
        printf '[Service]\n${setting}\n' >${folder}/x.conf; systemctl stop fail2ban`);
      await restart();
      const { code, stdout } = await run("verify");
      expect(code, stdout).toBe(2);
      expect(stdout).toMatch(/fail +fail2ban\.action/);
      expect(stdout.replace(/\s+/g, " ")).toContain(why);
      await host.exec(`fail2ban-client set sshd banip ${enemy.address}`);
      await waitUntil("the ban", async () => (await jail("banip")).includes(enemy.address), 20_000);
      expect(await enemy.knock(host.address, 22)).toBe("open");
      await host.exec(`fail2ban-client unban --all; rm -r ${folder}`);
      await restart();
      expect((await run("verify")).code).toBe(0);
    },
  );

  test.each([
    ["jail.d/nginx.local", "[nginx-http-auth]\nenabled = true\n", "log file for nginx-http-auth jail"],
    ["jail.d/a.local", "[sshd]\nfailregex = (((\n", "sshd addfailregex"],
    ["fail2ban.local", "[Definition]\nlogtarget = /none/x.log\n", "logtarget of fail2ban.conf"],
  ])("what its next start would end by is told: %s, %j", async (file, text, why) => {
    await host.exec(`cat >/etc/fail2ban/${file}`, { stdin: text });
    const { code, stdout } = await run("verify");
    await host.exec("systemctl stop fail2ban; timeout 60 systemctl start fail2ban");
    // It answers before it has read its files.
    await waitUntil("the end", async () => (await host.exec("systemctl is-active fail2ban")).code !== 0);
    await host.exec(`rm /etc/fail2ban/${file}; systemctl reset-failed fail2ban; systemctl restart fail2ban`);
    await waitUntil("the jail", async () => (await jail("maxretry")).trim() === "3");
    expect(code, stdout).toBe(2);
    expect(stdout).toMatch(/until the next boot +fail2ban\.running/);
    expect(stdout).toContain(why);
    expect((await run("verify")).code).toBe(0);
  });

  test("a server that answers before it has its jails is waited for", async () => {
    const client = "/usr/lib/python3/dist-packages/fail2ban/client/fail2banclient.py";
    await host.exec(`systemctl stop fail2ban; cp ${client} /root
      sed -i 's/^\\t*if not self.__waitOnServer():.*/\\t\\t\\t__import__("time").sleep(3)\\n&/' ${client}`);
    await applied();
    await host.exec(`mv /root/fail2banclient.py ${client}`);
  });

  test("somebody's own jail.local stays, and ours goes beside it", async () => {
    const theirs = "[DEFAULT]\nbantime = 5m\nignoreip = 198.51.100.0/24\n\n[sshd]\nmaxretry = 50\n";
    await host.exec("cat >/etc/fail2ban/jail.local; systemctl reload fail2ban", { stdin: theirs });
    await applied();
    expect(await output("cat /etc/fail2ban/jail.local")).toBe(theirs);
    expect((await jail("maxretry")).trim()).toBe("3");
    expect(await jail("ignoreip")).toContain("198.51.100.0/24");
    expect((await run("plan")).stdout).toContain("spares 198.51.100.0/24 from bans: kept");
    await host.exec(
      "printf '[sshd]\\nfindtime = 5\\n' >/etc/fail2ban/jail.d/zzz.local; systemctl reload fail2ban",
    );
    const beaten = await run("apply", "--yes");
    const said = beaten.stdout + beaten.stderr;
    expect(beaten.code, said).toBe(2);
    expect(said).toContain("zzz.local is read after");
    expect(said).toMatch(/fail2ban\.find-time[\s\S]*by \S*zzz\.local/);
  });

  test("a run whose login is refused counts no more than ssh's own login, and less where it has more keys", async () => {
    const conf = "/etc/ssh/sshd_config.d/05-no-root.conf";
    await host.exec(`printf "PermitRootLogin no\\nLogLevel VERBOSE\\n" >${conf}; systemctl reload ssh; fail2ban-client unban --all
      fail2ban-client set sshd maxretry 99; fail2ban-client set sshd delignoreip ${host.controller}`);
    const counted = async (address: string) =>
      Number(await output(`grep -c '\\[sshd\\] Found ${address} ' /var/log/fail2ban.log`));
    const [before, beforeEnemy] = [await counted(host.controller), await counted(enemy.address)];
    const other = join(dirname(host.identity), "other");
    rmSync(other, { force: true });
    generateKey(other, "ed25519");
    const refused = await run("verify", "--identity", host.identity, "--identity", other);
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/is refused, though its key .* ban this/s),
    });
    await logIn(host.address);
    await waitUntil(
      "ssh's own login is counted",
      async () => (await counted(enemy.address)) - beforeEnemy >= 4,
    );
    expect((await counted(host.controller)) - before).toBe(4);
    await host.exec(`rm ${conf}; systemctl reload ssh`);
  });
});
