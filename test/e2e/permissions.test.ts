/** Who may read and change what decides who gets in: mended, by use, and by nobody's trick against another's file. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sample } from "../setup/sample.ts";
import { harden, profileFile } from "./harden.ts";
import { bothDistros, hasDocker, startHost, type TestHost } from "./hosts.ts";
import { keyLogin, reload } from "./logins.ts";
import { difference, state } from "./state.ts";

const told = profileFile("permissions: {worldWritable: {paths: [/srv]}}\n");
const fixed = profileFile("permissions: {worldWritable: {paths: [/srv], fix: true}}\n");
const alone = profileFile("permissions: {}\n");
const written = profileFile("ssh: {}\nsysctl: {}\n");

/** Logins that sshd refuses, since others could add a key: in the home, and where a Match block of sshd's points. */
const opened = `set -e
cat >/etc/ssh/sshd_config.d/10-keys.conf <<'END'
Match User keeper
  AuthorizedKeysFile /srv/keys/%u
END
for user in loose keeper; do id $user >/dev/null 2>&1 || useradd -m -s /bin/sh $user; done
install -d -o loose -g loose -m 777 /home/loose/.ssh
install -o loose -g loose -m 666 /root/.ssh/authorized_keys /home/loose/.ssh/authorized_keys
install -d /srv/keys
install -m 666 /root/.ssh/authorized_keys /srv/keys/keeper
chmod 646 /etc/shadow; chmod 666 /etc/passwd; chown admin:admin /etc/group; chmod 775 /etc/cron.daily
install -m 666 /dev/null /etc/planted
install -d -o admin -m 777 /srv/data
install -m 666 /dev/null "/srv/data/it's here"
install -d -m 1777 /srv/sticky
mkdir -p /srv/other; mount -t tmpfs none /srv/other; chmod 777 /srv/other; install -m 666 /dev/null /srv/other/f
ln -sf /etc/planted /etc/link-to-it`;

const modes = `stat -c '%a %U %n' /srv/keys/keeper /srv/data /srv/data/* /srv/sticky /srv/other /srv/other/f`;

/**
 * Shows what every plan wants to mend; as soon as a run works on the host, which everybody sees, links to what is
 * another's are in its place: one stays, the others come and go. Its folder it opens again and again.
 */
const racer = `systemctl stop race 2>/dev/null; userdel -r -f racer 2>/dev/null; set -e
useradd -m -s /bin/sh racer
install -d -o racer -g racer -m 777 /home/racer/.ssh
for name in authorized_keys authorized_keys2; do install -o racer -m 666 /dev/null /home/racer/.ssh/$name; done
cat >/home/racer/race <<'END'
sub runs { for (</proc/[0-9]*/cmdline>) { open my $of, "<", $_ or next; return 1 if (<$of> // "") =~ /runtime\\.sh/ } }
sub pause { select undef, undef, undef, $_[0] }
chdir "/home/racer/.ssh" or die;
while (1) {
  chmod(0777, ".") and pause 0.005 until runs;
  rename "authorized_keys", ".one"; symlink "/etc/shadow", "authorized_keys";
  while (runs) {
    chmod 0777, ".";
    rename "authorized_keys2", ".two"; symlink "/etc/shadow", "authorized_keys2"; pause rand 0.02;
    rename ".two", "authorized_keys2"; pause rand 0.02;
    rename "../.ssh", "../away"; symlink "/root/.ssh", "../.ssh"; pause rand 0.02; rename "../away", "../.ssh" if unlink "../.ssh";
  }
  rename ".one", "authorized_keys";
}
END
systemd-run -q --unit race --uid racer perl /home/racer/race`;

/** The time of the last change tells of one that was taken back, too. */
const victims = "stat -c '%n %a %U %G %h %i %z' /etc/shadow /root/.ssh /root/.ssh/authorized_keys";

const distros = sample("permissions", bothDistros, 1);

