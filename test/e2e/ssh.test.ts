import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { sample, sampleRows } from "../setup/sample.ts";
import { harden, profileFile } from "./harden.ts";
import { bothDistros, startHost, type TestHost } from "./hosts.ts";
import { hostbasedLogin, keyLogin, methods, passwordLogin, reload, shellEnds } from "./logins.ts";
import { runProgram } from "./process.ts";

const distros = sample("ssh", bothDistros, 1);
const profile = profileFile("ssh: {}\n");
const dropin = "/etc/ssh/sshd_config.d/00-harden.conf";
const main = "/etc/ssh/sshd_config";

interface Change {
  readonly address: string;
  readonly action: string;
  readonly reason: string;
}

async function plan(host: TestHost, file = profile, user: "admin" | "root" = "admin") {
  const { stdout, stderr } = await harden(host, [
    "plan",
    host.target(user),
    "--profile",
    file,
    "--format",
    "json",
  ]);
  const [result] = JSON.parse(stdout || "[]");
  if (result?.value === undefined) throw new Error(stdout + stderr);
  const { changes, findings } = result.value as {
    changes: readonly Change[];
    findings: readonly { id: string; message: string }[];
  };
  return {
    changes: changes.map(({ action, address }) => `${action} ${address}`),
    reasons: changes.map(({ reason }) => reason),
    findings,
  };
}

async function verify(host: TestHost, file = profile) {
  const { stdout } = await harden(host, [
    "verify",
    host.target("admin"),
    "--profile",
    file,
    "--format",
    "json",
  ]);
  const checks = JSON.parse(stdout)[0].value.checks as readonly {
    id: string;
    verdict: string;
    found: string;
  }[];
  return checks.filter(({ verdict }) => verdict !== "pass" && verdict !== "not applicable");
}

async function apply(host: TestHost, file = profile) {
  const result = await harden(host, ["apply", host.target("admin"), "--yes", "--profile", file]);
  expect(result.code, result.stdout + result.stderr).toBe(0);
}

const sh = async (host: TestHost, script: string) => {
  const { code, stdout, stderr } = await host.exec(script);
  if (code !== 0) throw new Error(`${script}: ${stdout}${stderr}`);
  return stdout;
};

