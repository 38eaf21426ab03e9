/** A fresh server with only a root password, and the people who get in afterwards: by use. */
import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sample, sampleRows } from "../setup/sample.ts";
import { expectPristine, outcome, untilSettled } from "./faults.ts";
import { harden, profileFile } from "./harden.ts";
import { bothDistros, hasDocker, startHost, type TestHost } from "./hosts.ts";
import { keyLogin, passwordLogin, reload } from "./logins.ts";
import { difference, state } from "./state.ts";
import { startOnTerminal } from "./terminal.ts";
import { during, must } from "./trouble.ts";

const rootPassword = "only-Root 7'$y";

/** As a provider hands a server over: root, its password, and passwords that age, as benchmarks have it. */
const fresh = `set -e
sed -i 's/^PASS_MAX_DAYS.*/PASS_MAX_DAYS 90/; s/^PASS_MIN_DAYS.*/PASS_MIN_DAYS 1/' /etc/login.defs
useradd -D -f 30 -e 2099-12-31
userdel -r admin 2>/dev/null; userdel -r op 2>/dev/null
rm -rf /etc/sudoers.d/admin /root/.ssh/authorized_keys
cat >/etc/ssh/sshd_config.d/50-provider.conf <<'END'
PermitRootLogin yes
PasswordAuthentication yes
END
chpasswd <<'END'
root:${rootPassword}
END
${reload}`;

/** What a run could have touched here, with the times of the last changes. */
const everything = "find /etc /home /root /var/lib/harden -printf '%p %i %C@\\n' 2>/dev/null | sort";

/** What systemd keeps for a login goes some seconds after it. */
const gone = (login: string) =>
  `loginctl terminate-user ${login} 2>/dev/null; for n in $(seq 100); do userdel -r ${login} 2>/dev/null; id ${login} >/dev/null 2>&1 || break; sleep 0.1; done`;

/** Nobody but root gets in while there is no such login. */
const shutWithout = (login: string) => `cat >/root/trap <<'END'
while id ${login}; do sleep 0.05; done
touch /etc/nologin
until id ${login}; do sleep 0.05; done
rm /etc/nologin /root/trap
END
systemd-run --quiet --unit shut-without sh /root/trap`;

/** Takes the listed key out again while the run waits for its proof. */
const emptiesKeys = (login: string) => {
  const file = `/home/${login}/.ssh/authorized_keys`;
  return `systemd-run --quiet --unit empties-keys sh -c 'until [ -s ${file} ]; do sleep 0.05; done; : >${file}'`;
};

const distros = sample("accounts", bothDistros, 1);

