/** sshd started with other words than its files: what a login meets is what is said of it, now and at the next start. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { harden, profileFile } from "./harden.ts";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";
import { keyLogin, passwordLogin } from "./logins.ts";
import { difference, state } from "./state.ts";
import { must } from "./trouble.ts";
import { waitUntil } from "./wait.ts";

const profile = profileFile("ssh: {}\n");
const dropins = "/etc/systemd/system/ssh.service.d";
const opens = "-o PasswordAuthentication=yes";
const unit = (text: string) =>
  `mkdir -p ${dropins}; printf '[Service]\\n${text}\\n' >${dropins}/words.conf; systemctl daemon-reload`;

interface Case {
  readonly name: string;
  readonly make: string;
  /** What verify says of passwords before sshd is started anew, and of its start. */
  readonly later: RegExp;
  /** What the plan says once sshd runs so. */
  readonly finding: string;
}

const cases: readonly Case[] = [
  {
    name: "SSHD_OPTS in /etc/default/ssh",
    make: `echo 'SSHD_OPTS="${opens}"' >/etc/default/ssh`,
    later: /password-authentication .*yes from the next start on, by SSHD_OPTS in \/etc\/default\/ssh/,
    finding: "warn ssh.options",
  },
  {
    name: "Environment= of a drop-in",
    make: unit(`EnvironmentFile=\\nEnvironment="SSHD_OPTS=${opens}"`),
    later: /password-authentication .*SSHD_OPTS in Environment= of .*words\.conf/,
    finding: "warn ssh.options",
  },
  {
    name: "a second EnvironmentFile",
    make: `echo "SSHD_OPTS='${opens}'" >/etc/sshd-words; ${unit("EnvironmentFile=/etc/sshd-w*")}`,
    later: /password-authentication .*SSHD_OPTS in \/etc\/sshd-words/,
    finding: "warn ssh.options",
  },
  {
    name: "words in ExecStart",
    make: unit(`ExecStart=\\nExecStart=/usr/sbin/sshd -D "-oPasswordAuthentication yes"`),
    later: /password-authentication .*ExecStart= of .*words\.conf/,
    finding: "warn ssh.options",
  },
  {
    name: "another configuration",
    make: `printf 'PasswordAuthentication yes\\nUsePAM yes\\n' >/etc/ssh/other; ${unit("ExecStart=\\nExecStart=/usr/sbin/sshd -D -f /etc/ssh/other")}`,
    later: /ssh\.start .*\/etc\/ssh\/other is read in place of sshd_config/,
    finding: "block ssh.other-config",
  },
];