describe.skipIf(inject("docker") !== "").each(distros)("ssh on %s", (distro) => {
  let host: TestHost;
  beforeAll(async () => {
    host = await startHost(distro, "bare");
  });
  afterAll(() => host?.remove());

  test("a password opens a login before, and none after; a key does both", async () => {
    await sh(
      host,
      `printf 'PasswordAuthentication yes\\nKbdInteractiveAuthentication yes\\n' >/etc/ssh/sshd_config.d/50-cloud-init.conf; ${reload}`,
    );
    expect(await passwordLogin(host, "op")).toBe(true);
    const open = ["ssh.password-authentication", "ssh.keyboard-interactive"];
    expect((await verify(host)).map(({ id }) => id)).toEqual(expect.arrayContaining(open));
    await apply(host);
    expect(await methods(host, "op")).toBe("publickey");
    expect(await passwordLogin(host, "op")).toBe(false);
    expect(await keyLogin(host, "op")).toBe(true);
    expect(await keyLogin(host, "root")).toBe(true);
    expect(await verify(host)).toEqual([]);
    expect(await sh(host, "cat /etc/ssh/sshd_config.d/50-cloud-init.conf")).toContain(
      "PasswordAuthentication yes",
    );
  });

  test("nothing to change afterwards, and nothing is changed", async () => {
    const state = `stat -c '%n %y %z' /etc/ssh ${dropin} ${main} /run/sshd.pid; systemctl show -p MainPID ssh`;
    const before = await sh(host, state);
    expect(await plan(host)).toEqual({ changes: [], reasons: [], findings: [] });
    await apply(host);
    expect(await sh(host, state)).toBe(before);
  });

  test("drift: a file changed by hand, with and without a reload", async () => {
    await sh(host, `sed -i 's/^MaxAuthTries.*/MaxAuthTries 9/' ${dropin}`);
    expect((await verify(host)).map(({ id }) => id)).toEqual(["ssh.max-auth-tries", "ssh.running"]);
    expect((await plan(host)).changes).toEqual([
      `update ssh/file:${dropin}`,
      "reload ssh/service:ssh.service",
    ]);
    await sh(host, `sed -i 's/^MaxAuthTries.*/MaxAuthTries 3/' ${dropin}`);
    const { changes, reasons } = await plan(host);
    expect(changes).toEqual(["reload ssh/service:ssh.service"]);
    expect(reasons.join()).toContain("sshd has not read");
    await apply(host);
    expect((await plan(host)).changes).toEqual([]);
  });

  // Several within seconds are too many for systemd.
  const restart = "systemctl reset-failed ssh; systemctl restart ssh";
  // OpenSSH 10 says that it is ready before it writes the file by which its reading is dated.
  const dated = `pid=$(systemctl show -P MainPID ssh)
timeout 30 sh -c "until cat /run/sshd.pid /run/other.pid 2>/dev/null | grep -qx $pid; do sleep 0.05; done"`;
  const weak = "PasswordAuthentication yes";
  const include = (what: string) => `echo "Include ${what}" >/etc/ssh/sshd_config.d/00-aaa.conf`;
  const folders = `mkdir -p /opt/inc /opt/none; echo "${weak}" >/opt/inc/weak.conf`;
  test.each([
    [
      "another pid file",
      `printf 'PidFile /run/other.pid\n${weak}\n' >/etc/ssh/sshd_config.d/00-aaa.conf`,
      "rm /etc/ssh/sshd_config.d/00-aaa.conf",
      "error ssh.running",
    ],
    [
      "a folder of its own",
      `${folders}; ${include("/opt/inc/*.conf")}`,
      "rm /opt/inc/weak.conf",
      "fail ssh.running",
    ],
    [
      "a file by its name",
      `${folders}; ${include("/opt/inc/weak.conf")}`,
      "rm -r /opt/inc",
      "fail ssh.running",
    ],
    [
      "a folder behind a link",
      `${folders}; ln -sfn inc /opt/link; ${include("/opt/link/*.conf")}`,
      "ln -sfn none /opt/link",
      "fail ssh.running",
    ],
  ])(
    "a running sshd with %s takes passwords that its files no longer allow, and is named",
    async (...row) => {
      const [, weaken, hide, wanted] = row;
      await sh(host, `${weaken}; ${restart}; ${dated}; ${hide}`);
      try {
        expect(await passwordLogin(host, "op")).toBe(true);
        expect((await verify(host)).map(({ id, verdict }) => `${verdict} ${id}`)).toEqual([wanted]);
      } finally {
        await sh(host, `rm -rf /etc/ssh/sshd_config.d/00-aaa.conf /opt/*; ${restart}; ${dated}`);
      }
      expect(await passwordLogin(host, "op")).toBe(false);
      expect(await verify(host)).toEqual([]);
    },
  );

  const overrides: readonly (readonly [string, string, RegExp])[] = [
    ["an earlier drop-in", "PasswordAuthentication yes", /00-aaa\.conf:1 /],
    ["a Match block of one user", "Match User op\\n  PasswordAuthentication yes", /under Match user op/],
    [
      "a Match block of a network",
      "Match Address 10.66.0.0/16,!10.66.1.0/24\\n PasswordAuthentication yes",
      /under Match address 10\.66/,
    ],
    [
      "a Match block of a group with members",
      "Match Group sudo\\n PasswordAuthentication yes",
      /under Match group sudo/,
    ],
    [
      "a Match block of a group that nobody is in",
      "Match Group nogroup\\n PasswordAuthentication yes",
      /under Match group nogroup/,
    ],
    [
      "a Match block of another port",
      "Match LocalPort 2200\\n PasswordAuthentication yes",
      /under Match localport 2200/,
    ],
    [
      "a Match block behind one that decides for whom it is asked with",
      "Match User *,!eve\\n PasswordAuthentication no\\nMatch Group sudo\\n PasswordAuthentication yes",
      /under Match group sudo/,
    ],
    ["a Match block for all", "Match all\\n  PasswordAuthentication yes", /under Match all/],
  ];
  test.each(sampleRows("overrides of ssh", overrides, 2, ([name]) => name))(
    "%s is a failing check and a finding",
    async (_name, text, where) => {
      await sh(host, `printf '${text}\\n' >/etc/ssh/sshd_config.d/00-aaa.conf; sshd -t; ${reload}`);
      try {
        const failed = await verify(host);
        expect(failed.map(({ id, verdict }) => `${verdict} ${id}`)).toEqual([
          "fail ssh.password-authentication",
        ]);
        const { findings } = await plan(host);
        expect(findings.map(({ id }) => id)).toEqual(["ssh.overridden"]);
        expect(findings[0]?.message).toMatch(where);
      } finally {
        await sh(host, `rm /etc/ssh/sshd_config.d/00-aaa.conf; ${reload}`);
      }
      expect(await verify(host)).toEqual([]);
    },
  );

  test("the drop-in goes away by a rollback, to the byte", async () => {
    const { stdout } = await harden(host, ["runs", host.target("admin")]);
    const [first = ""] = /\d{8}-\d{6}-[0-9a-f]+/.exec(stdout) ?? [];
    const result = await harden(host, ["rollback", host.target("admin"), first, "--yes"]);
    expect(result.code, result.stdout + result.stderr).toBe(0);
    expect(await sh(host, `ls ${dropin} 2>&1 || stat -c %a ${main}`)).toContain("644");
    expect(await passwordLogin(host, "op")).toBe(true);
  });
});