describe.skipIf(!hasDocker()).each(distros)("accounts on %s", { timeout: 300_000 }, (distro) => {
  let host: TestHost;
  let pristine: readonly string[];
  /** Lines of authorized_keys: of the key that is held here, of another person's, and of nobody's. */
  let [mine, theirs, foreign] = ["", "", ""];
  let passwordFile = "";
  let first = "";

  const newKey = (name: string) => {
    const file = join(host.home, name);
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", file]);
    return readFileSync(`${file}.pub`, "utf8").trim();
  };
  const user = (keys: readonly string[], more = "sudo: nopasswd, groups: [adm]") =>
    `{name: deploy, keys: ${JSON.stringify(keys)}, ${more}}`;
  const profileOf = (users: readonly string[], otherKeys = "fail") =>
    profileFile(
      `access: {user: deploy}\nssh: {permitRootLogin: no}\naccounts:\n  users: [${users.join(", ")}]\n  otherKeys: ${otherKeys}\n`,
    );
  const run = (login: string, command: string, profile: string, ...more: string[]) =>
    harden(host, [command, `${login}@${host.address}`, "--profile", profile, ...more], { alone: true });
  const byPassword = (command: string, profile: string, ...more: string[]) =>
    run("root", command, profile, "--password-file", passwordFile, ...more);
  const deployed = (command: string, profile: string, ...more: string[]) =>
    run("deploy", command, profile, ...more);
  /** Least and most days of its password, days from then on, and the day that it ends: as shadow(5) has them. */
  const ageing = (login: string) => must(host, `getent shadow ${login} | cut -d : -f 4,5,7,8`);
  const keysOf = (login: string) => must(host, `cat ~${login}/.ssh/authorized_keys`);
  /** Each of them ends with exit 3 and says why, and all together change nothing. */
  const refused = async (attempts: readonly (readonly [string, RegExp, string?])[], as = deployed) => {
    for (const [profile, says, make = ":"] of attempts) {
      await must(host, make);
      const before = await must(host, everything);
      const ended = await as("apply", profile, "--yes");
      const said = ended.stdout + ended.stderr;
      expect(ended, said).toMatchObject({ code: 3 });
      expect(said).toMatch(says);
      expect(await must(host, everything)).toBe(before);
    }
  };
  const rolledBack = async (profile: string, says: RegExp, ...more: string[]) => {
    const before = await state(host.exec);
    const ended = await byPassword("apply", profile, "--yes", ...more);
    const said = ended.stdout + ended.stderr;
    expect(ended, said).toMatchObject({ code: 4 });
    expect(said).toMatch(says);
    expect(said).not.toMatch(/it stays|could not be|but for/);
    expect(difference(before, await state(host.exec)), said).toEqual([]);
    expect(await passwordLogin(host, "root", rootPassword)).toBe(true);
  };

  /** What doesn't depend on the release. */
  const onOne = distro === distros.at(-1) ? it : () => undefined;

  beforeAll(async () => {
    host = await startHost(distro, "bare");
    await must(host, fresh);
    mine = readFileSync(`${host.identity}.pub`, "utf8").trim();
    [theirs, foreign] = [newKey("colleague"), newKey("former")];
    passwordFile = join(host.home, "password");
    writeFileSync(passwordFile, `${rootPassword}\n`);
    // What a provider's image gives to each new account is not the profile's.
    await must(
      host,
      `install -d -m 700 /etc/skel/.ssh; printf '%s\\n' '${foreign}' | install -m 600 /dev/stdin /etc/skel/.ssh/authorized_keys`,
    );
    chmodSync(passwordFile, 0o600);
    pristine = await state(host.exec);
  });
  afterAll(() => host?.remove());

  onOne(
    "begins nothing that could not be proven: a key that nobody here holds, a wrong password, a missing group",
    async () => {
      await refused(
        [
          [profileOf([user([theirs])]), /You could not come back as deploy.*SHA256:/],
          [
            profileOf([user([mine], "sudo: nopasswd, groups: [nosuch]")]),
            /deploy is to be in the group nosuch, and there is no such group/,
          ],
          [profileOf([user([mine], "sudo: password")]), /deploy has none/],
          [profileOf([user([mine], "sudo: false")]), /deploy could not become root/],
        ],
        byPassword,
      );
      const wrong = join(host.home, "wrong");
      writeFileSync(wrong, "wrong\n", { mode: 0o600 });
      const profile = profileOf([user([mine])]);
      const ended = await run("root", "apply", profile, "--password-file", wrong, "--yes");
      expect(ended, ended.stdout).toMatchObject({ code: 1 });
      expect(ended.stderr).toContain("does not take the password");
      const typing = startOnTerminal(host, [
        "plan",
        host.target("root"),
        "--ask-password",
        "--profile",
        profile,
      ]);
      await typing.until(/password of root@\S+: /);
      typing.type(`${rootPassword}\r`);
      const { code, said } = await typing.ended;
      expect(code, said).toBe(0);
      expect(said.replace(/\s+/g, " ")).toContain(
        "This run came in as root by a password. Afterwards deploy comes in by the key SHA256:",
      );
      expect(said).not.toContain(rootPassword);
      const none = await run("root", "plan", profile);
      expect(none).toMatchObject({ code: 1 });
      expect(none.stderr).toContain("--ask-password");
    },
  );

  it("comes back by itself where the new login gets in and can't become root, account and all", async () => {
    const trouble = {
      name: "sudo that breaks",
      make: "cp -a /etc/pam.d/sudo /root/sudo.pam; echo 'account required pam_deny.so' >/etc/pam.d/sudo",
      there: "grep -q pam_deny /etc/pam.d/sudo",
      end: "mv /root/sudo.pam /etc/pam.d/sudo",
    };
    await during(host, trouble, () =>
      rolledBack(profileOf([user([mine])]), /rolling back now: the new login has no rights/),
    );
    await expectPristine(host, pristine);
  });

  onOne("comes back by itself where the new login doesn't get in at all", async () => {
    const trouble = {
      name: "PAM that refuses a login, and a key that goes meanwhile",
      make: `cp -a /etc/pam.d/sshd /root/sshd.pam; sed -i '1i account required pam_succeed_if.so quiet user != deploy' /etc/pam.d/sshd; ${emptiesKeys("deploy")}`,
      there: "grep -q deploy /etc/pam.d/sshd",
      end: "mv /root/sshd.pam /etc/pam.d/sshd",
    };
    await during(host, trouble, () =>
      rolledBack(profileOf([user([mine])]), /no new login is possible/, "--confirm-timeout", "10"),
    );
    await expectPristine(host, pristine);
  });

  onOne("comes back by itself after a power loss, account and all", async () => {
    const left = await byPassword("apply", profileOf([user([mine])]), "--yes", "--no-confirm");
    expect(left, left.stdout + left.stderr).toMatchObject({ code: 0 });
    expect(await keyLogin(host, "deploy")).toBe(true);
    await host.restart({ hard: true });
    await untilSettled(host);
    expect(await outcome(host)).toMatch(/^rolled-back clean/);
    await expectPristine(host, pristine);
    expect(await passwordLogin(host, "root", rootPassword)).toBe(true);
  });

  it("one apply with root's password: account, key and sudo, proven; then the password opens nothing", async () => {
    const profile = profileOf([user([mine, theirs])]);
    expect(await passwordLogin(host, "root", rootPassword)).toBe(true);
    const log = join(host.home, "log");
    await must(
      host,
      "cp -a /etc/login.defs /root/defs; sed -i /HOME_MODE/d /etc/login.defs; echo HOME_MODE 0777 >>/etc/login.defs",
    );
    const applied = await byPassword("apply", profile, "--yes", "--format", "json", "--log", log);
    await must(host, "mv /root/defs /etc/login.defs");
    const said = applied.stdout + applied.stderr;
    expect(applied, said).toMatchObject({ code: 0 });
    expect(said + readFileSync(log, "utf8")).not.toContain(rootPassword);
    expect((await host.exec(`grep -rF "only-Root" /var/lib/harden /var/log || :`)).stdout).toBe("");
    first = JSON.parse(applied.stdout)[0].value.run;

    // Nobody could change a password that it doesn't have.
    expect(await ageing("deploy")).toBe(":::\n");
    await must(host, "chage -d 2020-01-01 deploy");
    expect(await keyLogin(host, "deploy")).toBe(true);
    expect(await keyLogin(host, "deploy", { keys: [join(host.home, "colleague")] })).toBe(true);
    expect(await keyLogin(host, "deploy", { keys: [join(host.home, "former")] })).toBe(false);
    expect(await keysOf("deploy")).toBe(`${mine}\n${theirs}\n`);
    expect(await passwordLogin(host, "root", rootPassword)).toBe(false);
    expect(await passwordLogin(host, "deploy", rootPassword)).toBe(false);
    expect(await keyLogin(host, "root")).toBe(false);
    expect(await must(host, "runuser -u deploy -- sudo -n id -u; id -nG deploy")).toBe("0\ndeploy adm\n");
    expect(
      await must(
        host,
        "stat -c '%a %U:%G' ~deploy/.ssh ~deploy/.ssh/authorized_keys /etc/sudoers.d/zz-harden",
      ),
    ).toBe("700 deploy:deploy\n600 deploy:deploy\n440 root:root\n");

    const again = await deployed("apply", profile, "--yes");
    expect(again.stdout + again.stderr).toContain("Nothing to change");
    const verified = await deployed("verify", profile);
    expect(verified, verified.stdout + verified.stderr).toMatchObject({ code: 0 });
    const late = await byPassword("plan", profile);
    expect(late).toMatchObject({ code: 1 });
  });

  onOne("names whoever has left: the account that harden made stays, and its key must not", async () => {
    const both = profileOf([user([mine, theirs]), `{name: leaver, keys: ["${theirs}"]}`]);
    const came = await deployed("apply", both, "--yes", "--format", "json");
    expect(came, came.stdout + came.stderr).toMatchObject({ code: 0 });
    expect(await keyLogin(host, "leaver", { keys: [join(host.home, "colleague")] })).toBe(true);
    const profile = profileOf([user([mine, theirs])]);
    const open = await deployed("verify", profile);
    expect(open, open.stdout).toMatchObject({ code: 2 });
    expect(open.stdout.replace(/\s+/g, " ")).toMatch(/fail +accounts\.leavers .* \(colleague\) opens leaver/);
    const opens = async (name: string) => {
      expect(await keyLogin(host, name, { keys: [join(host.home, "colleague")] })).toBe(true);
      const { code, stdout } = await deployed("verify", profile);
      expect(code, stdout).toBe(2);
      expect(stdout.replace(/\s+/g, " ")).toMatch(
        new RegExp(`fail +accounts\\.leavers .* \\(colleague\\) opens ${name}, made as leaver`),
      );
    };
    // As usermod -l, which refuses where its last session has just ended.
    const rename = (from: string, to: string) =>
      must(host, `sed -i s/^${from}:/${to}:/ /etc/passwd /etc/shadow`);
    await rename("leaver", "gone");
    await opens("gone");
    await rename("gone", "leaver");
    await must(
      host,
      `useradd -o -m -s /bin/bash -u $(id -u leaver) ghost
       cp -a ~leaver/.ssh ~ghost; mv ~leaver/.ssh/authorized_keys /root/leaver`,
    );
    await opens("ghost");
    await must(host, "userdel -rf ghost");
    const shut = await deployed("verify", profile);
    expect(shut, shut.stdout).toMatchObject({ code: 0 });
    await must(host, "mv /root/leaver ~leaver/.ssh/authorized_keys");
    const { run: last } = JSON.parse(came.stdout)[0].value;
    const back = await harden(host, ["rollback", `deploy@${host.address}`, last, "--yes"], { alone: true });
    expect(back, back.stdout + back.stderr).toMatchObject({ code: 0 });
    expect((await host.exec("getent passwd leaver")).code).toBe(2);
  });

  onOne("mends keys that have drifted, names others, and removes them only when asked", async () => {
    const profile = profileOf([user([mine, theirs])]);
    const drifted = `# Kept, as it is\t\r\n${mine}\n\nfrom="192.0.2.0/24" ${foreign}\r\n${foreign.replace("former", "again")}`;
    await must(
      host,
      `cat >~deploy/.ssh/authorized_keys <<'END'\n${drifted}\nEND\ntruncate -s -1 ~deploy/.ssh/authorized_keys`,
    );
    const seen = await deployed("verify", profile);
    expect(seen, seen.stdout).toMatchObject({ code: 2 });
    expect(seen.stdout).toMatch(/deploy lacks SHA256:\S+ \(colleague\)/);
    expect(seen.stdout).toMatch(/SHA256:\S+ \(former\) opens deploy/);

    const mended = await deployed("apply", profile, "--yes");
    expect(mended, mended.stdout + mended.stderr).toMatchObject({ code: 2 });
    expect(await keysOf("deploy")).toBe(`${drifted}\n${theirs}\n`);

    const removing = await deployed(
      "apply",
      profileOf([user([mine, theirs])], "remove"),
      "--yes",
      "--format",
      "json",
    );
    expect(removing, removing.stdout + removing.stderr).toMatchObject({ code: 0 });
    expect(await keysOf("deploy")).toBe(`# Kept, as it is\t\r\n${mine}\n\n${theirs}\n`);
    expect(await keyLogin(host, "deploy", { keys: [join(host.home, "former")] })).toBe(false);

    const { run: last } = JSON.parse(removing.stdout)[0].value;
    const back = await harden(host, ["rollback", `deploy@${host.address}`, last, "--yes"], { alone: true });
    expect(back, back.stdout + back.stderr).toMatchObject({ code: 0 });
    // What comes back is shown before.
    expect(back.stderr).toMatch(/authorized_keys \(\+[1-9]\d* -0\)/);
    expect(await keysOf("deploy")).toBe(`${drifted}\n${theirs}\n`);
  });

  onOne("is told as rolled back where no login has sudo any more: the host does it by itself", async () => {
    await must(
      host,
      `cat >/root/trap <<'END'
until ls /var/lib/harden/pending/* >/dev/null 2>&1; do sleep 0.05; done
cp -a /etc/pam.d/sudo /root/sudo.pam
echo 'account required pam_deny.so' >/etc/pam.d/sudo
while ls /var/lib/harden/pending/* /var/lib/harden/rolling/* 2>/dev/null | grep -q .; do sleep 0.05; done
mv /root/sudo.pam /etc/pam.d/sudo
rm /root/trap
END
systemd-run --quiet --unit lost-sudo sh /root/trap`,
    );
    const profile = profileOf([user([mine, theirs])], "remove");
    const ended = await deployed("apply", profile, "--yes", "--confirm-timeout", "10");
    expect(ended, ended.stdout + ended.stderr).toMatchObject({ code: 4 });
    expect(ended.stderr).toContain("the new login has no rights");
    expect(ended.stdout).toContain("The host is as it was before.");
  });

  onOne("never takes the last way in: its key, its sudo, or the account itself by an undo", async () => {
    await refused([
      [profileOf([user([theirs])], "remove"), /You could not come back as deploy/],
      [profileOf([user([mine, theirs], "sudo: false")]), /deploy could not become root/],
      [profileOf([]), /deploy could not become root/],
    ]);
    const before = await state(host.exec);
    const undo = await harden(host, ["rollback", `deploy@${host.address}`, "--to", first, "--yes"], {
      alone: true,
    });
    expect(undo, undo.stdout + undo.stderr).toMatchObject({ code: 3 });
    expect(undo.stdout + undo.stderr).toMatch(/take away the account and the keys and the sudo of deploy/);
    expect(difference(before, await state(host.exec))).toEqual([]);
  });

  onOne("leaves alone what a user has put in the place of the file", async () => {
    const eve = `{name: eve, keys: ["${theirs}"]}`;
    const profile = profileOf([user([mine, theirs]), eve]);
    await must(host, "useradd -m -s /bin/sh eve; install -d -o eve -g eve -m 700 /home/eve/.ssh");
    const file = "/home/eve/.ssh/authorized_keys";
    const sum = "sha256sum /etc/shadow; stat -c '%a %U %Z' /etc/shadow";
    const shadow = await must(host, sum);
    const traps = [
      [`ln -sfn /etc/shadow ${file}`, /symbolic link/],
      [`mkfifo ${file}`, /no regular file/],
      [`ln ${file}.other ${file}`, /has 2 names/],
      [`install -o root -m 644 /dev/null ${file}`, /belongs to the user 0/],
      ["rm -rf /home/eve/.ssh; ln -s /root /home/eve/.ssh", /no folder of its own/],
    ] as const;
    for (const [trap, says] of traps) {
      await must(host, `rm -rf ${file}; install -o eve -m 600 /dev/null ${file}.other; ${trap}`);
      const plan = await deployed("plan", profile, "--detailed-exitcode");
      expect(plan.code, plan.stdout).not.toBe(3);
      expect(plan.stdout).toMatch(says);
      expect(plan.stdout).toContain("[accounts.keys-left]");
    }
    // Nobody but the planned login can keep a run from being applied, and what could not be done is told.
    const left = await deployed("apply", profile, "--yes");
    expect(left, left.stdout + left.stderr).toMatchObject({ code: 2 });
    expect(left.stdout).toMatch(/accounts\.keys/);
    expect(await must(host, `readlink ${file.replace(/\/[^/]*$/, "")}`)).toBe("/root\n");
    expect(await must(host, sum)).toBe(shadow);
    await must(host, "userdel -r eve 2>/dev/null");
  });

  it("is undone to the byte by a login that stays; what has come to need the account keeps it", async () => {
    const boss = `useradd -m -s /bin/bash boss
install -d -o boss -g boss -m 700 ~boss/.ssh
install -o boss -g boss -m 600 /dev/stdin ~boss/.ssh/authorized_keys <<'END'
${mine}
END
echo 'boss ALL=(ALL:ALL) NOPASSWD: ALL' >/etc/sudoers.d/boss`;
    await must(host, boss);
    await must(host, "runuser -u deploy -- touch /home/deploy/work");
    const undo = (...words: string[]) =>
      harden(host, ["rollback", `boss@${host.address}`, ...words, "--yes"], { alone: true });
    const kept = await undo("--to", first);
    expect(kept, kept.stdout + kept.stderr).toMatchObject({ code: 4 });
    expect(kept.stdout.replace(/\s+/g, " ")).toMatch(
      /but for: note: deploy: it stays: needed by the file \/home\/deploy\/work.*userdel -r deploy/,
    );
    expect(await keyLogin(host, "deploy")).toBe(false);
    expect(await passwordLogin(host, "root", rootPassword)).toBe(true);
    await must(host, `${gone("deploy")}; ${gone("boss")}; rm /etc/sudoers.d/boss`);
    await expectPristine(host, pristine);

    const profile = profileOf([user([mine])]);
    const applied = await byPassword("apply", profile, "--yes");
    expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 0 });
    await must(host, boss);
    // One that is rolled back itself has the account again, with all that was its own, and the day that it ends.
    await must(host, `chage -E 2099-01-02 deploy\n${shutWithout("deploy")}`);
    const taken = await undo("--confirm-timeout", "10");
    expect(taken, taken.stdout + taken.stderr).toMatchObject({ code: 4 });
    expect(taken.stdout).not.toContain("but for");
    expect(await keyLogin(host, "deploy")).toBe(true);
    expect(await must(host, "runuser -u deploy -- sudo -n id -u; id -nG deploy")).toBe("0\ndeploy adm\n");
    expect(await ageing("deploy")).toBe(":::47118\n");
    const undone = await undo("--format", "json");
    expect(undone, undone.stdout + undone.stderr).toMatchObject({ code: 0 });
    expect(await keyLogin(host, "deploy")).toBe(false);
    // An undo of the undo has everything again.
    const { by } = JSON.parse(undone.stdout)[0].value;
    const redone = await undo(by);
    expect(redone, redone.stdout + redone.stderr).toMatchObject({ code: 0 });
    expect(await keyLogin(host, "deploy")).toBe(true);
    expect(await must(host, "runuser -u deploy -- sudo -n id -u; id -nG deploy")).toBe("0\ndeploy adm\n");
    expect(await ageing("deploy")).toBe(":::47118\n");
    const last = await undo();
    expect(last, last.stdout + last.stderr).toMatchObject({ code: 0 });
    await must(host, `${gone("boss")}; rm /etc/sudoers.d/boss`);
    await expectPristine(host, pristine);
  });
});

