/** Each guard against a real lock-out: the plan is blocked, and what it would have done does shut the login out. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { sample, sampleRows } from "../setup/sample.ts";
import { harden, inShell, profileFile } from "./harden.ts";
import { bothDistros, startHost, type TestHost } from "./hosts.ts";
import { keyLogin, reload } from "./logins.ts";
import { runProgram } from "./process.ts";

const distros = sample("ssh-guards", bothDistros, 1);
const asAdmin = "access: {user: admin}\nssh: {}\n";

interface Case {
  readonly name: string;
  readonly id: string;
  readonly profile: string;
  /** Who runs the plan, and who is shut out. */
  readonly as?: "root" | "admin";
  readonly victim?: string;
  /** Makes the situation, and takes it back. */
  readonly before?: string;
  readonly after?: string;
}

const dropin = (text: string) => ({
  before: `printf '${text}\\n' >/etc/ssh/sshd_config.d/20-test.conf`,
  after: "rm /etc/ssh/sshd_config.d/20-test.conf",
});
const keys = "/home/admin/.ssh/authorized_keys";
const keep = (change: string) => ({
  before: `cp -a ${keys} /root/keys; ${change}`,
  after: `cp -a /root/keys ${keys}`,
});

const cases: readonly Case[] = [
  {
    name: "an account without a key",
    id: "no-usable-key",
    profile: "access: {user: bob}\nssh: {}\n",
    victim: "bob",
    before: "useradd -m -s /bin/bash bob",
    after: "userdel -r bob 2>/dev/null",
  },
  { name: "no such account", id: "no-account", profile: "access: {user: bob}\nssh: {}\n", victim: "bob" },
  {
    name: "a locked account without PAM",
    id: "account-locked",
    profile: "ssh: {usePam: false}\n",
    as: "admin",
    before: "usermod -L admin",
  },
  {
    name: "an expired account",
    id: "account-expired",
    profile: asAdmin,
    before: "chage -E 2020-01-01 admin",
    after: "chage -E -1 admin",
  },
  {
    name: "a password that must be changed",
    id: "password-change",
    profile: asAdmin,
    before: "chage -d 0 -M 90 admin",
    after: "chage -d 2026-01-01 -M -1 admin",
  },
  {
    name: "a shell that runs nothing",
    id: "no-shell",
    profile: asAdmin,
    before: "usermod -s /usr/sbin/nologin admin",
    after: "usermod -s /bin/bash admin",
  },
  {
    name: "/etc/nologin",
    id: "nologin",
    profile: asAdmin,
    before: "touch /etc/nologin",
    after: "rm /etc/nologin",
  },
  {
    name: "root as the only login",
    id: "root-login",
    profile: 'ssh: {permitRootLogin: "no"}\n',
    victim: "root",
  },
  { name: "AllowUsers of the profile", id: "not-allowed", profile: "ssh: {allowUsers: [op]}\n", as: "admin" },
  {
    name: "AllowGroups of the profile",
    id: "not-allowed",
    profile: "ssh: {allowGroups: [sudo, root]}\n",
    as: "admin",
  },
  {
    name: "AllowUsers of the host",
    id: "not-allowed",
    profile: asAdmin,
    ...dropin("AllowUsers op root admin@192.0.2.0/24"),
  },
  { name: "DenyGroups of the host", id: "not-allowed", profile: asAdmin, ...dropin("DenyGroups adm*") },
  {
    name: "a Match block",
    id: "not-allowed",
    profile: asAdmin,
    ...dropin("Match User admin\\n  DenyUsers admin"),
  },
  {
    name: "AuthorizedKeysFile elsewhere",
    id: "no-usable-key",
    profile: asAdmin,
    ...dropin("Match Group admin\\n  AuthorizedKeysFile /etc/keys/%%u"),
  },
  {
    name: "a home that others may write to",
    id: "no-usable-key",
    profile: asAdmin,
    before: "chmod 0777 /home/admin",
    after: "chmod 0700 /home/admin",
  },
  {
    name: "a key file that the user can't read",
    id: "no-usable-key",
    profile: asAdmin,
    ...keep(`chown root:root ${keys}; chmod 0600 ${keys}`),
  },
  {
    name: "a key for another caller",
    id: "no-usable-key",
    profile: asAdmin,
    ...keep(`sed -i 's/^/from="10.99.0.0\\/16" /' ${keys}`),
  },
  {
    name: "an expired key",
    id: "no-usable-key",
    profile: asAdmin,
    ...keep(`sed -i 's/^/expiry-time="20200101" /' ${keys}`),
  },
  {
    name: "a key for one command",
    id: "no-usable-key",
    profile: asAdmin,
    ...keep(`sed -i 's/^/command="true" /' ${keys}`),
  },
  {
    name: "a key type that sshd refuses",
    id: "no-usable-key",
    profile: asAdmin,
    ...dropin("Match User admin\\n  PubkeyAcceptedAlgorithms rsa-sha2-512"),
  },
  {
    name: "a second factor that goes off",
    id: "no-method",
    profile: asAdmin,
    ...dropin(
      "KbdInteractiveAuthentication yes\\nMatch User admin\\n  AuthenticationMethods publickey,keyboard-interactive",
    ),
  },
  {
    name: "a password that must come after the key",
    id: "no-method",
    profile: asAdmin,
    ...dropin("Match User admin\\n  AuthenticationMethods publickey,password"),
  },
  {
    name: "RevokedKeys",
    id: "no-usable-key",
    profile: asAdmin,
    before: `cut -d' ' -f1,2 ${keys} >/etc/ssh/revoked; printf 'Match User admin\\n  RevokedKeys /etc/ssh/revoked\\n' >/etc/ssh/sshd_config.d/20-test.conf`,
    after: "rm /etc/ssh/sshd_config.d/20-test.conf /etc/ssh/revoked",
  },
  { name: "no keys any more", id: "no-method", profile: "ssh: {pubkeyAuthentication: false}\n", as: "admin" },
  {
    name: "ForceCommand",
    id: "no-command",
    profile: asAdmin,
    ...dropin("Match User admin\\n  ForceCommand /bin/true"),
  },
];