describe.skipIf(inject("docker") !== "").each(distros)("ways in that nobody uses, on %s", (distro) => {
  let host: TestHost;
  beforeAll(async () => {
    host = await startHost(distro, "bare");
    const lines = [
      "PermitEmptyPasswords yes",
      "HostbasedAuthentication yes",
      "IgnoreRhosts no",
      "PasswordAuthentication yes",
    ];
    const trusting = [
      `printf '${lines.join("\\n")}\\nHostbasedUsesNameFromPacketOnly yes\\n' >/etc/ssh/sshd_config.d/50-theirs.conf`,
      'for name in localhost $(hostname); do sed "s/^/$name /" /etc/ssh/ssh_host_*_key.pub; done >/etc/ssh/ssh_known_hosts',
      "printf 'EnableSSHKeysign yes\\n' >/etc/ssh/ssh_config.d/keysign.conf",
      "printf 'localhost\\n%s\\n' $(hostname) >/home/op/.shosts; chown op: /home/op/.shosts; chmod 600 /home/op/.shosts",
      "useradd --create-home nothing; passwd --delete nothing",
    ];
    await sh(host, `${trusting.join("\n")}\n${reload}`);
  });
  afterAll(() => host?.remove());

  test("an empty password and the word of a host open a login before, and none after", async () => {
    expect(await passwordLogin(host, "nothing", "")).toBe(true);
    expect(await hostbasedLogin(host, "op")).toBe(true);
    // The first is the password's own switch: empty ones are shut by theirs alone.
    const passwords = profileFile("ssh: {passwordAuthentication: true}\n");
    await apply(host, passwords);
    expect(await passwordLogin(host, "op")).toBe(true);
    expect(await passwordLogin(host, "nothing", "")).toBe(false);
    expect(await hostbasedLogin(host, "op")).toBe(false);
    expect(await verify(host, passwords)).toEqual([]);
  });

  test("a shell that nobody uses ends; one that prints and a silent command live on", async () => {
    const idle = 2;
    await apply(host, profileFile(`ssh: {idleTimeout: ${idle}s}\n`));
    const silent = `sleep ${3 * idle}; echo in`;
    const args = ["-F", `${host.home}/.ssh/config`, host.target("op"), silent];
    const [ended, printing, command] = await Promise.all([
      shellEnds(host, "op", { withinMs: 30_000 }),
      shellEnds(host, "op", { withinMs: 4000 * idle, typed: "while sleep 0.5; do date; done\n" }),
      runProgram("ssh", args, { timeoutMs: 30_000 }),
    ]);
    expect({ ended, printing, command: command.stdout }).toEqual({
      ended: true,
      printing: false,
      command: "in\n",
    });
  });
});