describe.skipIf(!hasDocker())("a way in for every user of the host", { timeout: 300_000 }, () => {
  let host: TestHost;
  beforeAll(async () => {
    host = await startHost("debian12", "full");
  });
  afterAll(() => host?.remove());

  const profile = profileFile(
    "access: {user: root}\naccounts: {otherKeys: keep, users: [{name: op, sudo: password}]}\n",
  );
  const run = (command: string, ...more: string[]) =>
    harden(host, [command, host.target("root"), "--profile", profile, ...more]);
  /** As a user who has no rights at all. */
  const by = (script: string) => host.exec(`su -s /bin/sh -c '${script}' daemon`);

  const ids = ["accounts.empty-passwords"];
  it.each([
    {
      whose: "a listed login",
      change: "passwd -d op",
      ids: [...ids, "accounts.sudo"],
      use: `su op -c "echo | sudo -S id -u"`,
    },
    { whose: "root", change: "passwd -d root", ids, use: `su -c "id -u"` },
    {
      whose: "root, hashed",
      ids,
      use: `echo | su -c "id -u"`,
      change: `usermod -p "$(perl -e 'print crypt(q(), q($6$abcdefgh$))')" root`,
    },
    {
      whose: "root, in the first of two lines",
      ids,
      use: `echo | su -c "id -u"`,
      change: `sed -i "s|^root:|root:$(perl -e 'print crypt(q(), q($6$abcdefgh$))'):20000:0:99999:7:::\\n&|" /etc/shadow`,
    },
    {
      whose: "an account of passwd(5) alone",
      ids,
      use: `su ghost -c "id -u"`,
      change: "echo ghost::0:0::/root:/bin/sh >>/etc/passwd",
    },
  ])("by an empty password of $whose is named", async ({ change, use, ids: bad }) => {
    await must(host, "cp -a /etc/passwd /etc/shadow /root");
    const applied = await run("apply", "--yes");
    expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 0 });
    await must(host, change);
    expect(await by(use)).toMatchObject({ code: 0, stdout: "0\n" });
    const { code, stdout } = await run("verify", "--format", "json");
    const [{ value }] = JSON.parse(stdout) as [
      { value: { checks: readonly { id: string; verdict: string }[] } },
    ];
    expect(code).toBe(2);
    const failed = value.checks.filter(({ verdict }) => verdict === "fail").map(({ id }) => id);
    expect(failed).toEqual(bad);
    await must(host, "cp -a /root/passwd /root/shadow /etc");
    expect(await run("verify")).toMatchObject({ code: 0 });
  });

  it("by a folder of keys that anybody can make is named where StrictModes is off", async () => {
    const modes = profileFile("access: {user: root}\npermissions: {}\n");
    const verify = async () => {
      const { stdout } = await harden(host, ["verify", host.target("root"), "--profile", modes]);
      return /^ *(\w+) +permissions\.login-keys .*\n(?: +object: +(.*)\n)?/m.exec(stdout)?.slice(1);
    };
    const dropIn = "/etc/ssh/sshd_config.d/00-mine.conf";
    const keysIn = (text: string) => must(host, `printf '${text}' >${dropIn}; ${reload}`);
    const files = "AuthorizedKeysFile .ssh/authorized_keys /tmp/keys/%%u\\n";
    await keysIn(files);
    expect(await verify()).toEqual(["pass", undefined]);
    await keysIn(`StrictModes no\\n${files}`);
    expect(await verify()).toEqual(["fail", "/tmp"]);
    await must(host, "rm -r ~op/.ssh");
    expect(await keyLogin(host, "op")).toBe(false);
    const key = readFileSync(`${host.identity}.pub`, "utf8").trim();
    await by(`mkdir /tmp/keys; echo ${key} >/tmp/keys/op`);
    expect(await keyLogin(host, "op")).toBe(true);
    expect(await verify()).toEqual(["fail", "/tmp/keys"]);
    await must(host, "rm -r /tmp/keys; mkdir /tmp/keys");
    expect(await verify()).toEqual(["pass", undefined]);
  });

  const blocks = ["Group crew,!interns", "User zed,op", "User !zed,o*"];
  it.each(sample("blocks that let in by a certificate", blocks, 1))(
    "by a certificate under Match %s is named",
    async (criteria) => {
      const [ca, other] = ["ca", "other"].map((name) => join(host.home, `${name} of ${criteria}`));
      for (const file of [ca, other])
        execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file!]);
      execFileSync("ssh-keygen", ["-q", "-s", ca!, "-I", "nobody", "-n", "op", `${other}.pub`]);
      const listed = readFileSync(`${host.identity}.pub`, "utf8").trim();
      const users = profileFile(
        `access: {user: root}\naccounts: {users: [{name: op, sudo: password, keys: ["${listed}"]}]}\n`,
      );
      const dropIn = "/etc/ssh/sshd_config.d/99-block.conf";
      const text = `Match ${criteria}\nTrustedUserCAKeys /etc/ssh/ca.pub\n`;
      await must(
        host,
        "groupadd -f crew; groupadd -f interns; useradd -M bob; gpasswd -M bob,op crew; gpasswd -M bob interns",
      );
      await host.exec(`cat >/etc/ssh/ca.pub`, { stdin: readFileSync(`${ca}.pub`, "utf8") });
      const verify = async () => {
        const { stdout } = await harden(host, ["verify", host.target("root"), "--profile", users]);
        return /^ *(\w+) +accounts\.other-keys /m.exec(stdout)?.[1];
      };
      expect([await keyLogin(host, "op", { keys: [other!] }), await verify()]).toEqual([false, "pass"]);
      await must(host, `printf '${text}' >${dropIn}; ${reload}`);
      expect([await keyLogin(host, "op", { keys: [other!] }), await verify()]).toEqual([true, "fail"]);
      await must(host, `rm ${dropIn}; userdel bob; groupdel crew; groupdel interns; ${reload}`);
    },
  );
});