describe.skipIf(!hasDocker()).each(distros)("permissions on %s", (distro) => {
  let host: TestHost;
  const exec = async (script: string) => {
    const { code, stdout, stderr } = await host.exec(script);
    if (code !== 0) throw new Error(`${script}: ${stdout}${stderr}`);
    return stdout;
  };
  const run = (command: string, profile: string, ...more: string[]) =>
    harden(host, [command, host.target("root"), "--profile", profile, ...more]);
  const logins = async () => [
    await keyLogin(host, "admin"),
    await keyLogin(host, "loose"),
    await keyLogin(host, "keeper"),
  ];
  const failing = async (profile: string) => {
    const { stdout } = await run("verify", profile, "--format", "json");
    const { checks } = JSON.parse(stdout)[0].value as {
      checks: readonly { id: string; object: string; verdict: string }[];
    };
    return checks.filter(({ verdict }) => verdict !== "pass").map(({ id, object }) => `${id} ${object}`);
  };
  beforeAll(async () => {
    host = await startHost(distro, "full");
  });
  afterAll(() => host?.remove());

  it("of a fresh host: an apply, and verify says so", async () => {
    const { code, stdout, stderr } = await run("apply", alone, "--yes");
    expect(code, stdout + stderr).toBe(0);
  });

  it("of files that a user owns: verify fails for each, and an apply mends those of harden", async () => {
    const { code, stdout, stderr } = await run("apply", written, "--yes");
    expect(code, stdout + stderr).toBe(0);
    const ours = "/etc/ssh/sshd_config.d/00-harden.conf /etc/sysctl.d/99-zz-harden.conf";
    const other = "/etc/ssh/sshd_config.d/90-test.conf";
    const ofFiles = async () =>
      (await failing(written)).flatMap((each) => (each.startsWith("host.files ") ? [each.slice(11)] : []));

    await exec(`chown admin: ${ours} ${other}; ${reload}`);
    expect((await ofFiles()).sort()).toEqual([...ours.split(" "), other].sort());
    expect((await run("verify", written)).code).toBe(2);

    // Somebody else's file is told, and left as it is.
    expect((await run("apply", written, "--yes")).code).toBe(2);
    expect(await ofFiles()).toEqual([other]);
    await exec(`chown root: ${other}; ${reload}`);
    const mended = await run("verify", written);
    expect(mended.code, mended.stdout).toBe(0);
  });

  it("of one where everybody may write: found, mended by use, seen when it drifts, and given back", async () => {
    await exec(`${opened}\n${reload}`);
    const pristine = [...(await state(host.exec)), await exec(modes)];
    expect(await logins()).toEqual([true, false, false]);

    // What a plan does not look at it says, and what is only told it leaves alone.
    const quick = await run("plan", told);
    expect(quick.stdout).toContain("in /srv was not looked at");
    expect(quick.stdout).not.toContain("planted");
    const found = await failing(told);
    expect(found).toEqual(
      expect.arrayContaining([
        "permissions.accounts /etc/passwd",
        "permissions.accounts /etc/group",
        "permissions.hashes /etc/shadow",
        "permissions.cron /etc/cron.daily",
        "permissions.login-keys /home/loose/.ssh",
        "permissions.login-keys /home/loose/.ssh/authorized_keys",
        "permissions.login-keys /srv/keys/keeper",
        "permissions.world-writable /etc/planted",
        "permissions.world-writable /srv/data",
        "permissions.world-writable /srv/data/it's here",
      ]),
    );
    expect(found.join()).not.toMatch(/sticky|other|link-to-it/);

    const first = await run("apply", fixed, "--yes", "--format", "json");
    expect(first.code, first.stdout + first.stderr).toBe(0);
    const { run: id } = JSON.parse(first.stdout)[0].value;
    const applied = await state(host.exec);
    expect(await logins()).toEqual([true, true, true]);
    expect(await exec("find /etc -perm -002 -type f")).toBe("");
    expect(await exec(`stat -c '%a %U:%G' /etc/shadow /etc/passwd /etc/group /etc/cron.daily`)).toBe(
      "640 root:shadow\n644 root:root\n644 root:root\n700 root:root\n",
    );
    expect(await exec(modes)).toBe(
      "644 root /srv/keys/keeper\n775 admin /srv/data\n664 root /srv/data/it's here\n1777 root /srv/sticky\n777 root /srv/other\n666 root /srv/other/f\n",
    );
    // Its programs of users still read what they need.
    expect(await exec("runuser -u admin -- chage -l admin")).toContain("Last password change");

    expect((await run("plan", fixed, "--detailed-exitcode")).code).toBe(0);
    await exec("chmod 644 /etc/shadow; chmod 666 /home/loose/.ssh/authorized_keys");
    const drifted = await run("plan", fixed, "--detailed-exitcode");
    expect(drifted, drifted.stdout).toMatchObject({ code: 2 });
    const mended = await run("apply", fixed, "--yes");
    expect(mended.code, mended.stdout + mended.stderr).toBe(0);
    expect(difference(applied, await state(host.exec))).toEqual([]);

    // Stricter is as good, and who can't read it any more is told.
    await exec("chmod 600 /etc/shadow; chmod 400 /home/loose/.ssh/authorized_keys");
    const strict = await run("verify", fixed, "--format", "json");
    expect(strict.code, strict.stdout).toBe(0);
    expect(strict.stdout).toContain("chage and unix_chkpwd, can't read it");
    await exec("chmod 640 /etc/shadow; chmod 600 /home/loose/.ssh/authorized_keys");

    // What its access list lets read it, no mode tells.
    await exec("setfacl -m u:admin:r /etc/shadow");
    expect(await exec("runuser -u admin -- grep -c ^root: /etc/shadow")).toBe("1\n");
    expect(await failing(fixed)).toContain("permissions.hashes /etc/shadow");
    expect((await run("apply", fixed, "--yes")).code).toBe(2);
    await exec("setfacl -b /etc/shadow");

    // PAM takes a hash of passwd(5), which everybody reads, before that of shadow(5).
    await exec("cp -a /etc/group- /root/; sed -i 's/^op:x:/op:$6$x$y:/' /etc/passwd /etc/group-");
    const open = ["permissions.hashes /etc/passwd op", "permissions.hashes /etc/group- op"];
    const hashes = async () => (await failing(fixed)).filter((each) => each.startsWith("permissions.hashes"));
    expect(await hashes()).toEqual(open);
    await exec("sed -i 's/^op:[^:]*:/op:x:/' /etc/passwd; mv /root/group- /etc/");
    expect(await hashes()).toEqual([]);

    // A copy is found by what it holds.
    await exec(`sed 's/^/x/;1q' /etc/shadow >/etc/planted.txt; printf 'b0VIM\\0%s\\0' "$(head -n 1 /etc/shadow)" >/etc/.x.swp
      cp /etc/gshadow /var/backups/g~; cp -a /etc/shadow /etc/shadow.kept; chmod 644 /var/backups/g~ /etc/planted.txt /etc/.x.swp`);
    expect(await hashes()).toEqual(
      ["/etc/.x.swp", "/etc/planted.txt", "/var/backups/g~"].map((path) => `permissions.hashes ${path}`),
    );
    await exec("rm /etc/planted.txt /etc/.x.swp /etc/shadow.kept /var/backups/g~");

    const undone = await harden(host, ["rollback", host.target("root"), id, "--yes"]);
    expect(undone.code, undone.stdout + undone.stderr).toBe(0);
    expect(difference(pristine, [...(await state(host.exec)), await exec(modes)])).toEqual([]);
  });

  it("a folder that its owner has moved away keeps the mode of the run, which its rollback says", async () => {
    await exec(`useradd -m -s /bin/sh mover; install -d -o mover -g mover -m 777 /home/mover/.ssh
      install -o mover -g mover -m 600 /root/.ssh/authorized_keys /home/mover/.ssh/authorized_keys`);
    const applied = await run("apply", alone, "--yes", "--format", "json");
    const { run: id } = JSON.parse(applied.stdout)[0].value;
    await exec("cd /home/mover; mv .ssh was; runuser -u mover -- ln -s /srv/keys .ssh");
    const undone = await harden(host, ["rollback", host.target("root"), id, "--yes"]);
    expect(undone, undone.stdout + undone.stderr).toMatchObject({ code: 4 });
    expect(undone.stdout).toMatch(
      /\/home\/mover\/\.ssh: its mode was 0777 before the run, and is not given back/,
    );
    expect(await exec("stat -c %a /home/mover/was /srv/keys; userdel -r mover 2>/dev/null")).toBe(
      "700\n755\n",
    );
  });

  it("no user has another's file changed, and none makes a run fail", async () => {
    await exec(`chmod 640 /etc/shadow\n${racer}`);
    const before = await exec(victims);
    for (const command of ["apply", "rollback", "apply", "rollback"]) {
      const more = command === "apply" ? ["--profile", alone] : [];
      const { code, stdout, stderr } = await harden(host, [command, host.target("root"), "--yes", ...more], {
        alone: true,
      });
      // What the user has by then is told, and so is what can't be given back of it.
      const undone = stdout.includes("is not given back") ? 4 : 0;
      expect(code, stdout + stderr).toBe(command === "apply" ? 2 : undone);
      expect(stdout).toMatch(/confirmed|undone and verified/);
    }
    expect(await exec("systemctl is-active race")).toBe("active\n");
    expect(await exec(victims)).toBe(before);
  });
});