describe.skipIf(inject("docker") !== "").each(distros)("keys that a Match block names, on %s", (distro) => {
  let host: TestHost;
  const [team, way, erins] = ["/etc/ssh/team_keys", "/etc/ssh/way_keys", "/etc/ssh/erin_keys"];
  const modes = profileFile("permissions: {}\n");
  beforeAll(async () => {
    host = await startHost(distro, "bare");
    const blocks = [
      "Port 22",
      "Port 2222",
      `Match User root\\n AuthorizedKeysFile ${team}`,
      `Match User erin\\n AuthorizedKeysFile ${erins}`,
      `Match LocalPort 2222\\n AuthorizedKeysFile ${team} ${way}`,
    ];
    await sh(
      host,
      `install -m 0644 /root/.ssh/authorized_keys ${team}; ln -s team_keys ${erins}; : >${way}; useradd -m erin
      printf '${blocks.join("\\n")}\\n' >/etc/ssh/sshd_config.d/50-keys.conf; sshd -t; ${reload}`,
    );
  });
  afterAll(() => host?.remove());

  test("stay readable for whom they open from elsewhere, or by a link of root's", async () => {
    const ways = () =>
      Promise.all([keyLogin(host, "root"), keyLogin(host, "erin"), keyLogin(host, "op", { port: 2222 })]);
    expect(await ways()).toEqual([true, true, true]);
    await apply(host, modes);
    expect(await ways()).toEqual([true, true, true]);
    const ofKeys = async () =>
      (await verify(host, modes)).flatMap(({ id, found }) =>
        id === "permissions.login-keys" ? [found] : [],
      );
    expect(await ofKeys()).toEqual([]);
    await sh(host, `chgrp users ${way}; chmod 0664 ${way}`);
    expect(await ofKeys()).toEqual([expect.stringContaining(way)]);
    await apply(host, modes);
    expect(await ofKeys()).toEqual([]);
  });
});

describe.skipIf(inject("docker") !== "").each(distros)("ssh on %s without the Include", (distro) => {
  let host: TestHost;
  beforeAll(async () => {
    host = await startHost(distro, "bare");
    const lines = [
      "# our own file, caf\\351\\r",
      "PasswordAuthentication yes\\r",
      "UsePAM yes",
      "Subsystem sftp internal-sftp",
      "AcceptEnv LANG",
      "Port 22",
      "Match User nobody-here",
      "  X11Forwarding no",
    ];
    await sh(
      host,
      `rm -f /etc/ssh/sshd_config.d/*; printf '${lines.join("\\n")}' >${main}; cp ${main} /root/before; ${reload}`,
    );
  });
  afterAll(() => host?.remove());

  test("sshd_config gets our lines at its top and keeps every other byte", async () => {
    expect(await passwordLogin(host, "op")).toBe(true);
    await apply(host);
    expect(await passwordLogin(host, "op")).toBe(false);
    expect(await keyLogin(host, "op")).toBe(true);
    expect(await verify(host)).toEqual([]);
    expect((await plan(host)).changes).toEqual([]);
    await sh(
      host,
      `n=$(stat -c %s /root/before); tail -c "$n" ${main} | cmp - /root/before; head -n 1 ${main} | grep -q 'harden: begin'; sftp -V 2>/dev/null; ls ${dropin} 2>/dev/null && exit 1 || true`,
    );
  });

  test("another port, and the line that named the old one comes back without it", async () => {
    const moved = profileFile("ssh: {port: 2222}\n");
    const args = ["apply", host.target("admin"), "--yes", "--profile", moved];
    // Whoever looks afterwards would knock at the old port.
    const result = await harden(host, args, { alone: true });
    expect(result.code, result.stdout + result.stderr).toBe(0);
    expect(await keyLogin(host, "admin", { port: 2222 })).toBe(true);
    expect(await keyLogin(host, "admin")).toBe(false);
    expect(await sh(host, `grep -c '^#harden# Port 22' ${main}`)).toBe("1\n");
  });
});