describe.skipIf(!hasDocker())("accounts that share a number", { timeout: 300_000 }, () => {
  let host: TestHost;
  beforeAll(async () => {
    host = await startHost("debian13", "full");
    const key = readFileSync(`${host.identity}.pub`, "utf8").trim();
    await must(
      host,
      `useradd -o -u $(id -u admin) -m -s /bin/bash twin
       install -d -o twin -g twin -m 700 ~twin/.ssh
       printf '%s\\n' '${key}' | install -o twin -g twin -m 600 /dev/stdin ~twin/.ssh/authorized_keys`,
    );
  });
  afterAll(() => host?.remove());

  const run = (command: string, users: string, ...more: string[]) => {
    const profile = profileFile(`access: {user: root}\naccounts: {otherKeys: fail, users: [${users}]}\n`);
    return harden(host, [command, host.target("root"), "--profile", profile, ...more], { alone: true });
  };

  it("a key of the other name opens all that is this one's, and is told", async () => {
    await must(host, "rm ~admin/.ssh/authorized_keys");
    expect([await keyLogin(host, "admin"), await keyLogin(host, "twin")]).toEqual([false, true]);
    expect(await must(host, "runuser -u twin -- sudo -n id -un")).toBe("root\n");
    const told = await run("verify", "{name: admin}");
    expect(told, told.stdout).toMatchObject({ code: 2 });
    expect(told.stdout).toMatch(/opens twin \(\/home\/twin\/.*which has the number 1000 of admin/s);
    const plan = await run("plan", "{name: admin}");
    expect(plan.stdout).toContain("[accounts.shared-number]");
    await must(host, "sed -i s/^twin:x:1000:/twin:x:1777:/ /etc/passwd");
    expect(await run("verify", "{name: admin}")).toMatchObject({ code: 0 });
    await must(host, "sed -i s/^twin:x:1777:/twin:x:1000:/ /etc/passwd");
  });

  it("sudo that wouldn't count, since it takes the number for the first name, is foreseen", async () => {
    await must(host, "mv /etc/sudoers.d/admin /root/admin.sudoers");
    const before = await must(host, everything);
    const refused = await run("apply", "{name: twin, sudo: nopasswd}", "--yes");
    expect(refused, refused.stdout + refused.stderr).toMatchObject({ code: 3 });
    expect(refused.stdout + refused.stderr).toMatch(
      /twin could not become root.*takes its number 1000 for admin/s,
    );
    expect(await must(host, everything)).toBe(before);
    // By use: a rule of the name alone is none.
    await must(host, "echo 'twin ALL=(ALL:ALL) NOPASSWD: ALL' >/etc/sudoers.d/twin");
    expect((await host.exec("runuser -u twin -- sudo -n true")).code).not.toBe(0);
    await must(host, "mv /etc/sudoers.d/twin /root; mv /root/admin.sudoers /etc/sudoers.d/admin");
    expect(await must(host, "runuser -u twin -- sudo -n id -un")).toBe("root\n");
    const applied = await run("apply", "{name: twin, sudo: nopasswd, keys: []}", "--yes");
    // In force; the unlisted key fails the audit.
    expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 2 });
  });
});