/** What apply would do, without its guards: the new files of the plan, as its diffs have them, and a reload. */
async function force(
  host: TestHost,
  changes: readonly { readonly diff?: string; readonly steps: readonly Record<string, string>[] }[],
) {
  const lines = changes.flatMap(({ steps, diff = "" }) => {
    const content = diff
      .split("\n")
      .flatMap((line) => (/^\+(?!\+\+ )/.test(line) ? [`${line.slice(1)}\n`] : []));
    const text = Buffer.from(content.join("")).toString("base64");
    return steps
      .filter(({ verb }) => verb === "file")
      .map(({ path }) => `printf %s '${text}' | base64 -d >'${path}'`);
  });
  const { code, stderr } = await host.exec(["set -e", ...lines, reload].join("\n"));
  expect(code, stderr).toBe(0);
}

describe.skipIf(inject("docker") !== "").each(distros)("guards of ssh on %s", (distro) => {
  let host: TestHost;
  beforeAll(async () => {
    // Without fail2ban, which would ban so many refused logins.
    host = await startHost(distro, "bare");
    await host.exec(
      "printf 'PasswordAuthentication yes\\n' >/etc/ssh/sshd_config.d/50-cloud-init.conf; chmod 0700 /home/admin",
    );
  });
  afterAll(() => host?.remove());

  async function plan(yaml: string, as: "root" | "admin" = "root", more: readonly string[] = []) {
    const args = [
      "plan",
      host.target(as),
      "--profile",
      profileFile(yaml),
      "--format",
      "json",
      "--detailed-exitcode",
      ...more,
    ];
    const { stdout, stderr, code } = await harden(host, args);
    const [result] = JSON.parse(stdout || "[]");
    if (result?.value === undefined) throw new Error(stdout + stderr);
    const blocks = result.value.findings.filter(({ level }: { level: string }) => level === "block");
    return { code, changes: result.value.changes, ids: blocks.map(({ id }: { id: string }) => id) };
  }

  async function clear(after = ":") {
    const script = `${after}; rm -f /etc/ssh/sshd_config.d/00-harden.conf; ${reload}`;
    const state = await host.exec(
      `${script}; systemctl is-active -q ssh || journalctl -u ssh -n 30 --no-pager`,
    );
    expect(state.stdout).toBe("");
  }

  test.each(sampleRows("cases of ssh-guards", cases, 7, ({ name }) => name))(
    "$name",
    async ({ id, profile, as = "root", victim = "admin", before = ":", after }) => {
      const made = await host.exec(`${before}; sshd -t && ${reload}`);
      expect(made.code, made.stderr).toBe(0);
      try {
        const { ids, code, changes } = await plan(profile, as);
        expect(ids).toContain(`ssh.${id}`);
        expect(code).toBe(3);
        await force(host, changes);
        expect(await keyLogin(host, victim)).toBe(false);
      } finally {
        await clear(after);
      }
      expect(await keyLogin(host, "admin")).toBe(true);
    },
  );

  test("apply refuses what plan blocks, and changes nothing", async () => {
    const file = profileFile("ssh: {allowUsers: [op]}\n");
    const refused = await harden(host, ["apply", host.target("admin"), "--yes", "--profile", file]);
    expect(refused.code, refused.stdout + refused.stderr).toBe(3);
    expect((await host.exec("ls /etc/ssh/sshd_config.d/00-harden.conf")).code).not.toBe(0);
  });

  test("a login without sudo gets in, but not further", async () => {
    await host.exec(
      `useradd -m -s /bin/sh bob; cp -a /home/admin/.ssh /home/bob/; chown -R bob: /home/bob/.ssh`,
    );
    const { ids } = await plan("access: {user: bob}\nssh: {}\n");
    expect(ids).toEqual(["ssh.no-sudo", "ssh.not-proven"]);
    expect(await keyLogin(host, "bob")).toBe(true);
    expect((await host.exec("sudo -n -u bob sudo -n true")).code).not.toBe(0);
    await host.exec("userdel -r bob");
  });

  test("another login is tried before, and only what gets in is planned", async () => {
    expect((await plan(asAdmin)).ids).toEqual([]);
    await host.exec("mv /home/admin/.ssh/authorized_keys /root/admin.keys");
    expect((await plan(asAdmin)).ids).toContain("ssh.not-proven");
    await host.exec("mv /root/admin.keys /home/admin/.ssh/authorized_keys");
  });

  test("more keys than tries", async () => {
    const folder = mkdtempSync(join(tmpdir(), "harden-keys-"));
    const wrong = ["a", "b", "c"].map((name) => join(folder, name));
    for (const file of wrong) await runProgram("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file]);
    const offered = [...wrong, host.identity];
    const { ids, changes } = await plan(
      "ssh: {}\n",
      "admin",
      offered.flatMap((file) => ["--identity", file]),
    );
    expect(ids).toEqual(["ssh.too-many-keys"]);
    expect(await keyLogin(host, "admin", { keys: offered })).toBe(true);
    await force(host, changes);
    expect(await keyLogin(host, "admin", { keys: offered })).toBe(false);
    expect(await keyLogin(host, "admin", { keys: offered.slice(1) })).toBe(true);
    await clear();
  });

  test("a caller that access.from leaves out", async () => {
    expect((await plan("access: {from: [192.0.2.0/24]}\nssh: {}\n", "admin")).ids).toEqual([
      "host.caller-not-covered",
    ]);
  });

  test("a key exchange that this client does not speak", async () => {
    const { ids, changes } = await plan(
      "ssh: {kexAlgorithms: [sntrup761x25519-sha512@openssh.com]}\n",
      "admin",
    );
    expect(ids).toEqual(["ssh.no-common-algorithm"]);
    await force(host, changes);
    expect(await keyLogin(host, "admin")).toBe(true);
    const cut = await harden(host, ["plan", host.target("admin"), "--profile", profileFile("ssh: {}\n")]);
    expect(cut.code).toBe(1);
    await clear();
  });

  test("an address that sshd has not read yet, which any reload makes count", async () => {
    await host.exec("printf 'ListenAddress 127.0.0.1\\n' >/etc/ssh/sshd_config.d/20-test.conf");
    expect(await keyLogin(host, "admin")).toBe(true);
    const { ids } = await plan("ssh: {}\n", "admin");
    expect(ids).toEqual(["ssh.listen"]);
    await host.exec(reload);
    expect(await keyLogin(host, "admin")).toBe(false);
    await clear("rm /etc/ssh/sshd_config.d/20-test.conf");
    expect(await keyLogin(host, "admin")).toBe(true);
  });

  test("what PAM refuses once it is asked: a warning names the line, and the host comes back", async () => {
    const files = "/etc/pam.d/sshd /etc/security/access.conf";
    await host.exec(`mkdir /root/pam; cp -a ${files} /root/pam
printf 'UsePAM no\\n' >/etc/ssh/sshd_config.d/20-test.conf; sed -i '1i account required pam_access.so' /etc/pam.d/sshd
echo '-:admin:ALL' >>/etc/security/access.conf; usermod -p '*' admin; ${reload}`);
    expect(await keyLogin(host, "admin")).toBe(true);
    const file = profileFile("ssh: {}\n");
    const args = ["apply", host.target("admin"), "--yes", "--profile", file, "--confirm-timeout", "10"];
    const refused = await harden(host, args);
    expect(refused.code, refused.stdout + refused.stderr).toBe(4);
    expect(refused.stdout + refused.stderr).toContain("/etc/pam.d/sshd:1 (account required pam_access.so)");
    expect(await keyLogin(host, "admin")).toBe(true);
    expect((await host.exec("cat /var/lib/harden/runs/*/result")).stdout).toBe("rolled-back clean timeout\n");
    await clear(
      "cp -a /root/pam/sshd /etc/pam.d/; cp -a /root/pam/access.conf /etc/security/; rm /etc/ssh/sshd_config.d/20-test.conf",
    );
  });

  test("UsePAM no and locked accounts: a profile, a rollback as one of them, and one as another login", async () => {
    const main = "/etc/ssh/sshd_config";
    await host.exec(`cp -a ${main} /root/main; sed -i 's/^UsePAM yes/UsePAM no/' ${main}
usermod -p '*' admin; ${reload}`);
    const file = profileFile("ssh: {}\n");
    const applied = await harden(host, ["apply", host.target("admin"), "--yes", "--profile", file]);
    expect(applied.code, applied.stdout + applied.stderr).not.toBe(4);
    // As useradd leaves it: `!` in shadow.
    await host.exec(`useradd -m -s /bin/sh alice; cp -a /home/admin/.ssh /home/alice/; chown -R alice: /home/alice
echo 'alice ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/alice`);
    expect(await keyLogin(host, "alice")).toBe(true);

    const listed = "accounts: {users: [{name: alice}]}\n";
    expect((await plan(`ssh: {usePam: false}\n${listed}`, "admin")).ids).toEqual(["ssh.others-locked"]);
    expect((await plan("ssh: {usePam: false}\n", "admin")).ids).toEqual([]);

    const alice = host.target("admin").replace("admin", "alice");
    const refused = await harden(host, ["rollback", alice, "--yes"]);
    expect(refused.code, refused.stdout + refused.stderr).toBe(3);
    expect(refused.stdout + refused.stderr).toContain("[ssh.account-locked]");
    // The host records the proof's login by PAM, which is asked no more.
    const undone = await inShell(host, "HARDEN rollback HOST --yes");
    expect(undone.code, undone.stdout + undone.stderr).toBe(0);
    expect(undone.stdout + undone.stderr).toContain("[ssh.others-locked]");
    expect([await keyLogin(host, "alice"), await keyLogin(host, "admin")]).toEqual([false, true]);

    const key = (await host.exec("cat /home/admin/.ssh/authorized_keys")).stdout.trim();
    const withKey = profileFile(`accounts: {users: [{name: alice, keys: ["${key}"]}]}\n`);
    const verified = await harden(host, ["verify", host.target("admin"), "--profile", withKey]);
    expect(verified.stdout).toMatch(/UsePAM no: sshd refuses alice/);
    await clear(`cp -a /root/main ${main}; userdel -r alice 2>/dev/null; rm /etc/sudoers.d/alice`);
  });

  test("a port that somebody else listens on is blocked; whoever takes it while sshd reloads sees the host come back", async () => {
    const dropin = "/run/systemd/system/ssh.service.d";
    await host.exec(`printf '%s' 'use Socket; for ([PF_INET, pack_sockaddr_in(2222, INADDR_ANY)], [PF_INET6, pack_sockaddr_in6(2222, Socket::IN6ADDR_ANY)]) { socket(my $s, $_->[0], SOCK_STREAM, 0); setsockopt($s, 41, 26, 1); bind($s, $_->[1]) or die; listen($s, 5); push @s, $s } exit if fork; sleep 600' >/run/hog.pl
printf '[Service]\\nType=forking\\nExecStart=perl /run/hog.pl\\n' >/run/systemd/system/hog.service
mkdir -p ${dropin}; printf '[Service]\\nExecReload=\\nExecReload=systemctl start hog\\nExecReload=/bin/kill -HUP $MAINPID\\n' >${dropin}/hog.conf
systemctl daemon-reload; systemctl start hog`);
    const profile = "ssh: {port: 2222}\n";
    expect((await plan(profile, "admin")).ids).toEqual(["ssh.port-taken"]);
    await host.exec("systemctl stop hog");
    const args = ["apply", host.target("admin"), "--yes", "--profile", profileFile(profile)];
    const refused = await harden(host, [...args, "--confirm-timeout", "10"]);
    expect(refused.code, refused.stdout + refused.stderr).toBe(4);
    await clear(
      `systemctl stop hog; rm -r /run/hog.pl /run/systemd/system/hog.service ${dropin}; systemctl daemon-reload`,
    );
    expect(await keyLogin(host, "admin")).toBe(true);
  });
});