describe.skipIf(!hasDocker())("sshd started with other words than its files", () => {
  let host: TestHost;
  const exec = (script: string) => must(host, script);
  const run = (...args: readonly string[]) =>
    harden(host, [args[0]!, host.target("admin"), "--profile", profile, ...args.slice(1)]);

  async function verify() {
    const { code, stdout } = await run("verify", "--format", "json");
    const checks: readonly { id: string; verdict: string; role: string; found: string }[] =
      JSON.parse(stdout)[0].value.checks;
    const bad = checks.filter(({ verdict }) => verdict !== "pass" && verdict !== "not applicable");
    return { code, said: bad.map(({ id, verdict, role, found }) => `${verdict} (${role}) ${id} ${found}`) };
  }
  async function findings() {
    const { stdout } = await run("plan", "--format", "json");
    const { changes, findings } = JSON.parse(stdout)[0].value;
    expect(changes).toEqual([]);
    return findings.map(({ level, id }: { level: string; id: string }) => `${level} ${id}`);
  }

  beforeAll(async () => {
    host = await startHost("debian13", "bare");
    const applied = await run("apply", "--yes");
    expect(applied.code, applied.stdout + applied.stderr).toBe(0);
    await exec("cp -a /etc/default/ssh /root/default-ssh");
  });
  afterAll(() => host?.remove());

  // On a quick machine systemd would take so many restarts for a loop.
  const restart = "systemctl reset-failed ssh.service; systemctl restart ssh";
  const back = `cp -a /root/default-ssh /etc/default/ssh; rm -rf ${dropins}; systemctl daemon-reload; ${restart}`;

  test.each(cases)("$name", async ({ make, later, finding }) => {
    try {
      await exec(make);
      expect(await passwordLogin(host, "op")).toBe(false);
      const before = await verify();
      expect(before.said.join("\n")).toMatch(later);
      expect(before.said.join("\n")).toMatch(/^until the next boot/);
      expect(before.code).toBe(2);
      await exec(restart);
      expect(await passwordLogin(host, "op")).toBe(true);
      const after = await verify();
      expect(after.said.join("\n")).toMatch(/fail \((audit|proof)\) ssh\.password-authentication yes/);
      expect(after.code).toBe(2);
      expect(await findings()).toContain(finding);
    } finally {
      await exec(back);
    }
    expect(await verify()).toEqual({ code: 0, said: [] });
  });

  test("a Match block in a file that an Include names in quotes is seen", async () => {
    const extra = "/etc/ssh/more files/op.conf";
    await exec(`mkdir "$(dirname '${extra}')"; printf 'Match User op\n  PasswordAuthentication yes\n' >'${extra}'
      printf '"Include" '"'/etc/ssh/more files/*.conf'"'\n' >/etc/ssh/sshd_config.d/20-more.conf; ${restart}`);
    try {
      expect(await passwordLogin(host, "op")).toBe(true);
      const { code, said } = await verify();
      expect(said.join("\n")).toContain(`ssh.password-authentication yes under Match User op (${extra}:1)`);
      expect(code).toBe(2);
      expect(await findings()).toContain("block ssh.overridden");
    } finally {
      await exec(`rm -r "$(dirname '${extra}')" /etc/ssh/sshd_config.d/20-more.conf; ${restart}`);
    }
  });

  test("a host key in a user's folder is no pass, for its owner can put another one there", async () => {
    await exec(`install -d -o op /srv/keys; cp -a /etc/ssh/ssh_host_ed25519_key* /srv/keys
      echo 'HostKey /srv/keys/ssh_host_ed25519_key' >/etc/ssh/sshd_config.d/20-keys.conf; ${restart}`);
    try {
      expect(await verify()).toEqual({
        code: 2,
        said: [
          "fail (audit) ssh.host-key-modes /srv/keys/ssh_host_ed25519_key can be replaced: /srv/keys belongs to op",
        ],
      });
      expect(await findings()).toEqual([]);
    } finally {
      await exec(`rm -r /srv/keys /etc/ssh/sshd_config.d/20-keys.conf; ${restart}`);
    }
  });

  test("an apply is confirmed all the same, and its status says that it isn't all", async () => {
    await exec(
      `echo 'SSHD_OPTS="${opens}"' >/etc/default/ssh; ${restart}; rm /etc/ssh/sshd_config.d/00-harden.conf`,
    );
    try {
      const applied = await run("apply", "--yes");
      expect(applied.code, applied.stdout + applied.stderr).toBe(2);
      expect(await exec("ls /var/lib/harden/confirmed | wc -l")).toBe("2\n");
      expect(await keyLogin(host, "admin")).toBe(true);
    } finally {
      await exec(back);
    }
  });

  test("an sshd for each caller, which systemd starts", async () => {
    const words = "sed -i 's/^ExecStart.*/& -o PasswordAuthentication=yes/' /etc/systemd/system/ssh@.service";
    await exec(`sed 's/^ExecStart=.*/ExecStart=-\\/usr\\/sbin\\/sshd -i/; /^Type/d; /^ExecReload/d; /^Restart/d; /^ExecStartPre/d' /usr/lib/systemd/system/ssh.service >/etc/systemd/system/ssh@.service
printf 'StandardInput=socket\\n' | sed -i '/^\\[Service\\]/r /dev/stdin' /etc/systemd/system/ssh@.service
${words}; mkdir -p /etc/systemd/system/ssh.socket.d; printf '[Socket]\\nAccept=yes\\n' >/etc/systemd/system/ssh.socket.d/accept.conf
systemctl daemon-reload; systemctl disable --now ssh.service; systemctl enable --now ssh.socket`);
    try {
      expect(await passwordLogin(host, "op")).toBe(true);
      const { said } = await verify();
      expect(said.join("\n")).toMatch(/fail \(audit\) ssh\.password-authentication yes/);
    } finally {
      await exec(`systemctl disable --now ssh.socket; rm -rf /etc/systemd/system/ssh.socket.d /etc/systemd/system/ssh@.service
systemctl daemon-reload; systemctl enable --now ssh.service`);
    }
    expect(await verify()).toEqual({ code: 0, said: [] });
  });

  const drop = "/etc/systemd/system/ssh.socket.d/port.conf";
  const movedTo = `mkdir -p $(dirname ${drop}); printf '[Socket]\\nListenStream=\\nListenStream=2222\\n' >${drop}`;
  const unmoved = `rm -r $(dirname ${drop}); systemctl daemon-reload`;

  test("a socket that listens on another port from the next boot on is a block", async () => {
    await exec(`${movedTo}; systemctl daemon-reload; systemctl enable -q ssh.socket`);
    try {
      expect(await findings()).toContain("block ssh.socket-at-boot");
    } finally {
      await exec(`systemctl disable -q ssh.socket; ${unmoved}`);
    }
    expect(await findings()).toEqual([]);
  });

  describe("where systemd listens for sshd", () => {
    const moved = profileFile("ssh: {port: 2222}\n");
    const listens = () =>
      exec(
        "ss -Hltn '( sport = :22 or sport = :2222 )' | awk '{ sub(/.*:/, \"\", $4); print $4 }' | sort -u",
      );
    let before: readonly string[];
    beforeAll(async () => {
      await exec("systemctl disable --now ssh.service; systemctl enable --now ssh.socket");
      expect(await keyLogin(host, "admin")).toBe(true);
      before = await state(host.exec);
    });
    const knock = () => keyLogin(host, "admin", { port: 22 });
    const apply = (...more: readonly string[]) =>
      harden(host, ["apply", host.target("admin"), "--profile", moved, "--yes", ...more], { alone: true });

    test.each([
      ["a socket that was moved and not started anew", "systemctl daemon-reload"],
      ["a moved socket that systemd has not read", ":"],
    ])("%s is a block: whatever starts it anew would shut the port", async (_what, reload) => {
      await exec(`${movedTo}; ${reload}`);
      try {
        expect(await findings()).toContain("block ssh.listen-socket");
      } finally {
        await exec(`${unmoved}; systemctl stop ssh.service; systemctl restart ssh.socket`);
      }
      expect(await knock()).toBe(true);
      expect(await findings()).toEqual([]);
    });

    test("the port comes back by a rollback of days later", async () => {
      const applied = await apply();
      expect(applied.code, applied.stdout + applied.stderr).toBe(0);
      expect(await listens()).toBe("2222\n");
      const target = `ssh://${host.target("admin")}:2222`;
      const back = await harden(host, ["rollback", target, "--yes"]);
      expect(back.code, back.stdout + back.stderr).toBe(0);
      expect(await listens()).toBe("22\n");
      expect(difference(before, await state(host.exec))).toEqual([]);
    });

    test("the port comes back by itself, whoever knocks meanwhile", async () => {
      const applied = await apply("--no-confirm", "--confirm-timeout", "10");
      expect(applied.code, applied.stdout + applied.stderr).toBe(0);
      expect(await listens()).toBe("2222\n");
      await waitUntil("the host has rolled back", async () => {
        await knock();
        return (await host.exec("ls /var/lib/harden/rolled-back/* /run/harden-*")).stdout.includes(
          "rolled-back",
        );
      });
      expect(await exec("cat /var/lib/harden/runs/*/result | grep rolled")).toBe(
        "rolled-back clean timeout\n",
      );
      expect(await listens()).toBe("22\n");
      expect(await knock()).toBe(true);
    });
  });
});