describe.skipIf(!hasDocker())("a login of which sudo wants a password", { timeout: 300_000 }, () => {
  let host: TestHost;
  const profile = profileFile(
    "access: {user: root}\naccounts: {otherKeys: warn, users: [{name: op, sudo: password}]}\n",
  );
  const run = (command: string, ...more: string[]) =>
    harden(host, [command, host.target("root"), "--profile", profile, ...more], { alone: true });
  beforeAll(async () => {
    host = await startHost("debian13", "full");
    const { code, stdout, stderr } = await run("apply", "--yes");
    expect(code, stdout + stderr).toBe(0);
    await must(
      host,
      `install -d -o op /home/op/bin; printf '#!/bin/sh\\nid -u\\n' | install -m 755 -o op /dev/stdin /home/op/bin/x
       install -d -m 755 /opt/app; printf '#!/bin/sh\\nid -u\\n' | install -m 755 /dev/stdin /opt/app/x
       useradd -m -s /bin/bash middle; useradd -r app
       echo 'middle ALL=(admin) NOPASSWD: /bin/sh' >/etc/sudoers.d/middle; chmod 440 /etc/sudoers.d/*`,
    );
  });
  afterAll(() => host?.remove());
  const withRule = async (rule: string, use: string) => {
    const file = "/etc/sudoers.d/zzz";
    await must(host, `printf '%b\\n' '${rule}' >${file}; chmod 440 ${file}; visudo -cq`);
    const used = await host.exec(`runuser -u op -- sh -c '${use}'`);
    const { code, stdout, stderr } = await run("verify");
    expect(stderr).toBe("");
    await must(host, `rm ${file}`);
    return { used: used.stdout, code, found: stdout };
  };

  const roots: readonly (readonly [string, string, string])[] = [
    ["op ALL=(admin) NOPASSWD: ALL", "sudo -n -u admin sudo -n id -u", "/bin/sh as admin"],
    ["op ALL=(ALL, !root) NOPASSWD: /bin/bash", "sudo -n -u admin /bin/bash -c 'sudo -n id -u'", "as admin"],
    [
      "op ALL=(middle) NOPASSWD: ALL",
      "sudo -n -u middle sudo -n -u admin /bin/sh -c 'sudo -n id -u'",
      "as middle",
    ],
    ["op ALL=NOPASSWD: /home/op/bin/x", "sudo -n /home/op/bin/x", "/home/op/bin/x, which op can change by"],
    ["op ALL=NOPASSWD: /home/op/bin/? -v", "sudo -n /home/op/bin/x -v", "which op can change by"],
    ["Defaults:op !authenticate\\nop ALL=(admin) ALL", "sudo -n -u admin sudo -n id -u", "before /bin/sh"],
    ["Defaults exempt_group=op", "sudo -n id -u", "before /bin/sh"],
    ["Defaults>root authenticate\\nDefaults !authenticate", "sudo -n id -u", "before /bin/sh"],
  ];
  it.each(sampleRows("rules that make root", roots, 2, ([rule]) => rule))(
    "fails accounts.sudo where %s makes it root without one",
    async (rule, use, text) => {
      const { used, code, found } = await withRule(rule, use.replaceAll("'", '"'));
      expect(used).toBe("0\n");
      expect(code, found).toBe(2);
      expect(found.replace(/\s+/g, " ")).toMatch(/fail accounts\.sudo/);
      expect(found.replace(/\s+/g, " ")).toContain(text);
    },
  );

  it("fails accounts.sudo where a group lets it read the hashes of passwords", async () => {
    const { used, code, found } = await withRule(
      "op ALL=(:shadow) NOPASSWD: ALL",
      "sudo -n -g shadow grep -c ^root: /etc/shadow",
    );
    expect(used).toBe("1\n");
    expect(code, found).toBe(2);
    expect(found.replace(/\s+/g, " ")).toContain("with a group that is as good as root");
  });

  it.each([
    ["op ALL=NOPASSWD: /usr/bin/systemctl restart app, /opt/app/x", "sudo -n /opt/app/x", "0\n"],
    ["op ALL=(app) NOPASSWD: ALL", "sudo -n -u app id -un", "app\n"],
    ["op ALL=(:adm) NOPASSWD: ALL", "sudo -n -g adm id -gn", "adm\n"],
    ["op ALL=(admin) NOPASSWD: /usr/bin/id -un", "sudo -n -u admin id -un", "admin\n"],
  ])("stays green where %s gives it no more than that", async (rule, use, does) => {
    expect(await withRule(rule, use)).toMatchObject({ used: does, code: 0 });
  });
});

describe.skipIf(!hasDocker())("a boot that mounts /home and /etc/ssh late", { timeout: 300_000 }, () => {
  let host: TestHost;
  afterAll(() => host?.remove());

  /** Until the rollback waits for it: each mount has its own service, and the second one waits until the files are back. */
  const late = (path: string, until: string) => `cp -a ${path} /srv${path}
    printf '[Service]\\nType=oneshot\\nRemainAfterExit=yes\\nExecStart=/bin/sh -c "%s"\\n' \
      'for n in $$(seq 300); do ${until} && break; sleep 0.1; done' >/etc/systemd/system/late${path.replaceAll("/", "-")}.service
    echo '/srv${path} ${path} none bind,nofail,x-systemd.requires=late${path.replaceAll("/", "-")}.service 0 0' >>/etc/fstab`;

  it("rolls back what is there, and then the keys", async () => {
    host = await startHost("debian13", "bare");
    const dropIn = "/etc/ssh/sshd_config.d/00-harden.conf";
    await must(
      host,
      `mkdir -p /srv/etc
       ${late("/etc/ssh", "grep -qs rollback-waits /var/lib/harden/runs/*/events")}
       ${late("/home", `findmnt /etc/ssh && ! test -e ${dropIn}`)}
       rm -rf /etc/ssh/sshd_config.d /home/*
       systemctl daemon-reload
       mount /etc/ssh && mount /home`,
    );
    const before = await must(host, "cat ~op/.ssh/authorized_keys");
    const key = execFileSync("sh", [
      "-c",
      `ssh-keygen -q -t ed25519 -N '' -f ${host.home}/other && cat ${host.home}/other.pub`,
    ]);
    const profile = profileFile(
      `access: {user: root}\nssh: {maxAuthTries: 5}\naccounts: {otherKeys: remove, users: [{name: op, keys: ["${key.toString().trim()}"]}]}\n`,
    );
    const applied = await harden(
      host,
      [
        "apply",
        host.target("root"),
        "--profile",
        profile,
        "--yes",
        "--only",
        "ssh,accounts",
        "--no-confirm",
        "--confirm-timeout",
        "300",
      ],
      { alone: true },
    );
    expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 0 });
    expect(await must(host, "cat ~op/.ssh/authorized_keys")).not.toBe(before);
    await must(host, `test -e ${dropIn}`);
    await host.restart({ hard: true });
    await untilSettled(host);
    expect(await outcome(host)).toBe("rolled-back clean boot");
    await must(host, `findmnt /etc/ssh && findmnt /home && ! test -e ${dropIn}`);
    expect(await must(host, "cat ~op/.ssh/authorized_keys")).toBe(before);
  });
});
